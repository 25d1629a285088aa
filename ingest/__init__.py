"""Files become chunks: discovery, one reader per format, isolation, chunking, the ingest run.

Names are imported when they are used: the process that reads files needs few of them.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ingest.chunking import chunk_document
    from ingest.discovery import Discovery, discover
    from ingest.isolation import ReaderPool
    from ingest.pipeline import ingest_files
    from ingest.reading import SUFFIXES, document_id, read_document

READER_VERSION = 2
"""Raised when the same file gives another text or other chunks, so that it is read again."""

_HOMES = {
    "SUFFIXES": "ingest.reading",
    "Discovery": "ingest.discovery",
    "ReaderPool": "ingest.isolation",
    "chunk_document": "ingest.chunking",
    "discover": "ingest.discovery",
    "document_id": "ingest.reading",
    "ingest_files": "ingest.pipeline",
    "read_document": "ingest.reading",
}

__all__ = [
    "READER_VERSION",
    "SUFFIXES",
    "Discovery",
    "ReaderPool",
    "chunk_document",
    "discover",
    "document_id",
    "ingest_files",
    "read_document",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
