"""Finds the files that documents were read from, and shows their pages. The engine uses it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from quoth.errors import MissingFileError, ReadError, UnknownDocumentError, UnsupportedFileError

if TYPE_CHECKING:
    from quoth.config import IngestConfig
    from quoth.datatypes import Document, DocumentRecord, PageView

_SHOWN = ("application/pdf", "image/")


def is_shown(media_type: str) -> bool:
    """Whether the pages of such a document can be shown as pictures."""
    return media_type.startswith(_SHOWN)


def page_view(
    record: DocumentRecord,
    document: Document,
    page: int,
    config: IngestConfig,
    *,
    span: tuple[int, int],
    scale: float,
) -> PageView:
    """The page's picture and the boxes of the span of the document's text.

    Raises UnsupportedFileError for what is no PDF or picture, UnknownDocumentError for a page that is not
    there, MissingFileError when no source has the content any more, and what reading raises.
    """
    from ingest import page_view as view

    if not is_shown(record.media_type):
        raise UnsupportedFileError(
            f"{record.title} is no PDF or picture: its pages can't be shown; read its text"
        )
    if not 1 <= page <= len(document.pages):
        raise UnknownDocumentError(
            f"{record.title} has no page {page}; it has {len(document.pages)}"
        )
    shown = document.pages[page - 1]
    start, end = max(span[0], shown.start), min(span[1], shown.end)
    return view(_file(record, config), shown, config, start=start, end=end, scale=scale)


def _file(record: DocumentRecord, config: IngestConfig) -> Path:
    from ingest import bytes_of, document_id

    for source in record.sources:
        with suppress(OSError, ReadError):
            if document_id(bytes_of(Path(source), config.max_megabytes * 1_000_000)) == record.id:
                return Path(source)
    raise MissingFileError(
        f"{', '.join(record.sources)} is gone or has changed since it was read; ingest it again"
    )
