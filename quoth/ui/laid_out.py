"""Lays a page's text out as it was written: headings, lists, tables, code, with the quotes marked.

Readers write tables as rows between bars, and keep the marks of Markdown; whatever else is in a
text stays text. Knows markup, no Streamlit.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quoth.ui.markup import Html, element, join, quote_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_RULE = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+\s*:?-*:?\s*\|?\s*")
_ITEM = re.compile(r"(\s*)(?:[-*+]|(\d{1,4}[.)]))\s+")
_HASHES = re.compile(r"\s*#{1,6}\s+")
_CELL = re.compile(r"(?<!\\)\|")
_INLINE = re.compile(r"\*\*(?=\S)(?P<bold>[^*\n]+?)(?<=\S)\*\*|`(?P<code>[^`\n]+)`")
_FENCE = "```"
_LARGEST = 3  # levels of headings that differ in size

Line = tuple[int, int]


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A page's text with the quotes in it: (start, end, number), sorted, none over another.

    What is not cited has the number 0.
    """

    text: str
    marks: tuple[tuple[int, int, int], ...] = ()

    def words(self, start: int, end: int) -> Html:
        """The text in between, with what is quoted of it marked; a quote's number ends it."""
        pieces: list[Html] = []
        done = start
        for first, last, number in self.marks:
            begin, finish = max(first, done), min(last, end)
            if begin >= finish:
                continue
            sign = quote_number(number) if last <= end else ""
            pieces += [join(self.text[done:begin]), element("mark", self.text[begin:finish], sign)]
            done = finish
        return join(*pieces, self.text[done:end])

    def inline(self, start: int, end: int) -> Html:
        """The same with bold words and code as such."""
        pieces: list[Html] = []
        done = start
        for found in _INLINE.finditer(self.text, start, end):
            kind = "bold" if found["bold"] else "code"
            inside = self.words(*found.span(kind))
            styled = (
                element("b", inside) if kind == "bold" else element("span", inside, class_="q-code")
            )
            pieces += [self.words(done, found.start()), styled]
            done = found.end()
        return join(*pieces, self.words(done, end))


def blocks(marked: MarkedText, headings: Mapping[int, int]) -> Iterator[tuple[int, Html]]:
    """Each block with where it ends in the text; `headings` are levels by where a heading starts."""
    lines = list(_lines(marked.text))
    at = 0
    while at < len(lines):
        end = _block_end(marked.text, lines, at, headings)
        yield lines[end - 1][1], _block(marked, lines[at:end], headings)
        at = end


def _lines(text: str) -> Iterator[Line]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _kind(text: str, line: Line, headings: Mapping[int, int]) -> str:
    words = text[slice(*line)]
    if not words.strip():
        return "gap"
    if any(start in headings for start in range(line[0], line[1])):
        return "heading"
    if words.lstrip().startswith(_FENCE):
        return "code"
    if words.lstrip().startswith("|"):
        return "table"
    return "item" if _ITEM.match(words) else "words"


def _block_end(text: str, lines: list[Line], at: int, headings: Mapping[int, int]) -> int:
    """The number of the line after the block that begins at line `at`."""
    kind = _kind(text, lines[at], headings)
    end = at + 1
    if kind == "code":
        while end < len(lines) and not text[slice(*lines[end])].lstrip().startswith(_FENCE):
            end += 1
        return min(end + 1, len(lines))
    while kind != "heading" and end < len(lines) and _kind(text, lines[end], headings) == kind:
        end += 1
    return end


def _block(marked: MarkedText, lines: list[Line], headings: Mapping[int, int]) -> Html:
    start, end = lines[0][0], lines[-1][1]
    kind = _kind(marked.text, lines[0], headings)
    if kind == "gap":
        return Html("")
    if kind == "heading":
        return _heading(marked, lines[0], headings)
    if kind == "code":
        closed = len(lines) > 1 and marked.text[slice(*lines[-1])].lstrip().startswith(_FENCE)
        inner = lines[1:-1] if closed else lines[1:]
        words = marked.words(inner[0][0], inner[-1][1]) if inner else ""
        return element("div", words, class_="q-code q-code-block")
    if kind == "table":
        return _table(marked, lines)
    if kind == "item":
        return element("div", *(_item(marked, line) for line in lines), class_="q-items")
    return element("div", marked.inline(start, end), class_="q-paragraph")


def _heading(marked: MarkedText, line: Line, headings: Mapping[int, int]) -> Html:
    level = next(headings[start] for start in range(*line) if start in headings)
    hashes = _HASHES.match(marked.text, *line)
    words = marked.inline(hashes.end() if hashes else line[0], line[1])
    return element("div", words, class_=f"q-h q-h{min(level, _LARGEST)}")


def _item(marked: MarkedText, line: Line) -> Html:
    found = _ITEM.match(marked.text, *line)
    assert found is not None
    sign = element("span", found[2] or "•", class_="q-bullet")
    depth = min(len(found[1].expandtabs(4)) // 2, 6)
    words = element("span", marked.inline(found.end(), line[1]))
    return element("div", sign, words, class_="q-item", style=f"margin-left:{depth * 1.2:.1f}rem")


def _table(marked: MarkedText, lines: list[Line]) -> Html:
    ruled = len(lines) > 1 and _RULE.fullmatch(marked.text, *lines[1]) is not None
    rows = [line for line in lines if not _RULE.fullmatch(marked.text, *line)]
    written = (
        element("tr", *_cells(marked, line, "th" if ruled and number == 0 else "td"))
        for number, line in enumerate(rows)
    )
    return element("div", element("table", *written, class_="q-table"), class_="q-scroll")


def _cells(marked: MarkedText, line: Line, tag: str) -> Iterator[Html]:
    bars = [found.start() for found in _CELL.finditer(marked.text, *line)]
    edges = [*bars, line[1]] if marked.text[bars[-1] + 1 : line[1]].strip() else bars
    for left, right in itertools.pairwise(edges):
        cell = marked.text[left + 1 : right]
        start = left + 1 + len(cell) - len(cell.lstrip())
        yield element(tag, marked.inline(start, max(start, left + 1 + len(cell.rstrip()))))
