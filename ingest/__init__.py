"""Files become chunks: discovery, one reader per format, isolation, chunking."""

from ingest.chunking import chunk_document
from ingest.discovery import Discovery, discover
from ingest.reading import SUFFIXES, document_id, read_document

__all__ = [
    "SUFFIXES",
    "Discovery",
    "chunk_document",
    "discover",
    "document_id",
    "read_document",
]
