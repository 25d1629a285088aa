"""Reads AsciiDoc: the text stays as it is written, its titles are found; includes nothing."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean, one_line
from ingest.decoding import decode_text
from quoth.datatypes import Document, Heading

if TYPE_CHECKING:
    from quoth.config import IngestConfig

_TITLE = re.compile(r"^(={1,6}|#{1,6})[ \t]+(\S.*?)(?:[ \t]+\1)?[ \t]*$")
# Between two such lines stands what is shown as it is: listings, literals, comments, passthroughs.
_VERBATIM = re.compile(r"^(-{4,}|\.{4,}|/{4,}|\+{4,}|```.*)[ \t]*$")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read AsciiDoc. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    text = clean(decode_text(data, source))
    return assemble(data, source, Content("text/asciidoc", [(text, "")], _headings(text)), config)


def _headings(text: str) -> list[Heading]:
    headings = []
    offset = 0
    fence = ""
    for line in text.split("\n"):
        if found := _VERBATIM.match(line):
            mark = found[1][:4]
            fence = "" if fence == mark else fence or mark
        elif not fence and (found := _TITLE.match(line)):
            headings.append(Heading(offset, len(found[1]), one_line(found[2])))
        offset += len(line) + 1
    return headings
