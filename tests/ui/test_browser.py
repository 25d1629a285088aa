"""The page in a real Chromium: with an engine without models, then with the real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.samples import HOSTILE
from tests.ui.fake_engine import ENDLESS, PASSWORD, SLOW_FILE, WITHDRAWN

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

TWO_PAGES = """# Kettle manual

## Warranty

The warranty of the Borealis kettle lasts 27 months from the day of purchase.
Keep the receipt, because the shop asks for it.

## Cleaning

Descale the Borealis kettle once a month with a spoonful of citric acid.
Never put the base into water.
"""
HOSTILE_FILE = """# Tariffs

The tariff of the harbour is 40 crowns a day. ![receipt](http://evil.example/q.png)
<img src="http://evil.example/i.png" onerror="window.taken = 1">
<script>window.taken = 1; fetch("http://evil.example/s")</script>
[pay here](http://evil.example/pay) <iframe src="http://evil.example/f"></iframe>
"""


def ask(page: Page, question: str) -> Locator:
    """Ask and wait for the answer's last line; gives the answer's message."""
    box = page.get_by_label("Ask about your documents")
    expect(box).to_be_enabled()
    asked = page.locator(".q-question").count()
    box.fill(question)
    box.press("Enter")
    message = page.get_by_test_id("stChatMessage").nth(2 * asked + 1)
    expect(message.get_by_text("How this answer was made")).to_be_visible()
    return message


def go(page: Page, name: str) -> None:
    """Follow a link of the navigation, so that the tab keeps its session."""
    page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()


def upload(page: Page, *files: Path) -> None:
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    button = page.get_by_role("button", name="Add to the library")
    expect(button).to_be_enabled()
    button.click()


def stop(page: Page) -> None:
    """Press our own Stop: until our style is there, Streamlit's may be seen, which ends the drawing."""
    page.locator(".st-key-stop").get_by_role("button").last.click()


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(f"Signed in as {name}")).to_be_visible()


@pytest.fixture
def fake(page: Page, fake_address: str) -> Page:
    page.goto(fake_address)
    return page


def test_stop_ends_the_answer_and_keeps_what_was_written(fake: Page) -> None:
    box = fake.get_by_label("Ask about your documents")
    answered = ask(fake, "How long is the warranty?")
    answered.locator("details.q-source").first.wait_for()
    fake.get_by_role("button", name="Edit").click()
    fake.get_by_label("The question, to be asked otherwise").fill(ENDLESS)
    fake.get_by_role("button", name="Ask this instead").click()
    expect(fake.locator(".q-writing").last).to_contain_text("1 2 3")
    expect(fake.locator("details.q-source").first).to_be_hidden()
    expect(box).to_be_disabled()
    stop(fake)
    expect(fake.get_by_text("Stopped. This is what was written so far").last).to_be_visible()
    expect(fake.locator(".q-answer:not(.q-writing)").last).to_contain_text("1 2 3")
    expect(box).to_be_enabled()


def test_an_answer_goes_on_while_another_page_is_looked_at(fake: Page) -> None:
    box = fake.get_by_label("Ask about your documents")
    box.fill(ENDLESS)
    box.press("Enter")
    expect(fake.locator(".q-writing").last).to_contain_text("1 2 3")
    go(fake, "Documents")
    expect(fake.get_by_text("In the library")).to_be_visible()
    go(fake, "Chat")
    expect(fake.locator(".q-writing").last).to_contain_text("1 2 3")
    stop(fake)
    expect(fake.get_by_text("Stopped. This is what").last).to_be_visible()


def test_cancelling_keeps_the_files_that_were_finished(fake: Page, tmp_path: Path) -> None:
    files = [tmp_path / "cancel-first.txt", tmp_path / SLOW_FILE]
    for file in files:
        file.write_text("text")
    go(fake, "Documents")
    expect(fake.get_by_text("In the library")).to_be_visible()
    upload(fake, *files)
    expect(fake.get_by_text("1 of 2 files")).to_be_visible()
    fake.reload()
    expect(fake.get_by_text("1 of 2 files")).to_be_visible()
    expect(fake.locator(".q-outcomes")).to_have_text("addedcancel-first.txt2 pages · 2 chunks")
    expect(fake.get_by_text("In the library")).to_be_visible()
    expect(fake.get_by_role("button", name="Add to the library")).to_be_disabled()
    fake.get_by_role("button", name="Cancel").click()
    expect(fake.get_by_text("Cancelled. Files that were finished")).to_be_visible()
    expect(fake.locator(".q-outcomes")).to_have_text("addedcancel-first.txt2 pages · 2 chunks")
    expect(fake.locator(".q-document").filter(has_text="cancel-first.txt")).to_be_visible()


def test_a_draft_that_was_taken_back_leaves_a_note(fake: Page) -> None:
    message = ask(fake, WITHDRAWN)
    expect(message).to_contain_text("Quoth took it back")


def test_a_citation_leads_to_its_quote(fake: Page) -> None:
    message = ask(fake, "How long is the warranty?")
    dialog = fake.locator(".st-key-reader")
    message.get_by_label("Source 1: open the quote").click()
    expect(dialog).to_contain_text("Page 1 of 2")
    message.get_by_label("Source 2: open the quote").click()
    expect(dialog.get_by_role("img")).to_have_attribute(
        "alt",
        "Page 2 of kettle.pdf as it looks; highlighted: “Repairs are free within the warranty.”",
    )
    dialog.get_by_role("radio", name="Text").click()
    expect(dialog.locator("mark")).to_have_text("Repairs are free within the warranty.2")
    expect(dialog).to_contain_text("Page 2 of 2")
    dialog.get_by_role("button", name="Previous page").click()
    expect(dialog).to_contain_text("Page 1 of 2")
    expect(dialog).to_contain_text("Acme kettles.")
    dialog.get_by_role("button", name="Close").click()
    expect(dialog).to_have_count(0)
    expect(message).to_be_visible()


def test_two_tabs_hold_two_conversations_and_share_the_list(fake: Page, fake_address: str) -> None:
    ask(fake, "Asked in the first")
    other = fake.context.new_page()
    other.goto(fake_address)
    expect(other.get_by_text("What would you like to know?")).to_be_visible()
    ask(other, "Asked in the second")
    expect(fake.locator(".q-question")).to_have_text("Asked in the first")
    other.get_by_role("button", name="Asked in the first").click()
    expect(other.locator(".q-question")).to_have_text("Asked in the first")
    other.go_back()
    expect(other.locator(".q-question")).to_have_text("Asked in the second")


def test_a_reload_in_the_midst_of_an_answer_goes_on_and_a_second_tab_stops_it(fake: Page) -> None:
    box = fake.get_by_label("Ask about your documents")
    box.fill(ENDLESS)
    box.press("Enter")
    expect(fake.locator(".q-writing").last).to_contain_text("1 2 3")
    fake.reload()
    expect(fake.locator(".q-writing").last).to_contain_text("1 2 3 4 5 6")
    other = fake.context.new_page()
    other.goto(fake.url)
    stop(other)
    for tab in (fake, other):
        expect(tab.get_by_text("Stopped. This is what was written so far").last).to_be_visible()
        expect(tab.locator(".q-answer:not(.q-writing)").last).to_contain_text("1 2 3 4 5 6")


def test_each_user_has_conversations_of_their_own(
    browser: Browser, page: Page, fake_address: str
) -> None:
    page.goto(f"{fake_address}/guarded")
    expect(page.get_by_label("Ask about your documents")).to_have_count(0)
    sign_in(page, "ada")
    ask(page, "Only for ada")
    page.reload()
    expect(page.locator(".q-question")).to_have_text("Only for ada")
    elsewhere = browser.new_context()
    other = elsewhere.new_page()
    other.goto(page.url)
    sign_in(other, "bob")
    expect(other.get_by_text("What would you like to know?")).to_be_visible()
    expect(other.get_by_text("Only for ada")).to_have_count(0)
    elsewhere.close()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_text("Sign in to Quoth")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Sign in to Quoth")).to_be_visible()


def test_plain_text_is_shown_as_it_is(page: Page, fake_address: str) -> None:
    page.goto(f"{fake_address}/plain")
    main = page.get_by_test_id("stMainBlockContainer")
    expect(main.get_by_test_id("stExpander")).to_have_count(len(HOSTILE))
    page.wait_for_function(
        """texts => {
            const shown = document.querySelector(".stMain").innerText.replaceAll("\\u2060", "");
            return texts.every(text => shown.split(text).length === 5);  // each is there 4 times
        }""",
        arg=[" ".join(text.split()) for text in HOSTILE],
    )
    blocks = main.get_by_test_id("stMarkdownContainer")
    marked = blocks.locator("a, img, svg, code, h1, li, table, strong, em, del, blockquote, .katex")
    assert marked.count() == 0, marked.first.evaluate("e => e.outerHTML")
    assert page.evaluate("window.taken") is None


@pytest.mark.parametrize(
    ("path", "content"),
    [("", "Sources"), ("documents", "kettle.pdf"), ("map", "Topics"), ("models", "Temperature")],
)
def test_a_narrow_screen_does_not_scroll_sideways(
    page: Page, fake_address: str, path: str, content: str
) -> None:
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(f"{fake_address}/{path}")
    if not path:
        ask(page, "How long is the warranty?")
    main = page.locator(".stMain")
    expect(main.get_by_text(content, exact=True)).to_be_visible()
    assert main.evaluate("e => e.scrollWidth - e.clientWidth") <= 0


def test_the_whole_story_from_an_empty_library_to_an_empty_library(
    page: Page, address: str, tmp_path: Path
) -> None:
    manual = tmp_path / "kettle.md"
    manual.write_text(TWO_PAGES)
    page.goto(address)
    expect(page.get_by_text("Ask your own documents")).to_be_visible()
    upload(page, manual)
    expect(page.locator(".q-outcomes")).to_contain_text("added")
    expect(page.get_by_text("Questions are answered from 1 document.")).to_be_visible()

    answered = ask(page, "How long does the warranty of the Borealis kettle last?")
    expect(answered.locator(".q-answer:not(.q-writing)")).to_contain_text("27 months")
    source = answered.locator("details.q-source").first
    expect(source).to_contain_text("kettle.md")
    expect(source).to_contain_text("page 1")
    source.locator("summary").click()
    expect(source.locator("mark").first).to_contain_text("27 months")

    refused = ask(page, "Who won the football world cup in 1974?")
    expect(refused.locator(".q-refusal")).to_contain_text("Not in the documents")

    page.reload()
    expect(page.locator(".q-question")).to_have_count(2)
    expect(page.locator(".q-answer:not(.q-writing)").first).to_contain_text("27 months")
    page.get_by_role("button", name="More", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as HTML").click()
    exported = download.value.path().read_text(encoding="utf-8")
    assert "27 months" in exported
    assert "<blockquote>" in exported
    page.keyboard.press("Escape")

    go(page, "Documents")
    expect(page.locator(".q-document")).to_contain_text("kettle.md")
    page.get_by_role("button", name="Remove", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("kettle.md is taken out of the library")
    dialog.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("No documents yet.")).to_be_visible()

    go(page, "Chat")
    expect(page.locator(".q-question")).to_have_count(2)
    gone = ask(page, "How long does the warranty of the Borealis kettle last?")
    expect(gone.locator(".q-refusal")).to_be_visible()


def test_a_hostile_document_is_only_ever_text(page: Page, address: str, tmp_path: Path) -> None:
    tariffs = tmp_path / "![x](http:evil.example).txt"
    tariffs.write_text(HOSTILE_FILE)
    page.goto(f"{address}/documents")
    upload(page, tariffs)
    expect(page.locator(".q-outcomes")).to_contain_text("added")
    go(page, "Chat")
    expect(page.get_by_text("What would you like to know?")).to_be_visible()
    answered = ask(page, "What is the tariff of the harbour?")
    expect(answered.locator(".q-answer:not(.q-writing)")).to_contain_text("40 crowns")
    answered.get_by_role("button", name="Read", exact=True).first.click()
    opened = page.locator(".st-key-reader .q-page")
    expect(opened).to_contain_text("![receipt](http://evil.example/q.png)")
    expect(opened).to_contain_text("<script>window.taken = 1;")
    assert page.evaluate("window.taken") is None
    assert page.locator("[src*='evil'], [href*='evil'], iframe[src*='evil']").count() == 0
