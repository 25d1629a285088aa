"""Finds the files that documents were read from, and shows their pages. The engine uses it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.errors import MissingFileError, ReadError, UnknownDocumentError, UnsupportedFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.config import IngestConfig
    from quoth.datatypes import Document, DocumentRecord, Page, PageMarkup, PageView

_PICTURES = ("application/pdf", "image/")


def is_picture(media_type: str) -> bool:
    """Whether the pages of such a document can be shown as pictures."""
    return media_type.startswith(_PICTURES)


def is_markup(media_type: str) -> bool:
    """Whether the pages of such a document can be shown as HTML."""
    from ingest import way_to_show

    return way_to_show(media_type) is not None


def page_view(
    record: DocumentRecord,
    document: Document,
    page: int,
    config: IngestConfig,
    *,
    spans: Sequence[tuple[int, int]],
    scale: float,
) -> PageView:
    """The page's picture and the boxes of the spans of the document's text.

    Raises UnsupportedFileError for what is no PDF or picture, UnknownDocumentError for a page that is not
    there, MissingFileError when no source has the content any more, and what reading raises.
    """
    from ingest import page_view as view

    if not is_picture(record.media_type):
        raise _unsupported(record, "PDF or picture")
    shown = _page(record, document, page)
    return view(_file(record, config), shown, config, spans=spans, scale=scale)


def page_markup(
    record: DocumentRecord,
    document: Document,
    page: int,
    config: IngestConfig,
    *,
    spans: Sequence[tuple[int, int]],
) -> PageMarkup:
    """The page as HTML with the spans of the document's text marked; raises as `page_view` does."""
    from ingest import page_markup as markup
    from ingest import way_to_show

    way = way_to_show(record.media_type)
    if way is None:
        raise _unsupported(record, "web page, office document, mail, book, Markdown or table")
    shown = _page(record, document, page)
    path = Path(record.sources[0]) if way.of_file is None else _file(record, config)
    return markup(path, shown, record.media_type, config, spans=spans, headings=document.headings)


def _unsupported(record: DocumentRecord, what: str) -> UnsupportedFileError:
    return UnsupportedFileError(
        f"{record.title} is no {what}: its pages can't be shown; read its text"
    )


def _page(record: DocumentRecord, document: Document, number: int) -> Page:
    if not 1 <= number <= len(document.pages):
        raise UnknownDocumentError(
            f"{record.title} has no page {number}; it has {len(document.pages)}"
        )
    return document.pages[number - 1]


def _file(record: DocumentRecord, config: IngestConfig) -> Path:
    from ingest import bytes_of, document_id

    for source in record.sources:
        with suppress(OSError, ReadError):
            if document_id(bytes_of(Path(source), config.max_megabytes * 1_000_000)) == record.id:
                return Path(source)
    raise MissingFileError(
        f"{', '.join(record.sources)} is gone or has changed since it was read; ingest it again"
    )
