"""Reads reStructuredText: the text stays as it is written, its titles are found.

It runs no directive, so that nothing is included and nothing unknown is dropped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean, one_line
from ingest.decoding import decode_text
from quoth.datatypes import Document, Heading

if TYPE_CHECKING:
    from quoth.config import IngestConfig

# A title stands at the margin above a line of one repeated mark, with or without one over it.
_TITLE = re.compile(
    r"(?:^(?P<over>(?P<mark>[!-/:-@\[-`{-~])(?P=mark)+)[ \t]*\n)?"
    r"^(?P<title>[^\s].*|(?<=\n)[ \t]+\S.*)\n"
    r"(?P<under>(?P<below>[!-/:-@\[-`{-~])(?P=below)+)[ \t]*$",
    re.MULTILINE,
)
_SHORTEST = 3


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read reStructuredText. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    text = clean(decode_text(data, source))
    return assemble(data, source, Content("text/x-rst", [(text, "")], _headings(text)), config)


def _headings(text: str) -> list[Heading]:
    """The titles; which marks stand for which level, their first use in the file says."""
    levels: dict[str, int] = {}
    headings = []
    for found in _TITLE.finditer(text):
        over, title, under = found["over"] or "", found["title"].rstrip(), found["under"]
        if over and over[0] != under[0]:
            over = ""
        is_indented = title[0].isspace()
        if (is_indented and not over) or not _is_title(title.strip(), under):
            continue
        style = f"{over[:1]}{under[0]}"
        level = levels.setdefault(style, len(levels) + 1)
        headings.append(Heading(found.start("title"), level, one_line(title)))
    return headings


def _is_title(title: str, under: str) -> bool:
    """Whether a line of marks is as long as the title above it, which is not one itself."""
    if len(set(title)) == 1 and not title[0].isalnum():
        return False
    return len(under) >= len(title) or (len(under) >= _SHORTEST and len(under) >= len(title) - 2)
