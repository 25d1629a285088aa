"""Reads files that lie inside another, as attachments do, within limits; knows no format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.blocks import Block, Part
from ingest.ocr import FOUND_NOTHING
from quoth.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

INSIDE = "!/"
"""Stands between the name of a file and that of a file inside it."""

# A forwarded message with a message attached is common; deeper nesting is a trap or a loop.
_DEEPEST = 3
# More than a hundred attachments are an archive.
_MOST = 100


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside another."""

    name: str
    data: bytes


def read_attachments(
    attachments: Iterable[Attachment], source: str, config: IngestConfig, warnings: list[str]
) -> Iterator[Part]:
    """The pages of each attachment, each under its own name.

    What cannot be read is a line in `warnings`: an attachment costs nothing but itself.
    """
    for count, attachment in enumerate(attachments, 1):
        if count > _MOST:
            warnings.append(f"attachments after the first {_MOST} are not read")
            return
        inner = f"{source}{INSIDE}{attachment.name.replace('/', '_') or 'attachment'}"
        if inner.count(INSIDE) > _DEEPEST:
            warnings.append(f"{attachment.name}: nested too deeply to be read")
            continue
        try:
            document = _read(attachment.data, inner, config)
        except ReadError as error:
            # A picture without letters, such as a logo, has been read.
            if FOUND_NOTHING not in str(error):
                warnings.append(str(error))
            continue
        warnings += [f"{attachment.name}: {warning}" for warning in document.warnings]
        yield from _parts(document, attachment.name)


def _read(data: bytes, source: str, config: IngestConfig) -> Document:
    from ingest.reading import read_bytes  # it imports the readers, which import this module

    return read_bytes(data, source, config)


def _parts(document: Document, name: str) -> Iterator[Part]:
    """The document's pages with its headings a level lower, below one that names the file."""
    for page in document.pages:
        page_label = page.label or (str(page.number) if len(document.pages) > 1 else "")
        label = f"{name}, {page_label}" if page_label else name
        blocks = _split(document, page.start, page.end)
        yield Part(label, blocks, name if page.number == 1 else "", level=2)


def _split(document: Document, start: int, end: int) -> list[Block]:
    """A page's text, cut before each heading so that it stays one."""
    inside = [heading for heading in document.headings if start <= heading.start < end]
    blocks = [Block(document.text[start : inside[0].start if inside else end].strip("\n"))]
    for at, heading in enumerate(inside):
        stop = inside[at + 1].start if at + 1 < len(inside) else end
        text = document.text[heading.start : stop].strip("\n")
        blocks.append(Block(text, level=heading.level + 2, title=heading.text))
    return blocks
