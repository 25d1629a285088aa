"""Settings are written into a TOML file whose comments and order stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth import load_config
from quoth.errors import ConfigError
from quoth.tuning import write_settings

if TYPE_CHECKING:
    from pathlib import Path

BEFORE = """\
# Ours. Do not touch.
[retrieval]
k = 12  # as many as fit
dense_weight = 0.6 # the default

[model]
path = "embedded"
"""
AFTER = """\
# Ours. Do not touch.
[retrieval]
k = 12  # as many as fit
dense_weight = 0.3 # the default
feedback_weight = 0.0

[model]
path = "embedded"

[rerank]
model = "/models/a \\"b\\""
"""
SETTINGS = {
    "retrieval.dense_weight": 0.3,
    "retrieval.feedback_weight": 0.0,
    "rerank.model": '/models/a "b"',
}


def test_comments_and_order_stay(tmp_path: Path) -> None:
    file = tmp_path / "quoth.toml"
    file.write_text(BEFORE, encoding="utf-8")
    file.chmod(0o600)
    write_settings(file, SETTINGS)
    assert file.read_text(encoding="utf-8") == AFTER
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_not_there_is_made(tmp_path: Path) -> None:
    file = tmp_path / "quoth.toml"
    write_settings(file, SETTINGS)
    config = load_config(file, environment={})
    assert (config.retrieval.dense_weight, config.rerank.model) == (0.3, '/models/a "b"')


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.toml").write_text(BEFORE, encoding="utf-8")
    link = tmp_path / "quoth.toml"
    link.symlink_to(tmp_path / "real.toml")
    write_settings(link, SETTINGS)
    assert link.is_symlink()
    assert (tmp_path / "real.toml").read_text(encoding="utf-8") == AFTER


def test_a_file_that_is_not_toml_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "quoth.toml"
    file.write_text("[retrieval\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"quoth\.toml cannot be changed"):
        write_settings(file, SETTINGS)
    assert file.read_text(encoding="utf-8") == "[retrieval\n"
