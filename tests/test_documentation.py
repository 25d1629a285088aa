from __future__ import annotations

import re
from pathlib import Path

import pytest

from docs import generate
from quoth.cli.commands import quoth
from quoth.config import Config

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("page", list(generate.pages()), ids=lambda page: page.name)
def test_generated_pages_are_what_the_code_says(page: Path) -> None:
    written = page.read_text(encoding="utf-8")
    assert written == generate.pages()[page], f"run make docs: {page.name} has drifted"


def test_every_setting_is_documented() -> None:
    text = generate.configuration()
    for dotted, _, _ in Config().items():
        assert f"| `{dotted.partition('.')[2]}` |" in text


def test_every_command_has_an_example_of_its_json() -> None:
    assert set(generate.examples()) == set(generate.every_command())
    assert set(quoth.commands) == {name.split()[0] for name in generate.every_command()}


@pytest.mark.parametrize("page", sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]))
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:\s]+)\)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing
