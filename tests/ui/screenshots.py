"""Makes docs/screenshots with the real engine: `python -m tests.ui.screenshots`.

Needs Chromium. Every page is taken in light and dark, and the chat on a narrow screen.
"""

from __future__ import annotations

import secrets
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from quoth import Quoth
from tests.ui.serving import ROOT, chromium, serving
from tests.ui.test_browser import ask, go
from tests.ui.touring import QUESTION, tour

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Browser, Page

FOLDER = ROOT / "docs" / "screenshots"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
OF_A_PDF = "How large is a Q4_K_M file of Llama 3 8B?"
OFF_TOPIC = "Who won the football world cup in 1974?"


def main() -> None:
    """Take the pictures, in the order of a first visit."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="quoth-") as folder,
        chromium() as browser,
        serving("app.py", Path(folder) / "library") as address,
    ):
        _in_both(browser, address, _welcome)
        _fill(browser, address)
        _in_both(browser, address, _visit)
        _in_both(browser, address, partial(tour, _take))
        _narrow(browser, address)
        _sign_in(browser, Path(folder))


def _in_both(browser: Browser, address: str, visit: Callable[[Page, str], None]) -> None:
    for scheme in ("light", "dark"):
        page = browser.new_page(viewport=WIDE, color_scheme=scheme)  # type: ignore[arg-type]
        page.set_default_timeout(120_000)
        expect.set_options(timeout=120_000)
        page.goto(address)
        visit(page, scheme)
        page.close()


def _take(page: Page, name: str, state: str = "notRunning") -> None:
    """Wait for the run, and for transitions, which nothing on the page announces; then take it."""
    page.mouse.move(0, 0)
    page.wait_for_timeout(900)
    page.locator(f".stApp[data-test-script-state='{state}']").wait_for()
    page.screenshot(path=FOLDER / f"{name}.png")


def _welcome(page: Page, scheme: str) -> None:
    expect(page.get_by_role("button", name="Add the examples")).to_be_visible()
    _take(page, f"welcome-{scheme}")


def _fill(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=WIDE, color_scheme="light")
    page.goto(address)
    page.get_by_role("button", name="Add the examples").click()
    expect(page.get_by_text(" of 10 files")).to_be_visible()
    _take(page, "ingest-light", "running")
    expect(page.locator(".q-outcomes")).to_be_visible(timeout=300_000)
    page.close()


def _visit(page: Page, scheme: str) -> None:
    expect(page.get_by_text("What would you like to know?")).to_be_visible()
    _take(page, f"start-{scheme}")
    answered = ask(page, QUESTION)
    answered.locator("details.q-source summary").first.click()
    _scroll_to(page, ".q-title", "start")
    _take(page, f"answer-{scheme}")
    answered.get_by_text("How this answer was made").click()
    expect(answered.locator(".q-details")).to_be_visible()
    _scroll_to(page, ".q-details", "start")
    _take(page, f"details-{scheme}")
    answered.locator("a.q-cite").first.click()
    expect(page.locator(".st-key-reader iframe")).to_be_visible()
    _scroll_to(page, ".q-answer")
    _take(page, f"source-{scheme}")
    _open_page(page)
    _take(page, f"page-{scheme}")
    page.locator(".st-key-reader").get_by_role("radio", name="Chunks").click()
    expect(page.locator(".q-chunk-line").first).to_be_visible()
    _take(page, f"chunks-{scheme}")
    page.locator(".st-key-reader").get_by_role("button", name="Close").click()
    refused = ask(page, OFF_TOPIC)
    refused.get_by_role("radio", name="Thumbs up").click()
    expect(refused.get_by_label("What was right or wrong with it?")).to_be_visible()
    _scroll_to(page, ".q-refusal", "start")
    _take(page, f"refusal-{scheme}")
    _conversation(page, scheme)
    go(page, "Documents")
    expect(page.get_by_text("In the library")).to_be_visible()
    _scroll_to(page, ".q-list-title", "start")
    _take(page, f"documents-{scheme}")


def _conversation(page: Page, scheme: str) -> None:
    """The menu of a conversation, and a question that is asked otherwise."""
    _scroll_to(page, ".q-title")
    page.get_by_role("button", name="Edit").first.click()
    page.get_by_role("button", name="More", exact=True).click()
    expect(page.get_by_role("button", name="Export as HTML")).to_be_visible()
    _take(page, f"conversation-{scheme}")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)


def _open_page(page: Page) -> None:
    """Ask what a PDF answers and open it there, as it looks."""
    answered = ask(page, OF_A_PDF)
    cited = answered.locator("[class*='st-key-row-']").filter(has_text=".pdf").first
    cited.get_by_role("button", name="Read", exact=True).click()
    expect(page.locator(".st-key-reader").get_by_role("img")).to_be_visible()
    page.locator(".q-answer").last.evaluate("e => e.scrollIntoView({block: 'center'})")


def _narrow(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport=NARROW, color_scheme="light")
    page.goto(address)
    ask(page, QUESTION)
    _take(page, "narrow-light")
    page.locator("a.q-cite").first.click()
    expect(page.locator(".st-key-reader iframe")).to_be_visible()
    _take(page, "narrow-source-light")
    page.close()


def _sign_in(browser: Browser, folder: Path) -> None:
    """What others see first of a page that they can reach."""
    library = folder / "guarded"
    with Quoth.open(library) as quoth:
        quoth.users.add("ada", secrets.token_urlsafe())
    (library / "quoth.toml").write_text("[page]\nsign_in = true\n", encoding="utf-8")
    with serving("app.py", library) as address:
        for scheme in ("light", "dark"):
            page = browser.new_page(viewport=WIDE, color_scheme=scheme)  # type: ignore[arg-type]
            page.goto(address)
            expect(page.get_by_text("Sign in to Quoth")).to_be_visible()
            _take(page, f"sign-in-{scheme}")
            page.close()


def _scroll_to(page: Page, selector: str, block: str = "center") -> None:
    page.wait_for_timeout(900)  # the chat follows what opens at its end; a wheel turn frees it
    page.mouse.move(800, 400)
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(300)
    page.locator(selector).last.evaluate("(e, block) => e.scrollIntoView({block})", block)


if __name__ == "__main__":
    main()
