"""Reads Markdown: the text stays as it is written, its headings are found; knows no HTML."""

from __future__ import annotations

import re
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from ingest.assembly import Content, assemble, clean, one_line
from ingest.decoding import decode_text
from quoth.datatypes import Document, Heading

if TYPE_CHECKING:
    from quoth.config import IngestConfig

_FRONT_MATTER = re.compile(r"\s*^(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"(\w+)[ \t]*[:=](.*)")


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read Markdown. Raises UnsupportedFileError (binary), NoTextError and LimitError."""
    decoded = decode_text(data, source)
    text = clean(decoded)
    front = _FRONT_MATTER.match(text)
    fields = _fields(front[2]) if front else {}
    content = Content(
        media_type="text/markdown",
        pages=[(text, "")],
        headings=markdown_headings(text, front.end() if front else 0),
        title=fields.get("title", ""),
        language=fields.get("lang") or fields.get("language") or "",
    )
    return assemble(data, source, content, config)


def front_matter_end(text: str) -> int:
    """Where the text itself begins, after the fields above it."""
    front = _FRONT_MATTER.match(text)
    return front.end() if front else 0


def _fields(front_matter: str) -> dict[str, str]:
    """The top-level fields with a value on their own line: YAML's `:` or TOML's `=`."""
    fields = {}
    for line in front_matter.split("\n"):
        if found := _FIELD.match(line):
            fields[found[1].lower()] = found[2].strip().strip("\"'")
    return fields


def markdown_headings(text: str, body: int = 0) -> list[Heading]:
    """The headings outside lists and quotes, from the offset `body`; each starts at its line."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").disable("inline")
    inline = MarkdownIt("commonmark")
    tokens = parser.parse(text[body:])
    line_starts = [
        body,
        *accumulate((len(line) + 1 for line in text[body:].split("\n")), initial=body),
    ][1:]
    headings = []
    for opening, content in pairwise(tokens):
        if opening.type == "heading_open" and opening.level == 0 and opening.map:
            parsed = inline.parseInline(content.content)[0].children or []
            title = one_line("".join(_spoken(token.type, token.content) for token in parsed))
            if title:
                headings.append(Heading(line_starts[opening.map[0]], int(opening.tag[1]), title))
    return headings


def _spoken(kind: str, content: str) -> str:
    if kind in ("softbreak", "hardbreak"):
        return " "
    return "" if kind == "html_inline" else content
