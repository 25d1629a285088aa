"""A citation opened in a real Chromium, with the real engine: the highlight is on the quote."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image, ImageChops
from playwright.sync_api import expect

from tests.ingest.laying import column, placed_pdf, prose
from tests.ingest.test_originals import html_letter, illustrated
from tests.ingest.test_presentation import slides, title_and_list
from tests.ui.test_browser import ask, go, upload

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

LEFT, BASELINE, SIZE = 310.0, 640.0, 10.0
QUOTE = "The Meridian turbine was built in 1937 in Trieste."
QUESTION = "When was the Meridian turbine built?"
A4 = (595.28, 841.89)


def turbine_pdf(path: Path) -> Path:
    """Two columns on the second page; the quote stands alone, low in the right one."""
    page = [
        *column(50, 100, [f"{line}." for line in prose("left", 30)]),
        *column(LEFT, 100, [f"{line}." for line in prose("right", 30)]),
        (LEFT, BASELINE, QUOTE),
    ]
    return placed_pdf(path, [[(50, 100, "Machines of the harbour, a catalogue.")], page], size=SIZE)


def picture(dialog: Locator) -> Image.Image:
    source = dialog.get_by_role("img").get_attribute("src") or ""
    head, _, body = source.partition(",")
    assert head == "data:image/png;base64"
    return Image.open(io.BytesIO(base64.b64decode(body))).convert("RGB")


def close(page: Page) -> None:
    page.get_by_role("dialog").get_by_label("Close").click()
    expect(page.get_by_role("dialog")).to_have_count(0)


def listed(page: Page, name: str) -> Locator:
    """A document's row with its buttons: other tests leave documents of theirs.

    Only the list's rows can be removed; an answer's sources, still there while the page changes,
    are rows too.
    """
    removable = page.get_by_role("button", name="Remove", exact=True)
    return page.locator("[class*='st-key-row-']").filter(has_text=name).filter(has=removable)


def check_opens_on_the_quote(dialog: Locator) -> None:
    paper = dialog.get_by_role("img").bounding_box()
    frame = dialog.locator(".q-sheet").bounding_box()
    assert paper
    assert frame
    line = paper["y"] + paper["height"] * BASELINE / A4[1]
    assert frame["y"] + 20 < line < frame["y"] + frame["height"], "it opens on the quote"


def check_is_around_the_quote(box: tuple[int, int, int, int], scale: float) -> None:
    """Around the words at whose baseline the test has set them: letters above it, tails below."""
    left, top, right, bottom = (edge / scale for edge in box)
    assert LEFT - 6 < left < LEFT + 2
    assert BASELINE - 1.6 * SIZE < top < BASELINE - 0.6 * SIZE
    assert BASELINE < bottom < BASELINE + 0.8 * SIZE
    assert right > LEFT + 0.8 * len(QUOTE) * SIZE * 0.45
    assert right < A4[0]


def test_a_citation_opens_its_page_with_the_highlight_on_the_quote(
    page: Page, address: str, tmp_path: Path
) -> None:
    path = turbine_pdf(tmp_path / "turbine.pdf")
    page.goto(f"{address}/documents")
    upload(page, path)
    outcomes = page.locator(".q-outcomes")
    expect(outcomes).to_contain_text("addedturbine.pdf2 pages", timeout=180_000)
    row = listed(page, "turbine.pdf")
    expect(row).to_contain_text("PDF")
    expect(row).to_contain_text("2 pages read")

    go(page, "Chat")
    answered = ask(page, QUESTION)
    expect(answered.locator(".q-answer:not(.q-writing)")).to_contain_text("1937")
    answered.get_by_role("button", name="Read", exact=True).first.click()
    dialog = page.locator(".st-key-reader")
    expect(dialog.get_by_role("img")).to_be_visible()
    expect(dialog).to_contain_text("Page 2 of 2")
    marked = picture(dialog)
    check_opens_on_the_quote(dialog)
    seen = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    assert any(colour == (255, 241, 168) for _, colour in seen.getcolors(1 << 24) or ())

    dialog.get_by_role("button", name="Previous page").click()
    expect(dialog).to_contain_text("Page 1 of 2")
    expect(dialog.locator(".q-here")).to_have_count(0)

    go(page, "Documents")
    dialog = page.get_by_role("dialog")
    row.get_by_role("button", name="Read", exact=True).click()
    dialog.get_by_role("button", name="Next page").click()
    expect(dialog).to_contain_text("Page 2 of 2")
    expect(dialog.get_by_role("img")).to_have_attribute("alt", "Page 2 of turbine.pdf as it looks")
    plain = picture(dialog)
    assert plain.size == marked.size
    box = ImageChops.difference(plain, marked).getbbox()
    assert box is not None
    check_is_around_the_quote(box, marked.width / A4[0])

    dialog.get_by_role("radio", name="Text").click()
    expect(dialog.locator(".q-page")).to_contain_text(QUOTE)
    close(page)
    row.get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(row).to_have_count(0)


HOSTILE_PAGE = """<html><head><title>Pump</title>
<style>@import "http://evil.example/a.css"; h1 { color: rgb(170, 51, 51) }</style>
<link rel=stylesheet href="http://evil.example/b.css"><base href="http://evil.example/"></head>
<body><script>parent.taken = 1; fetch("http://evil.example/c")</script><h1>The pump</h1>
<img src="http://evil.example/d.png" onerror="parent.taken = 1"><a href="//evil.example">Away</a>
BEFORE<p>The Vesuvius pump was built in <b>1904</b> in Naples.</p>AFTER</body></html>"""


CRANES = "<h2 style='color:rgb(170, 51, 51)'>News</h2><p>The Orion crane was built in <b>1921</b> in Split.</p>"


def hostile_page(path: Path) -> Path:
    """A web page, longer than a screen on both sides of what it says, that would do harm."""
    before, after = (
        "".join(f"<p>{which} remark {number} tells of rust.</p>" for number in range(60))
        for which in ("First", "Last")
    )
    path.write_text(HOSTILE_PAGE.replace("BEFORE", before).replace("AFTER", after))
    return path


def test_a_web_page_opens_as_it_looks_at_the_quote_and_does_nothing(
    page: Page, address: str, tmp_path: Path
) -> None:
    page.goto(f"{address}/documents")
    upload(page, hostile_page(tmp_path / "pump.html"))
    expect(page.locator(".q-outcomes")).to_contain_text("addedpump.html", timeout=180_000)
    go(page, "Chat")
    answered = ask(page, "When was the Vesuvius pump built?")
    expect(answered.locator(".q-answer:not(.q-writing)")).to_contain_text("1904")
    answered.locator("a.q-cite").first.click()
    frame = page.frame_locator(".st-key-reader iframe")
    expect(frame.locator("#quote")).to_be_in_viewport()
    expect(frame.locator("mark").filter(has_text="1904")).to_be_visible()
    expect(frame.locator("h1")).to_have_css("color", "rgb(170, 51, 51)")
    expect(frame.locator("script, link, base, [href]")).to_have_count(0)
    assert page.evaluate("window.taken") is None
    assert frame.locator("body").evaluate("origin") == "null", "the frame is nobody's"

    go(page, "Documents")
    listed(page, "pump.html").get_by_role("button", name="Remove", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
    expect(listed(page, "pump.html")).to_have_count(0)


def test_mail_books_and_slides_open_as_they_look(page: Page, address: str, tmp_path: Path) -> None:
    mail = tmp_path / "cranes.eml"
    mail.write_bytes(bytes(html_letter(CRANES, "The Orion crane was built in 1921 in Split.\n")))
    names = [
        mail,
        illustrated(tmp_path / "book.epub"),
        slides(tmp_path / "deck.pptx", title_and_list),
    ]
    page.goto(f"{address}/documents")
    upload(page, *names)
    for path in names:
        expect(page.locator(".q-outcomes")).to_contain_text(f"added{path.name}", timeout=180_000)
    for name, seen in (("book.epub", "Trieste"), ("deck.pptx", "Our plan")):
        listed(page, name).get_by_role("button", name="Read", exact=True).click()
        frame = page.frame_locator("[role=dialog] iframe")
        expect(frame.get_by_text(seen).first).to_be_visible()
        close(page)
    go(page, "Chat")
    answered = ask(page, "When was the Orion crane built?")
    answered.locator("a.q-cite").first.click()
    frame = page.frame_locator(".st-key-reader iframe")
    expect(frame.locator("#quote")).to_be_in_viewport()
    expect(frame.locator("mark").filter(has_text="1921")).to_be_visible()
    expect(frame.locator(".letter-head")).to_contain_text("bob@example.org")
    expect(frame.locator("h2")).to_have_css("color", "rgb(170, 51, 51)")
    go(page, "Documents")
    for path in names:
        listed(page, path.name).get_by_role("button", name="Remove", exact=True).click()
        page.get_by_role("dialog").get_by_role("button", name="Remove", exact=True).click()
        expect(listed(page, path.name)).to_have_count(0)
