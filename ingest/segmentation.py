"""Finds where a text may be cut, and how well; knows no tokens and no sizes.

A PDF's text has hard line ends and few blank lines. There, a line much shorter than its page's
usual line ends a paragraph, and lines that end in figures are rows of a table.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from enum import IntEnum
from operator import itemgetter
from typing import TYPE_CHECKING

from ingest.formats import SOURCE_CODE
from ingest.lines import Lines
from ingest.tables import find_tables, first_row_end
from quoth.sentences import sentence_spans

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quoth.datatypes import Document, Heading


class Break(IntEnum):
    """How good a place is for a cut. At INSIDE only what is too large for a chunk is cut."""

    INSIDE = 0
    SENTENCE = 1
    LINE = 2
    PARAGRAPH = 3
    SECTION = 4


Breaks = dict[int, Break]
Span = tuple[int, int]

_LINE_START = re.compile(r"^(?=[^\n])", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_BLANK = re.compile(r"\n[^\S\n]*\n\s*")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})([^\n]*)$", re.MULTILINE)
_ITEM = re.compile(
    r"^[ \t]*(?:[-*+•▪◦●■]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)])[ \t]+(?=\S)", re.MULTILINE
)
_ITEM_MAY_FOLLOW = re.compile(r"(?:[.:;,!?]|\b(?:and|or))[ \t]*\n\Z")
_ROW = re.compile(r"^[ \t]*\|[^\n]*", re.MULTILINE)
_UNDERLINE = re.compile(r"\n[ \t]*(?:=+|-+)[ \t]*(?=\n|\Z)")
_SENTENCE_GAP = re.compile(r"[.!?。！？…][\"'”’»)\]]*\s+")
_BODY = re.compile(r"\s*")
_COLON = re.compile(r"[:：][^\S\n]*\n\s*")
_SHORT_PARAGRAPH = 120
_WINDOW = 4000


def find_breaks(document: Document) -> list[tuple[int, Break]]:
    """Each offset where a piece of the text may begin, ascending from 0, with its kind."""
    text = document.text
    breaks: Breaks = {0: Break.SECTION}
    if document.media_type == SOURCE_CODE:
        return _code_breaks(document, breaks)
    titles: list[Span] = []
    for page in document.pages:
        lines = Lines(page.text)
        titles += [(page.start + start, page.start + below) for start, below in lines.titles()]
        for start, is_paragraph in lines.starts():
            kind = Break.PARAGRAPH if is_paragraph else Break.LINE
            _raise(breaks, page.start + start, kind)
    for start, _ in titles:
        _raise(breaks, start, Break.PARAGRAPH)
    for found in _BLANK.finditer(text):
        _raise(breaks, found.end(), Break.PARAGRAPH)
    for heading in document.headings:
        _raise(breaks, heading.start, Break.SECTION)
    fences = list(_fences(text))
    whole = _whole_spans(breaks, text, fences)
    for start, end in whole:
        _raise(breaks, start, Break.LINE)
        _raise(breaks, end, Break.LINE)
    _add_sentences(breaks, document, fences)
    _lower_within(breaks, whole)
    _keep_with_text(breaks, text, document.headings)
    _keep_with_next(breaks, titles)
    _keep_with_next(breaks, (found.span() for found in _COLON.finditer(text)))
    return sorted(breaks.items())


def _code_breaks(document: Document, breaks: Breaks) -> list[tuple[int, Break]]:
    """Lines of code stay whole; empty lines and definitions are the better places."""
    for found in _LINE_START.finditer(document.text):
        _raise(breaks, found.start(), Break.LINE)
    for found in _BLANK_LINES.finditer(document.text):
        _raise(breaks, found.end(), Break.PARAGRAPH)
    for heading in document.headings:
        _raise(breaks, heading.start, Break.SECTION)
    _keep_with_text(breaks, document.text, document.headings)
    return sorted(breaks.items())


def _add_sentences(breaks: Breaks, document: Document, fences: Sequence[tuple[int, int]]) -> None:
    """Sentence starts, paragraph by paragraph: an unclosed quote must not hide those after it.

    Code between fences has lines in their place.
    """
    text = document.text
    starts = sorted(breaks)
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        if _within(fences, start):
            for found in _LINE_START.finditer(text, start + 1, end):
                _raise(breaks, found.start(), Break.INSIDE)
        elif end - start > _SHORT_PARAGRAPH:
            for sentence in sentence_starts(text, start, end, document.language):
                _raise(breaks, sentence, Break.SENTENCE)


def sentence_starts(text: str, start: int, end: int, language: str) -> Iterator[int]:
    """Where the sentences of a span begin.

    It is read in windows: the time that sentencex takes grows with the square of the length.
    """
    while start < end:
        stop = _window_end(text, start, end)
        for sentence, _ in sentence_spans(text[start:stop], language):
            yield start + sentence
        start = stop


def _window_end(text: str, start: int, end: int) -> int:
    """At most a window further: after a sentence, else a line, else a word, where there is one.

    After a sentence, so that text before it that grows moves no sentence.
    """
    limit = start + _WINDOW
    if limit >= end:
        return end
    ends = [found.end() for found in _SENTENCE_GAP.finditer(text, start + _WINDOW // 2, limit)]
    if ends:
        return ends[-1]
    for mark in ("\n", " "):
        found = text.rfind(mark, start + _WINDOW // 2, limit)
        if found >= 0:
            return found + 1
    return limit


def _raise(breaks: Breaks, offset: int, kind: Break) -> None:
    breaks[offset] = max(kind, breaks.get(offset, Break.INSIDE))


def _whole_spans(
    breaks: Breaks, text: str, fences: Sequence[tuple[int, int]]
) -> list[tuple[int, int]]:
    """The spans of fenced code, list items and Markdown table rows, to be cut only if too large.

    A table's header goes with its first row.
    """
    items = list(_items(breaks, text))
    ends = sorted({*items, *(at for at, kind in breaks.items() if _ends_item(text, at, kind))})
    lists = [(start, _next(ends, start, len(text))) for start in items]
    rows = [found.span() for found in _ROW.finditer(text)]
    heads = [(table.start, first_row_end(text, table)) for table in find_tables(text)]
    return [
        *(span for span in (*lists, *rows, *heads) if not _within(fences, span[0])),
        *fences,
    ]


def _within(spans: Sequence[tuple[int, int]], offset: int) -> bool:
    """Whether an offset is in one of the spans, which are in order."""
    at = bisect_right(spans, offset, key=itemgetter(0)) - 1
    return at >= 0 and offset < spans[at][1]


def _ends_item(text: str, offset: int, kind: Break) -> bool:
    """Whether what begins here is not part of the item above; indented lines are."""
    return kind >= Break.PARAGRAPH or not text[offset : offset + 1].isspace()


def _fences(text: str) -> Iterator[tuple[int, int]]:
    """The spans of code between fences; a fence that is never closed encloses nothing."""
    opening: re.Match[str] | None = None
    for found in _FENCE.finditer(text):
        if opening is None:
            opening = found
        elif found[1].startswith(opening[1]) and not found[2].strip():
            yield opening.start(), found.end()
            opening = None


def _items(breaks: Breaks, text: str) -> Iterator[int]:
    """Where list items begin: not every line of prose that starts with a dash or "(ii)" does."""
    last_line = -1
    for found in _ITEM.finditer(text):
        start = found.start()
        before = text.rfind("\n", 0, max(0, start - 1)) + 1
        if start in breaks or before == last_line or _ITEM_MAY_FOLLOW.search(text, before, start):
            last_line = start
            yield start


def _next(ordered: list[int], offset: int, default: int) -> int:
    at = bisect_right(ordered, offset)
    return ordered[at] if at < len(ordered) else default


def _lower_within(breaks: Breaks, spans: Iterable[tuple[int, int]]) -> None:
    offsets = sorted(breaks)
    for start, end in spans:
        for offset in offsets[bisect_right(offsets, start) : bisect_left(offsets, end)]:
            breaks[offset] = Break.INSIDE


def _keep_with_next(breaks: Breaks, spans: Iterable[Span]) -> None:
    """Allow no cut from a span's second character to its end."""
    offsets = sorted(breaks)
    for start, end in spans:
        for offset in offsets[bisect_right(offsets, start) : bisect_right(offsets, end)]:
            if breaks[offset] is not Break.SECTION:
                breaks[offset] = Break.INSIDE


def _keep_with_text(breaks: Breaks, text: str, headings: Iterable[Heading]) -> None:
    """Allow no cut between a heading and the text below it."""
    spans = []
    for heading in headings:
        line_end = text.find("\n", min(heading.start + len(heading.text), len(text)))
        line_end = len(text) if line_end < 0 else line_end
        underline = _UNDERLINE.match(text, line_end)
        body = _BODY.match(text, underline.end() if underline else line_end)
        spans.append((heading.start, body.end()))  # type: ignore[union-attr]
    _keep_with_next(breaks, spans)
