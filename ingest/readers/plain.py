"""Reads plain text in any encoding; knows no markup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.decoding import decode_text

if TYPE_CHECKING:
    from quoth.config import IngestConfig
    from quoth.datatypes import Document


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read text. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    text = clean(decode_text(data, source))
    return assemble(data, source, Content("text/plain", [(text, "")]), config)
