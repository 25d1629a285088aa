"""One reader per format behind a registry of names; a reader is imported when it is needed.

Each module holds `read(data, source, config)`, which returns a Document or raises a ReadError.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    from ingest.formats import Format
    from quoth.config import IngestConfig
    from quoth.datatypes import Document


class Reader(Protocol):
    """Turns the bytes of one file into a Document; `source` is its name as people see it."""

    def __call__(self, data: bytes, source: str, config: IngestConfig) -> Document:
        """Read. Raises ReadError's subclasses and no other exception."""
        ...


def reader_for(name: Format) -> Reader:
    """The `read` of the module `ingest.readers.<name>`."""
    return cast("Reader", importlib.import_module(f"ingest.readers.{name}").read)
