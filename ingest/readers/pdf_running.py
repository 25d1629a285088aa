"""Recognises running headers, footers and page numbers; knows segments and their pages' heights.

Such a line stands outermost on its page and, but for its numbers, stands at the same place on
others near by. It must be on three pages, so a short document keeps everything.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers.pdf_tables import rows_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.readers.pdf_segments import Segment

_NEAR = 5
_OTHERS = 2
_DEEPEST = 4
_SAME_PLACE = 6.0
_ZONE = 0.2
_LARGE = 1.25
_LONGEST = 200
_NUMBER = re.compile(r"\d+|(?<![^\W_])[ivxlc]+(?![^\W_])")


@dataclass(frozen=True, slots=True)
class PageSegments:
    """What stands on a page, and how: its text layer, OCR, nothing, or not readable and why."""

    number: int
    segments: tuple[Segment, ...]
    height: float
    by_ocr: bool = False
    failure: str = ""
    notes: tuple[str, ...] = ()


class _Mark(NamedTuple):
    """An outer row: its text without numbers, and how far it stands from its edge of the page."""

    side: int
    key: str
    distance: float
    streams: frozenset[int]


def running_segments(
    pages: Iterable[PageSegments],
) -> Iterator[tuple[PageSegments, frozenset[int]]]:
    """Each page with the `stream` of those of its segments that run through pages near by.

    Holds only a few pages at a time.
    """
    window: deque[tuple[PageSegments, list[_Mark]]] = deque()
    waiting = 0
    for page in pages:
        window.append((page, _marks(page)))
        waiting += 1
        if waiting > _NEAR:
            yield _judged(window, len(window) - waiting)
            waiting -= 1
        while len(window) > 2 * _NEAR + 1:
            window.popleft()
    while waiting:
        yield _judged(window, len(window) - waiting)
        waiting -= 1


def _marks(page: PageSegments) -> list[_Mark]:
    """The outermost rows at top and bottom, each side from the outside inwards."""
    upright = [one for one in page.segments if not one.aside]
    if not upright:
        return []
    usual = median(one.size for one in upright)
    top, bottom = _ZONE * page.height, (1 - _ZONE) * page.height
    head = rows_of([one for one in upright if one.bottom <= top])
    foot = rows_of([one for one in upright if one.top >= bottom])
    marks = []
    for side, rows in enumerate((head[:_DEEPEST], foot[::-1][:_DEEPEST])):
        for row in rows:
            mark = _mark(side, row.segments, page.height)
            large = max(one.size for one in row.segments) > _LARGE * usual
            if len(mark.key) > _LONGEST or (large and mark.key != "#"):
                break
            marks.append(mark)
    return marks


def _mark(side: int, segments: Sequence[Segment], height: float) -> _Mark:
    text = " ".join(one.text for one in segments).casefold()
    edge = min(one.top for one in segments) if side == 0 else height - segments[0].bottom
    key = " ".join(sorted(_NUMBER.sub("#", text).split()))
    return _Mark(side, key, edge, frozenset(one.stream for one in segments))


def _judged(
    window: Sequence[tuple[PageSegments, list[_Mark]]], at: int
) -> tuple[PageSegments, frozenset[int]]:
    page, marks = window[at]
    others = [m for n, (_, m) in enumerate(window) if n != at and abs(n - at) <= _NEAR]
    running: set[int] = set()
    for side in (0, 1):
        for mark in marks:
            if mark.side != side:
                continue
            if sum(_holds(other, mark) for other in others) < _OTHERS:
                break
            running |= mark.streams
    return page, frozenset(running)


def _holds(marks: Sequence[_Mark], mark: _Mark) -> bool:
    return any(
        other.side == mark.side
        and other.key == mark.key
        and abs(other.distance - mark.distance) <= _SAME_PLACE
        for other in marks
    )
