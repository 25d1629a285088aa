"""Files become chunks: discovery, one reader per format, isolation, chunking, the ingest run.

Names are imported when they are used: the process that reads files needs few of them.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.archives import bytes_of
    from ingest.chunking import chunk_document
    from ingest.discovery import Discovery, discover
    from ingest.isolation import ReaderPool
    from ingest.markups import way_to_show
    from ingest.mirror import mirror_folders
    from ingest.passwords import with_passwords
    from ingest.pipeline import ingest_files
    from ingest.reading import SUFFIXES, document_id, read_document
    from ingest.viewing import page_markup, page_view

READER_VERSION = 9
"""Raised when the same file gives another text or other chunks, so that it is read again."""

_HOMES = {
    "SUFFIXES": "ingest.reading",
    "Discovery": "ingest.discovery",
    "ReaderPool": "ingest.isolation",
    "bytes_of": "ingest.archives",
    "chunk_document": "ingest.chunking",
    "discover": "ingest.discovery",
    "document_id": "ingest.reading",
    "ingest_files": "ingest.pipeline",
    "mirror_folders": "ingest.mirror",
    "page_markup": "ingest.viewing",
    "page_view": "ingest.viewing",
    "way_to_show": "ingest.markups",
    "read_document": "ingest.reading",
    "with_passwords": "ingest.passwords",
}

__all__ = [
    "READER_VERSION",
    "SUFFIXES",
    "Discovery",
    "ReaderPool",
    "bytes_of",
    "chunk_document",
    "discover",
    "document_id",
    "ingest_files",
    "mirror_folders",
    "page_markup",
    "page_view",
    "read_document",
    "way_to_show",
    "with_passwords",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
