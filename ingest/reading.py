"""Reads one file: finds its type in its content, hands it to that type's reader."""

from __future__ import annotations

import stat
from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.archives import bytes_of, missing, stat_of
from ingest.assembly import document_id
from ingest.formats import SUFFIXES
from ingest.ocr import one_file
from ingest.readers import reader_for
from ingest.signatures import format_of
from ingest.unlocking import unlocked
from quoth.errors import LimitError, MissingFileError, NoTextError

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

__all__ = ["SUFFIXES", "document_id", "read_bytes", "read_document"]


def read_document(path: Path, config: IngestConfig) -> Document:
    """Read a file. The Document's source is `str(path)`.

    Raises a subclass of ReadError; see `quoth.errors` for which.
    """
    with one_file(config):
        return read_bytes(_read_bytes(path, config), str(path), config)


def read_bytes(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read what a file called `source` holds. Raises as `read_document` does."""
    path = PurePath(source)
    if not data.strip():
        raise NoTextError(f"{path.name} is empty; leave it out")
    plain = unlocked(data, source, config)
    name, warning = format_of(plain, source, SUFFIXES.get(path.suffix.lower()))
    document = reader_for(name)(plain, source, config)
    if plain is not data:
        document = replace(document, id=document_id(data))
    if warning:
        return replace(document, warnings=(warning, *document.warnings))
    return document


def _read_bytes(path: Path, config: IngestConfig) -> bytes:
    limit = config.max_megabytes * 1_000_000
    try:
        state = stat_of(path)
        if not stat.S_ISREG(state.st_mode):
            raise MissingFileError(f"{path.name} is not a file; give the path of a file or folder")
        if state.st_size > limit:
            raise LimitError(
                f"{path.name} has {state.st_size / 1_000_000:,.0f} MB and the limit is {config.max_megabytes:,}; "
                "split it, or raise ingest.max_megabytes"
            )
        return bytes_of(path, state.st_size)
    except FileNotFoundError as error:
        raise missing(path) from error
    except OSError as error:
        raise MissingFileError(
            f"{path.name} cannot be read ({error.strerror}); check its permissions"
        ) from error
