"""A certificate that cannot serve is one line before the server starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth.cli import main
from quoth.cli.certificate import check_certificate
from quoth.errors import ConfigError
from tests.certificates import make_certificate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("certificates")
    own, locked, other = (
        make_certificate(folder, name, password)
        for name, password in (("own", b""), ("locked", b"secret"), ("other", b""))
    )
    return {
        "none": "", "missing": str(folder / "none.pem"), "folder": str(folder),
        "own": own[0], "own key": own[1], "locked": locked[0], "locked key": locked[1],
        "other key": other[1],
    }  # fmt: skip


def test_a_certificate_with_its_key_passes_and_so_do_none(made: dict[str, str]) -> None:
    check_certificate(made["own"], made["own key"])
    check_certificate("", "")


@pytest.mark.parametrize(
    ("certificate", "key", "says"),
    [
        ("own", "none", "give --certificate and --key, or neither"),
        ("none", "own key", "give --certificate and --key, or neither"),
        ("missing", "own key", "No such file or directory; name another file with --certificate"),
        ("own", "folder", "cannot be read: .*; name another file with --key"),
        ("own key", "own key", "holds no certificate in PEM form"),
        ("own", "own", "holds no private key in PEM form"),
        ("own", "other key", "other-key.pem is not the key of .*own.pem"),
        ("locked", "locked key", "under a password, which nobody could type"),
    ],
)
def test_what_is_wrong_with_it_is_told(
    made: dict[str, str], certificate: str, key: str, says: str
) -> None:
    with pytest.raises(ConfigError, match=says) as caught:
        check_certificate(made[certificate], made[key])
    assert "\n" not in str(caught.value)


def test_the_page_does_not_start_with_a_key_that_is_not_the_certificates(
    made: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--certificate", made["own"], "--key", made["other key"], "--port", "1"]
    assert main(["ui", "--library", str(tmp_path), *options]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "name its own with --key" in err
