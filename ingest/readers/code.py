"""Reads source code and settings files: the text as it is, its definitions as headings.

It knows the words that begin a definition in common languages, and parses none of them.
"""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean
from ingest.decoding import decode_text
from ingest.formats import SOURCE_CODE
from quoth.datatypes import Document, Heading

if TYPE_CHECKING:
    from quoth.config import IngestConfig

_DEFINITION = re.compile(
    r"^([ \t]*)(?:(?:export|default|public|private|protected|internal|static|final|abstract|async|"
    r"pub(?:\([a-z]+\))?|unsafe|override|open|data|sealed|virtual|inline|const)[ \t]+)*"
    r"((?:def|class|function|func|fn|fun|interface|struct|enum|trait|impl|module|namespace|record|"
    r"object|protocol|sub|CREATE[ \t]+(?:OR[ \t]+REPLACE[ \t]+)?(?:TABLE|VIEW|FUNCTION|PROCEDURE))"
    r"[ \t*]+(?:\([^()\n]*\)[ \t]*)?(?:IF NOT EXISTS[ \t]+)?[\w.:<>$\"`]+)",
    re.MULTILINE,
)
_TAB = "    "


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read code. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    text = clean(decode_text(data, source))
    content = Content(SOURCE_CODE, [(text, "")], _headings(text), title=PurePath(source).name)
    return assemble(data, source, content, config)


def _headings(text: str) -> list[Heading]:
    """The definitions; one that is indented more stands below."""
    headings: list[Heading] = []
    indents: list[int] = []
    for found in _DEFINITION.finditer(text):
        indent = len(found[1].replace("\t", _TAB))
        while indents and indents[-1] >= indent:
            indents.pop()
        indents.append(indent)
        headings.append(Heading(found.start(), len(indents), " ".join(found[2].split())))
    return headings
