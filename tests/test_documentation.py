from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from docs import generate
from quoth.cli.commands import quoth
from quoth.config import Config

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("page", list(generate.pages()), ids=lambda page: page.name)
def test_generated_pages_are_what_the_code_says(page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    assert written == generate.pages()[page], f"run make docs: {page.name} has drifted"


def test_every_setting_is_documented() -> None:
    text = generate.configuration()
    for dotted, _, _ in Config().items():
        assert f"| `{dotted.partition('.')[2]}` |" in text


def test_every_command_has_an_example_of_its_json() -> None:
    assert set(generate.examples()) == set(quoth.commands)
