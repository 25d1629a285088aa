"""Pictures of the map, of the inside of an answer and of the models, for tests.ui.screenshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.ui.test_browser import ask, go

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

QUESTION = "How many entries does the vocabulary of GPT-2 have?"
OF_THE_MAP = "How much memory does the KV cache take?"
TALL = {"width": 1280, "height": 1280}


Take = Callable[["Page", str], None]


def tour(take: Take, page: Page, scheme: str) -> None:
    """Visit the pages with a library of the examples, and `take` each."""
    page.set_viewport_size(TALL)  # type: ignore[arg-type]
    ask(page, QUESTION).get_by_role("button", name="Look inside").click()
    sentences(take, page, scheme)
    words(take, page, scheme)
    on_the_map(take, page, scheme)
    models(take, page, scheme)


def sentences(take: Take, page: Page, scheme: str) -> None:
    expect(page.locator(".q-heat")).to_be_visible()
    take(page, f"inside-{scheme}")


def words(take: Take, page: Page, scheme: str) -> None:
    page.get_by_role("tab", name="Word by word").click()
    page.get_by_role("button", name="Let the model read").click()
    expect(page.locator(".q-tokens")).to_be_visible()
    _move(page.get_by_role("slider", name="Token"), 8)
    _move(page.get_by_role("slider", name="Temperature").last, 16)
    expect(page.get_by_text("can be drawn")).to_be_visible()
    take(page, f"words-{scheme}")


def on_the_map(take: Take, page: Page, scheme: str) -> None:
    go(page, "Map")
    expect(page.get_by_text("Topics", exact=True)).to_be_visible()
    page.get_by_label("Show a question on the map").fill(OF_THE_MAP)
    page.keyboard.press("Enter")
    expect(page.get_by_text("What the question finds")).to_be_visible()
    take(page, f"map-{scheme}")


def models(take: Take, page: Page, scheme: str) -> None:
    go(page, "Model and settings")
    expect(page.get_by_text("Top-k", exact=True)).to_be_visible()
    take(page, f"settings-{scheme}")
    page.get_by_role("tab", name="Models").click()
    expect(page.get_by_text("Size by format")).to_be_visible()
    take(page, f"models-{scheme}")
    page.get_by_text("Memory against the length").evaluate("e => e.scrollIntoView()")
    take(page, f"memory-{scheme}")


def _move(slider: Locator, steps: int) -> None:
    slider.focus()
    for _ in range(steps):
        slider.press("ArrowRight")
