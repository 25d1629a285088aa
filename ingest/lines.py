"""Tells from the lengths of a page's lines where a paragraph ends and which line is a title.

It knows one page's text, no other formats and no sizes of chunks. Where lines are wrapped, one much
shorter than the usual ends a paragraph; where they are not, each is a paragraph.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIGURE = re.compile(r"[($€£¥+\-–—]*\d[\d,.%)]*|[$€£¥%—–-]+\)?")
_DIGIT = re.compile(r"\d")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*\s*\Z")
_NO_TITLE_END = re.compile(r"[.!?。！？…,;，；、][\"'”’»)\]*_]*\Z")
_ITEM = re.compile(r"\s*(?:[-*+•▪◦●■]\s|\|)")
_LETTER = re.compile(r"[^\W\d_]")
_SHORT = 0.7
_SHORTEST_PROSE = 40
# Nobody wraps lines at this width: there, a line is a paragraph.
_WIDEST_WRAP = 200
_LONGEST_TITLE = 80
_MOST_TITLES = 3


@dataclass(frozen=True, slots=True)
class _Line:
    """A line with more than white space: its offset in the page, its text, what it looks like."""

    start: int
    text: str
    after_blank: bool
    is_row: bool


class Lines:
    """The lines of a page that hold more than white space."""

    def __init__(self, page: str) -> None:
        self._lines = list(_lines(page))
        lengths = sorted(len(line.text) for line in self._lines)
        self._usual = max(_SHORTEST_PROSE, lengths[len(lengths) * 4 // 5]) if lengths else 0

    def starts(self) -> Iterator[tuple[int, bool]]:
        """Where a line begins that does not carry on the one before; True for a paragraph."""
        for before, line in zip(self._lines, self._lines[1:], strict=False):
            if line.is_row or before.is_row:
                yield line.start, False
            elif len(before.text) < _SHORT * self._usual or self._usual > _WIDEST_WRAP:
                yield line.start, bool(_SENTENCE_END.search(before.text))

    def titles(self) -> Iterator[tuple[int, int]]:
        """The spans from a short line that looks like a title to the text below it.

        It stands alone: after a sentence's end, an empty line or another title.
        """
        long = min(_SHORT * self._usual, _LONGEST_TITLE)
        run: list[_Line] = []
        before: _Line | None = None
        for line in self._lines:
            if len(line.text) < long and _may_be_title(line):
                if run or line.after_blank or before is None or _SENTENCE_END.search(before.text):
                    run.append(line)
            else:
                if 0 < len(run) <= _MOST_TITLES and len(line.text) >= long and _opens(line):
                    yield run[0].start, line.start
                run = []
            before = line


def _may_be_title(line: _Line) -> bool:
    return _opens(line) and not (_ITEM.match(line.text) or _NO_TITLE_END.search(line.text))


def _opens(line: _Line) -> bool:
    """Whether the line is words, and not those that carry on a sentence."""
    letter = _LETTER.search(line.text)
    return letter is not None and not letter[0].islower() and not line.is_row


def _lines(page: str) -> Iterator[_Line]:
    start, blank = 0, True
    for line in page.split("\n"):
        if stripped := line.rstrip():
            yield _Line(start, stripped, blank, _is_row_of_figures(stripped))
        blank = not stripped
        start += len(line) + 1


def _is_row_of_figures(line: str) -> bool:
    """Whether two figures end the line, or figures are most of it."""
    if not _DIGIT.search(line):
        return False
    figures = [bool(_FIGURE.fullmatch(word)) for word in line.split()]
    return all(figures[-2:]) or sum(figures) * 2 > len(figures)
