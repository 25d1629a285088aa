"""Finds documents by name, the files they were read from, and shows their pages. The engine uses it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quoth.errors import MissingFileError, UnknownDocumentError, UnsupportedFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.config import IngestConfig
    from quoth.datatypes import Document, DocumentRecord, PageView

_PDF = "application/pdf"


def named(name: str, records: Sequence[DocumentRecord]) -> tuple[DocumentRecord, ...]:
    """The documents that go by an id, a path or a file name. Raises UnknownDocumentError."""
    found = tuple(
        record
        for record in records
        if name == record.id or any(name in (one, Path(one).name) for one in record.sources)
    )
    if not found:
        raise UnknownDocumentError(f"no document {name} in the library; see quoth list")
    return found


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

    Raises UnsupportedFileError for what is no PDF or lies in an archive, UnknownDocumentError for a page that is not
    there, MissingFileError when no source has the content any more, and what reading raises.
    """
    from ingest import page_view as view

    if record.media_type != _PDF:
        raise UnsupportedFileError(
            f"{record.title} is no PDF: its pages can't be shown; read its text"
        )
    if not 1 <= page <= len(document.pages):
        raise UnknownDocumentError(
            f"{record.title} has no page {page}; it has {len(document.pages)}"
        )
    shown = document.pages[page - 1]
    start, end = max(span[0], shown.start), min(span[1], shown.end)
    return view(_file(record), shown, config, start=start, end=end, scale=scale)


def _file(record: DocumentRecord) -> Path:
    from ingest import document_id
    from ingest.nested import INSIDE

    for source in record.sources:
        path = Path(source)
        if path.is_file() and document_id(path.read_bytes()) == record.id:
            return path
    if all(INSIDE in source for source in record.sources):
        raise UnsupportedFileError(
            f"{', '.join(record.sources)} lies in an archive: unpack it and ingest it from there"
        )
    raise MissingFileError(
        f"{', '.join(record.sources)} is gone or has changed since it was read; ingest it again"
    )
