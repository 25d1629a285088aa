"""Shows a chapter of an EPUB book with its own styles and pictures; knows nothing of cleaning."""

from __future__ import annotations

import io
import mimetypes
import re
import zipfile
from typing import TYPE_CHECKING

from ingest.embedded import Pictures
from ingest.packages import check_package, mended
from ingest.readers.epub import Book
from ingest.readers.html import html_text, parse_html

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

    from quoth.config import IngestConfig

_LONGEST_STYLE = 200_000
# What XHTML may close at once, HTML holds open over all that follows.
_CLOSED_AT_ONCE = re.compile(
    r"<(?!(?:br|hr|img|link|meta|col|wbr|input|base|image)\b)([a-zA-Z][\w:-]*)((?:\s[^<>]*)?)/>"
)
_PAPER = "html body { padding: 1.2rem 1.4rem; margin: 0 }"


def chapter(data: bytes, source: str, config: IngestConfig, number: int) -> str:
    """The markup of the chapter that is this page. Raises DamagedFileError and LimitError."""
    with mended(source, "an e-book program"):
        check_package(data, source, config)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            book = Book(archive)
            name = list(book.chapters())[number - 1]
            markup = html_text(archive.read(name), source)
            tree = parse_html(_CLOSED_AT_ONCE.sub(r"<\1\2></\1>", markup))
            style = _styles(tree, book, name)
            _put_pictures_in(tree, book, name)
    return f"<style>{style}\n{_PAPER}</style>{tree.html}"


def _styles(tree: LexborHTMLParser, book: Book, chapter: str) -> str:
    links = tree.css("link[rel=stylesheet][href]")
    sheets = (book.linked(link.attributes["href"] or "", chapter) for link in links)
    return "\n".join(sheet.decode("utf-8", "replace") for sheet in sheets)[:_LONGEST_STYLE]


def _put_pictures_in(tree: LexborHTMLParser, book: Book, chapter: str) -> None:
    """Give each picture its bytes; a drawing around one, as covers have it, makes way for it."""
    pictures = Pictures()
    for drawing in tree.css("svg"):
        inner = drawing.css_first("image")
        if inner is not None:
            shown = tree.create_node("img")
            href = inner.attributes.get("xlink:href") or inner.attributes.get("href") or ""
            shown.attrs["src"] = href
            drawing.insert_before(shown)
    for image in tree.css("img[src]"):
        href = image.attributes["src"] or ""
        kind = mimetypes.guess_type(href.partition("#")[0])[0] or ""
        image.attrs["src"] = pictures.address(book.linked(href, chapter), kind)
