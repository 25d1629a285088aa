"""Reads plain text in any encoding; knows no markup."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.decoding import decode
from quoth.errors import UnsupportedFileError

if TYPE_CHECKING:
    from quoth.config import IngestConfig
    from quoth.datatypes import Document


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read text. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    text = decode(data)
    if text is None:
        raise UnsupportedFileError(
            f"{PurePath(source).name} is not text: its bytes are binary data; save it as PDF or text"
        )
    return assemble(data, source, Content("text/plain", [(clean(text), "")]), config)
