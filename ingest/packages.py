"""Opens documents that are ZIP packages of XML, within limits; knows no format among them.

XML is parsed without entities, without the network and with lxml's limits on size and depth.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from contextlib import contextmanager
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from quoth.errors import DamagedFileError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.config import IngestConfig

# An honest package of this many parts has not been seen; listing ten times as many is still fast.
_MAX_PARTS = 50_000
# Text as repetitive as a log shrinks to a hundredth; DEFLATE's own bound is a thousandth.
_MAX_RATIO = 200
_RATIO_MATTERS = 50_000_000

BROKEN = (
    SyntaxError,  # lxml's errors are syntax errors
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    LookupError,
    ValueError,
    AttributeError,
    TypeError,
    EOFError,
    NotImplementedError,
    RecursionError,
)
"""What the libraries that read packages raise over broken ones."""

_HARMLESS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
}
_STRICT = b"http://purl.oclc.org/ooxml/"
_STRICT_NAME = re.compile(re.escape(_STRICT) + rb"(\w+)/")


@contextmanager
def mended(source: str, program: str) -> Iterator[None]:
    """Turn what a library raises over a broken package into DamagedFileError."""
    try:
        yield
    except BROKEN as error:
        raise DamagedFileError(
            f"{PurePath(source).name} is damaged: its parts cannot be read; "
            f"open it in {program} and save it again"
        ) from error


def check_package(data: bytes, source: str, config: IngestConfig) -> None:
    """Raise LimitError before a package expands too far, BadZipFile when it is none."""
    name = PurePath(source).name
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
    n_bytes = sum(part.file_size for part in parts)
    if n_bytes > config.max_megabytes * 1_000_000:
        raise LimitError(
            f"{name} expands to {n_bytes // 1_000_000:,} MB and the limit is "
            f"{config.max_megabytes:,}; if you trust it, raise ingest.max_megabytes"
        )
    if len(parts) > _MAX_PARTS:
        raise LimitError(f"{name} has {len(parts):,} parts, which no real file has; leave it out")
    if n_bytes > _RATIO_MATTERS and n_bytes > _MAX_RATIO * len(data):
        raise LimitError(
            f"{name} expands to {n_bytes // len(data):,} times its size, as a decompression bomb "
            "does; if you trust it, save it again in its own program"
        )


def parse_xml(data: bytes) -> Any:
    """The root element. Raises SyntaxError for what is not well-formed, or too deep or large."""
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(**_HARMLESS))


def xml_steps(file: IO[bytes], *tags: str) -> Iterator[tuple[str, Any]]:
    """Where each element of these tags starts and ends, as ("start", it); raises as `parse_xml`."""
    from lxml import etree

    yield from etree.iterparse(file, events=("start", "end"), tag=tags, **_HARMLESS)


def transitional(data: bytes, main_part: str) -> io.BytesIO:
    """An Office file in the usual namespaces; files saved as "Strict" use others."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if _STRICT not in archive.read(main_part):
            return io.BytesIO(data)
        rewritten = io.BytesIO()
        with zipfile.ZipFile(rewritten, "w") as copy:
            for entry in archive.infolist():
                part = archive.read(entry)
                if entry.filename.endswith((".xml", ".rels")):
                    part = _STRICT_NAME.sub(rb"http://schemas.openxmlformats.org/\1/2006/", part)
                copy.writestr(entry.filename, part)
    return io.BytesIO(rewritten.getvalue())
