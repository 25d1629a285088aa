"""Makes HTML of what is none, as it is meant to look; says for each media type how.

It knows the libraries for that. What comes out is as hostile as what went in: `html_view` cleans it.
"""

from __future__ import annotations

import html
import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.embedded import Pictures
from ingest.packages import check_package, mended, transitional
from ingest.readers.epub_view import chapter
from ingest.readers.html import html_text, parse_html
from ingest.readers.mail_view import letter_laid_out, mail_page, outlook_page
from ingest.readers.markdown import front_matter_end
from ingest.readers.mhtml import page_in
from ingest.readers.presentation_view import slide
from ingest.text_markup import LOOK, laid_out, table

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.config import IngestConfig
    from quoth.datatypes import Heading

_OFFICE = "application/vnd.openxmlformats-officedocument."
_NUMBER = re.compile(r"^\s*\(?(?:\d+(?:\.\d+)*|[a-zA-Z]|[ivxlc]+)[.)]?\s+", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Wanted:
    """The page to be shown: its file, its number from 1, its text, and the headings in that.

    The headings start where their characters do, counted from the page's first.
    """

    source: str
    number: int
    text: str
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class Way:
    """How documents of some kind become HTML: from their file, or from a page's text alone.

    Where both are there, the text stands in for a file without a look of its own ("") and for one
    that does not show what is quoted. `plain` gives the words that are seen of a piece of the text.
    """

    of_file: Callable[[bytes, Wanted, IngestConfig], str] | None = None
    of_text: Callable[[Wanted], str] | None = None
    plain: Callable[[str], str] = str


def way_to_show(media_type: str) -> Way | None:
    """How documents of this media type are shown as HTML; None for those that are not."""
    return _WAYS.get(media_type)


def _html(data: bytes, wanted: Wanted, _: IngestConfig) -> str:
    return html_text(data, wanted.source)


def _saved_page(data: bytes, wanted: Wanted, _: IngestConfig) -> str:
    return page_in(data, wanted.source)


def _chapter(data: bytes, wanted: Wanted, config: IngestConfig) -> str:
    return chapter(data, wanted.source, config, wanted.number)


def _slide(data: bytes, wanted: Wanted, config: IngestConfig) -> str:
    return slide(data, wanted.source, config, wanted.number)


def _mail(data: bytes, wanted: Wanted, _: IngestConfig) -> str:
    return mail_page(data, wanted.source, wanted.text)


def _outlook(data: bytes, wanted: Wanted, _: IngestConfig) -> str:
    return outlook_page(data, wanted.source, wanted.text) if wanted.number == 1 else ""


def _word(data: bytes, wanted: Wanted, config: IngestConfig) -> str:
    """Headings, lists, tables, emphasis and pictures. Raises DamagedFileError and LimitError."""
    import mammoth

    pictures = Pictures()

    def picture(image: Any) -> dict[str, str]:
        try:
            with image.open() as file:
                content = file.read(pictures.left + 1)
        except (KeyError, OSError, ValueError):
            return {}  # it lies elsewhere, where nothing is asked for
        address = pictures.address(content, image.content_type)
        return {"src": address} if address else {}

    with mended(wanted.source, "a word processor"):
        check_package(data, wanted.source, config)
        made = mammoth.convert_to_html(
            transitional(data, "word/document.xml"),
            convert_image=mammoth.images.img_element(picture),
        )
    return f"{LOOK}{made.value}"


def _without_numbers(text: str) -> str:
    """The text without those that Word prints before its lines."""
    return _NUMBER.sub("", text)


def _markdown(wanted: Wanted) -> str:
    return _rendered(wanted.text)


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    return f"{LOOK}{parser.render(text[front_matter_end(text) :])}"


def _plain_markdown(text: str) -> str:
    return " ".join(node.text() for node in parse_html(_rendered(text)).css("body"))


def _tables(wanted: Wanted) -> str:
    """The rows between bars as tables, each other line as a paragraph."""
    written = (
        table(list(lines)) if are_rows else "".join(map(_paragraph, lines))
        for are_rows, lines in itertools.groupby(
            wanted.text.split("\n"), key=lambda line: line.startswith("|")
        )
    )
    return LOOK + "\n".join(written)


def _paragraph(line: str) -> str:
    return f"<p>{html.escape(line)}</p>" if line.strip() else ""


def _laid_out(wanted: Wanted) -> str:
    return laid_out(wanted.text, wanted.headings)


def _laid_out_letter(wanted: Wanted) -> str:
    return letter_laid_out(wanted.text, wanted.headings)


_TABLE = Way(of_text=_tables)
_TEXT = Way(of_text=_laid_out)
_OPEN = "application/vnd.oasis.opendocument."
_WAYS = {
    "text/html": Way(of_file=_html),
    "multipart/related": Way(of_file=_saved_page),
    "application/epub+zip": Way(of_file=_chapter),
    "message/rfc822": Way(of_file=_mail, of_text=_laid_out_letter),
    "application/mbox": Way(of_file=_mail, of_text=_laid_out_letter),
    "application/vnd.ms-outlook": Way(of_file=_outlook, of_text=_laid_out_letter),
    "text/markdown": Way(of_text=_markdown, plain=_plain_markdown),
    "text/csv": _TABLE,
    "text/tab-separated-values": _TABLE,
    "application/vnd.ms-excel": _TABLE,
    f"{_OPEN}spreadsheet": _TABLE,
    f"{_OFFICE}spreadsheetml.sheet": _TABLE,
    f"{_OFFICE}wordprocessingml.document": Way(
        of_file=_word, of_text=_laid_out, plain=_without_numbers
    ),
    f"{_OFFICE}presentationml.presentation": Way(of_file=_slide, of_text=_laid_out),
    f"{_OPEN}presentation": _TEXT,
    f"{_OPEN}presentation-template": _TEXT,
    f"{_OPEN}text": _TEXT,
    f"{_OPEN}text-template": _TEXT,
    "application/rtf": _TEXT,
}
