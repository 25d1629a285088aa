"""Cuts a chunk's text into what is never torn: sentences, rows of tables, code between fences.

It knows a text and its language; no question, no hit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from quoth.sentences import content_span, sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    Span = tuple[int, int]

# Rows that follow each other; code up to its closing fence, or the end where the chunk was cut.
_WHOLE = re.compile(
    r"^[ \t]*\|[^\n]*(?:\n[ \t]*\|[^\n]*)*"
    r"|^ {0,3}(?P<fence>`{3,}|~{3,})[^\n]*\n(?:[\s\S]*?^ {0,3}(?P=fence)[`~]*[ \t]*$|[\s\S]*\Z)",
    re.MULTILINE,
)
_LINE = re.compile(r"[^\n]+")
_RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|?)+\s*")
_INDENTED = re.compile(r" {2}|\t")


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, row or block: characters of the text, without white space at its ends.

    `header` is the span of the header of a row's table, where the text holds it.
    """

    start: int
    end: int
    is_row: bool = False
    header: Span | None = None


def units_of(text: str, language: str) -> list[Unit]:
    """The units of a text in order; together they hold all of it but white space."""
    units: list[Unit] = []
    done = 0
    for block in _WHOLE.finditer(text):
        units += _sentences(text, done, block.start(), language)
        units += (
            [Unit(*content_span(text, *block.span()))]
            if block["fence"]
            else _rows(text, block.span())
        )
        done = block.end()
    return [*units, *_sentences(text, done, len(text), language)]


def _sentences(text: str, start: int, end: int, language: str) -> Iterator[Unit]:
    """The sentences of a stretch of prose; a line that is indented, as code is, stays whole."""
    starts = [start + at for at, _ in sentence_spans(text[start:end], language)]
    starts = [at for at in starts if at == start or not _is_inside_indented(text, at)]
    for span in pairwise([*starts, end]):
        inner = content_span(text, *span)
        if inner[0] < inner[1]:
            yield Unit(*inner)


def _is_inside_indented(text: str, at: int) -> bool:
    line = text.rfind("\n", 0, at) + 1
    return line < at and _INDENTED.match(text, line) is not None and bool(text[line:at].strip())


def _rows(text: str, block: Span) -> Iterator[Unit]:
    """The rows of a table; its header is one unit with the rule below it."""
    lines = [found.span() for found in _LINE.finditer(text, *block)]
    rule = next((n for n, line in enumerate(lines) if _RULE.fullmatch(text, *line)), 0)
    header = content_span(text, lines[0][0], lines[rule][1]) if rule else None
    if header is not None:
        yield Unit(*header)
    for line in lines[rule + 1 if rule else 0 :]:
        yield Unit(*content_span(text, *line), is_row=True, header=header)
