"""The map in a real Chromium: hover reads a passage, a click opens it, and text stays text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.samples import HOSTILE

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_hover_reads_a_passage_and_a_click_opens_it(page: Page, fake_address: str) -> None:
    page.goto(f"{fake_address}/map")
    expect(page.get_by_text("Topics", exact=True)).to_be_visible()
    chart = page.get_by_test_id("stVegaLiteChart")
    expect(chart).to_contain_text("warranty · receipt")
    spots = chart.locator(".layer_0_marks path")
    spots.nth(1).hover()
    read = page.locator("#vg-tooltip-element")
    expect(read).to_contain_text(" ".join(HOSTILE[0].split()))
    assert read.locator("img, a, b, script").count() == 0
    assert chart.locator("a, image, b, script").count() == 0

    spots.nth(0).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Page 1 of 2")
    dialog.get_by_label("Close").click()
    expect(dialog).to_have_count(0)
    page.get_by_label("Show a question on the map").fill("How long?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("What the question finds")).to_be_visible()
    expect(dialog).to_have_count(0)  # a re-run does not open it again
    expect(chart.locator(".layer_4_marks path")).to_have_count(1)
    assert page.evaluate("window.taken") is None
