"""Books, mail and slides as they look: what is seen, what is marked, and that it does no harm."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from ingest import read_document
from ingest.markups import Wanted, way_to_show
from ingest.readers.html import parse_html
from ingest.readers.html_view import letters
from ingest.viewing import markup_of
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError
from tests.ingest import test_presentation as presentations
from tests.ingest.making import word_file
from tests.ingest.test_epub import PARTS, book
from tests.ingest.test_html_view import HOSTILE, check_harmless
from tests.ingest.test_mail import BODY, letter, outlook
from tests.ingest.test_markups import marked
from tests.ingest.test_opendocument import TEXT, open_document
from tests.ingest.test_presentation import slides

if TYPE_CHECKING:
    from email.message import EmailMessage
    from pathlib import Path

    from quoth.datatypes import PageMarkup

CONFIG = IngestConfig()


def png(colour: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (4, 4), colour).save(made, "PNG")
    return made.getvalue()


def seen(path: Path, number: int = 1, quote: str = "") -> PageMarkup:
    """The page as `page_markup` shows it, here without its process."""
    document = read_document(path, CONFIG)
    page = document.pages[number - 1]
    headings = [replace(one, start=one.start - page.start) for one in document.headings]
    inside = tuple(one for one in headings if 0 <= one.start < len(page.text))
    start = page.text.index(quote)
    spans = [(start, start + len(quote))] if quote else []
    wanted = Wanted(str(path), number, page.text, inside)
    made = markup_of(wanted, document.media_type, CONFIG, spans)
    check_harmless(made.markup)
    return made


def words(page: PageMarkup) -> str:
    body = parse_html(page.markup).body
    return letters(body.text() if body else "")


CHAPTER = """<html><head><link rel="stylesheet" href="../looks/a.css"/></head><body><h1>One</h1>
<div class="empty"/><p>It was <i>night</i> in <a id="p1"/>Trieste.</p><img src="../pictures/a.png"/>
<svg><image xlink:href="../pictures/a.png"/></svg><img src="http://evil.example/b.png"/></body></html>"""


def illustrated(path: Path, chapter: str = CHAPTER) -> Path:
    parts = {**PARTS, "OPS/text/chapter 1.xhtml": chapter, "OPS/looks/a.css": "p { color: #a33 }"}
    book(path, parts)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("OPS/pictures/a.png", png())
    return path


def test_a_chapter_has_the_books_own_style_and_pictures(tmp_path: Path) -> None:
    page = seen(illustrated(tmp_path / "a.epub"), quote="night in Trieste.")
    assert "p { color: #a33 }" in page.markup
    assert page.markup.count('src="data:image/png;base64,') == 2, "the picture and the drawing's"
    assert marked(page) == ["night", " in ", "Trieste."]
    assert '<div class="empty"></div>' in page.markup
    assert words(seen(illustrated(tmp_path / "a.epub"), 2)) == "Itwasday"


def test_a_hostile_chapter_does_nothing(tmp_path: Path) -> None:
    for markup in HOSTILE:
        hostile = CHAPTER.replace("<img", f"{markup}<img", 1)
        assert seen(illustrated(tmp_path / "a.epub", hostile), quote="night").found == (True,)


def piers(path: Path) -> Path:
    return word_file(path, lambda word: word.add_paragraph("Seven piers."))


def html_letter(markup: str, plain: str = "The plain one.\n") -> EmailMessage:
    message = letter(body=plain)
    message.add_alternative(markup, subtype="html")
    html = message.get_payload()[1]
    html.add_related(png(), "image", "png", cid="<logo@a>")
    return message


LETTER = "<h2>The plain one.</h2><p>And <b>more</b>.</p><img src='cid:logo@a'>"


def test_a_letter_has_its_people_above_its_html_with_its_pictures(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(bytes(html_letter(LETTER)))
    page = seen(path, quote="The plain one.")
    assert "<h1>Grüße aus Köln</h1><div><b>From:</b><span>Ada Löwe &lt;ada" in page.markup
    assert re.search(r"<h2><mark[^>]*>The plain one.</mark></h2>", page.markup)
    assert 'src="data:image/png;base64,' in page.markup


def test_what_only_the_plain_text_says_is_shown_in_it(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(bytes(html_letter(LETTER, "Quoted: 7 crowns.\n\n- Rope\n")))
    page = seen(path, quote="Quoted: 7 crowns.")
    assert page.found == (True,)
    assert "<b>To:</b>" in page.markup
    assert "<span>Rope</span>" in page.markup
    assert "<h2>" not in page.markup


def test_each_letter_of_a_mailbox_and_what_is_attached_is_its_own_page(tmp_path: Path) -> None:
    first = html_letter("<p>Number one.</p>", "Number one.\n")
    first.add_attachment(
        piers(tmp_path / "a.docx").read_bytes(),
        maintype="application", subtype="octet-stream", filename="a.docx",
    )  # fmt: skip
    second = html_letter("<p>Number two.</p>", "Number two.\n")
    path = tmp_path / "a.mbox"
    path.write_bytes(b"".join(b"From a 2023\n" + bytes(one) + b"\n\n" for one in (first, second)))
    document = read_document(path, CONFIG)
    assert [page.label for page in document.pages] == ["message 1", "a.docx", "message 2"]
    assert "<p>Number one.</p>" in seen(path, 1).markup
    assert "<p>Number two.</p>" in seen(path, 3).markup
    assert "<h2>a.docx</h2><p>Seven piers.</p>" in seen(path, 2).markup


def test_an_outlook_message_is_shown_in_html_where_it_has_it(tmp_path: Path) -> None:
    html = {"__substg1.0_10130102": b"<p>Hello <b>Bob</b>. Bye.</p>".ljust(4096)}
    page = seen(outlook(tmp_path / "a.msg", **BODY, **html), quote="Hello Bob.")
    assert "<b>From:</b><span>Ada</span>" in page.markup
    assert marked(page) == ["Hello ", "Bob"]
    plain = seen(outlook(tmp_path / "b.msg", **BODY), quote="Hello Bob.")
    assert "<b>From:</b><span>Ada</span>" in plain.markup
    assert marked(plain) == ["Hello Bob."]


def test_hostile_mail_does_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.eml"
    for markup in HOSTILE:
        path.write_bytes(bytes(html_letter(f"<p>The plain one.</p>{markup}")))
        assert seen(path, quote="The plain one.").found == (True,)


def pictured(slide: Any) -> None:
    presentations.group(slide)
    slide.shapes.title.text = "<b>Piers</b>"
    slide.shapes.add_picture(io.BytesIO(png()), *presentations.BOX)


DECK = (presentations.title_and_list, presentations.table, presentations.chart, pictured)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_slide_says_what_is_read_of_it_in_the_same_order(tmp_path: Path, number: int) -> None:
    path = slides(tmp_path / "a.pptx", *DECK, layout=1)
    text = read_document(path, CONFIG).pages[number - 1].text
    assert words(seen(path, number)) == letters(text)


def test_shapes_stand_where_they_do_on_the_slide(tmp_path: Path) -> None:
    path = slides(tmp_path / "a.pptx", *DECK, layout=1)
    listed = seen(path, quote="- First")
    assert marked(listed) == ["First"]
    assert '<div class="notes"' in listed.markup
    page = seen(path, 4).markup
    # One inch of a slide of ten by seven and a half: alone, and in two groups.
    assert page.count('style="left:10.00%;top:13.33%;width:40.00%;height:26.67%') == 2
    assert "&lt;b&gt;Piers&lt;/b&gt;" in page
    assert 'src="data:image/png;base64,' in page


def test_a_slide_without_its_parts_is_damaged(tmp_path: Path) -> None:
    path = slides(tmp_path / "a.pptx", *DECK, layout=1)
    way = way_to_show(read_document(path, CONFIG).media_type)
    assert way is not None
    assert way.of_file is not None
    with pytest.raises(DamagedFileError):
        way.of_file(path.read_bytes()[:-900], Wanted(str(path), 1, ""), CONFIG)


@pytest.mark.parametrize("kind", ["odt", "rtf"])
def test_other_office_documents_are_laid_out_by_their_text(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "odt":
        page = seen(open_document(path, TEXT), quote="| 2023 | 7 | 8 |")
        assert "<h1>Report</h1>" in page.markup
    else:
        path.write_text(
            r"{\rtf1 Piers\par\trowd 2023\cell 7\cell 8\cell\row\trowd 2024\cell 9\cell 1\cell\row}"
        )
        page = seen(path, quote="| 2023 | 7 | 8 |")
    assert marked(page) == ["2023", "7", "8"]


def test_a_box_that_the_look_of_a_word_document_leaves_out_is_laid_out(tmp_path: Path) -> None:
    path = piers(tmp_path / "a.docx")
    text = "Only in a box: nine cranes."
    media_type = read_document(path, CONFIG).media_type
    made = markup_of(Wanted(str(path), 1, text), media_type, CONFIG, [(0, len(text))])
    assert marked(made) == [text]
