"""Reads EPUB books, a page for each file of the reading order; the files are HTML's business."""

from __future__ import annotations

import io
import posixpath
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from ingest.assembly import Content, assemble, one_line
from ingest.blocks import Part, join_parts
from ingest.packages import check_package, mended, parse_xml
from ingest.readers.html import html_blocks, html_text, parse_html
from quoth.errors import EncryptedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_OPF = "{http://www.idpf.org/2007/opf}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_NCX = "{http://www.daisy.org/z3986/2005/ncx/}"
_ENCRYPTION = "{http://www.w3.org/2001/04/xmlenc#}EncryptionMethod"
# These only keep fonts from being copied.
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a book. Raises DamagedFileError, EncryptedFileError, NoTextError and LimitError."""
    with mended(source, "an e-book program"):
        check_package(data, source, config)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_readable(archive, source)
            book = Book(archive)
            pages, headings = join_parts(book.parts(source))
            content = Content(
                media_type="application/epub+zip",
                pages=pages,
                headings=headings,
                title=book.about("title"),
                language=book.about("language"),
                metadata={name: book.about(name) for name in ("creator", "publisher", "date")},
            )
    return assemble(data, source, content, config)


def _check_readable(archive: zipfile.ZipFile, source: str) -> None:
    """Raise EncryptedFileError for a book under a seller's lock."""
    if "META-INF/encryption.xml" not in archive.namelist():
        return
    methods = parse_xml(archive.read("META-INF/encryption.xml")).iter(_ENCRYPTION)
    if any(one.get("Algorithm") not in _FONTS_ONLY for one in methods):
        raise EncryptedFileError(
            f"{PurePath(source).name} is locked by its seller; get a copy without a lock"
        )


class Book:
    """An open book: its parts' names, its reading order and its table of contents."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        container = parse_xml(archive.read("META-INF/container.xml"))
        package = next(one for one in container.iter() if str(one.tag).endswith("}rootfile"))
        self._folder = posixpath.dirname(package.get("full-path"))
        self._root = parse_xml(archive.read(package.get("full-path")))
        self._items = {one.get("id"): one for one in self._root.iter(f"{_OPF}item")}

    def about(self, name: str) -> str:
        """What the book says of itself under a name of Dublin Core; "" when nothing."""
        found = self._root.find(f".//{_DC}{name}")
        return (found.text or "") if found is not None else ""

    def parts(self, source: str) -> Iterator[Part]:
        """The chapters, titled as the table of contents does."""
        titles = self._titles()
        label = ""
        for name in self.chapters():
            blocks = html_blocks(parse_html(html_text(self._archive.read(name), source)))
            label = titles.get(name, label)
            has_heading = any(block.level for block in blocks)
            yield Part(label, blocks, "" if has_heading else titles.get(name, ""))

    def chapters(self) -> Iterator[str]:
        """The names of the files that are read, in their order: each is a page."""
        for reference in self._root.iter(f"{_OPF}itemref"):
            item = self._items.get(reference.get("idref"))
            if item is None or "html" not in item.get("media-type", ""):
                continue
            name = self._path(item.get("href", ""))
            if name in self._names:
                yield name

    def linked(self, href: str, chapter: str) -> bytes:
        """What a chapter links to, when it is a part of the book; b"" when it is not."""
        name = self._path(href, posixpath.dirname(chapter))
        return self._archive.read(name) if name in self._names else b""

    def _path(self, href: str, folder: str | None = None) -> str:
        """The archive's name for a link, which is relative to the package file."""
        name = unquote(href.partition("#")[0])
        return posixpath.normpath(posixpath.join(folder or self._folder, name))

    def _titles(self) -> dict[str, str]:
        """The first title that the table of contents gives each file."""
        titles: dict[str, str] = {}
        for name, entries in self._contents():
            for href, title in entries:
                if title:
                    titles.setdefault(self._path(href, posixpath.dirname(name)), one_line(title))
        return titles

    def _contents(self) -> Iterator[tuple[str, list[tuple[str, str]]]]:
        """The tables of contents as (file, (link, title) pairs): EPUB 3's, then EPUB 2's."""
        for item in self._items.values():
            name = self._path(item.get("href", ""))
            if name not in self._names:
                continue
            if "nav" in (item.get("properties") or "").split():
                tree = parse_html(self._archive.read(name).decode("utf-8", "replace"))
                links = tree.css("nav a[href]")
                yield name, [(a.attributes["href"] or "", a.text()) for a in links]
            elif item.get("media-type") == "application/x-dtbncx+xml":
                points = parse_xml(self._archive.read(name)).iter(f"{_NCX}navPoint")
                yield name, [_entry(point) for point in points]


def _entry(point: Any) -> tuple[str, str]:
    content = point.find(f"{_NCX}content")
    title = point.find(f"{_NCX}navLabel/{_NCX}text")
    return (
        content.get("src", "") if content is not None else "",
        (title.text or "") if title is not None else "",
    )
