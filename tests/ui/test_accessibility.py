"""The axe rules (names, roles, contrast …) on every page, in light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.ui.fake_engine import REFUSED
from tests.ui.test_browser import ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

STREAMLITS_OWN = {"presentation-role-conflict"}  # the drop zone of its uploader


def _violations(page: Page) -> list[str]:
    page.wait_for_timeout(500)  # colours are measured, and they fade in
    found = Axe().run(page).response["violations"]
    return [
        f"{rule['id']}: {node['html']}"
        for rule in found
        if rule["id"] not in STREAMLITS_OWN
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_a_refusal_and_a_source_break_no_rule(
    page: Page, fake_address: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(fake_address)
    answered = ask(page, "How long is the warranty?")
    answered.get_by_text("How this answer was made").click()
    ask(page, REFUSED)
    assert _violations(page) == []
    answered.get_by_role("button", name="Read", exact=True).first.click()
    expect(page.get_by_role("dialog").locator("mark")).to_be_visible()
    assert _violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("path", "content"), [("documents", "kettle.pdf"), ("models", "Top-k")])
def test_the_other_pages_break_no_rule(
    page: Page, fake_address: str, path: str, content: str, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{fake_address}/{path}")
    expect(page.get_by_text(content, exact=True)).to_be_visible()
    assert _violations(page) == []
