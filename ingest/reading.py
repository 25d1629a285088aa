"""Reads one file: finds its type in its content, hands it to that type's reader."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from ingest.assembly import document_id
from ingest.readers import Format, reader_for
from ingest.signatures import format_of
from quoth.errors import LimitError, MissingFileError, NoTextError

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

__all__ = ["SUFFIXES", "document_id", "read_document"]

SUFFIXES: dict[str, Format] = {
    ".pdf": "pdf",
    ".docx": "docx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "plain",
    ".text": "plain",
    ".rst": "plain",
}


def read_document(path: Path, config: IngestConfig) -> Document:
    """Read a file. The Document's source is `str(path)`.

    Raises a subclass of ReadError; see `quoth.errors` for which.
    """
    data = _read_bytes(path, config)
    if not data.strip():
        raise NoTextError(f"{path.name} is empty; leave it out")
    name = format_of(data, str(path), SUFFIXES.get(path.suffix.lower()))
    return reader_for(name)(data, str(path), config)


def _read_bytes(path: Path, config: IngestConfig) -> bytes:
    limit = config.max_megabytes * 1_000_000
    try:
        state = path.stat()
        if not stat.S_ISREG(state.st_mode):
            raise MissingFileError(f"{path.name} is not a file; give the path of a file or folder")
        if state.st_size > limit:
            raise LimitError(
                f"{path.name} has {state.st_size / 1_000_000:,.0f} MB and the limit is {config.max_megabytes:,}; "
                "split it, or raise ingest.max_megabytes"
            )
        with path.open("rb") as file:
            return file.read(state.st_size)
    except FileNotFoundError as error:
        raise MissingFileError(f"{path.name} does not exist; check the path") from error
    except OSError as error:
        raise MissingFileError(
            f"{path.name} cannot be read ({error.strerror}); check its permissions"
        ) from error
