"""Reads what a test wrote, as the product would."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import read_document
from quoth.config import IngestConfig

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import Document


def read_file(path: Path, content: bytes | str | None = None) -> Document:
    """The document of a file, written first when its content is given."""
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    document = read_document(path, IngestConfig())
    assert all(page.text for page in document.pages)
    return document


def headings_of(document: Document) -> list[tuple[int, str]]:
    """The (level, text) of each heading."""
    return [(heading.level, heading.text) for heading in document.headings]
