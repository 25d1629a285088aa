"""Finds the columns of a page and so the order in which its regions are read; knows only segments.

A column's lines begin at one left edge. Each such edge is tried as the place of a gutter: the lines
that cross it end the columns above and below. Cells of a table begin at one edge too, so both sides
must read as columns: prose, or written one after the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.readers.pdf_segments import Segment

_FEWEST = 3
_LEAST_TEXT = 60
_EDGE = 3.0
_LABEL = 8
_NUMBERED = re.compile(r"(\d{1,3})[.)]\s")
_DEEPEST = 12
_CANDIDATES = 12
_NARROWEST = 0.5
_STRICT_WORDS, _STRICT_FILL = 4.5, 0.75
_FLIPS = 0.2
_FIGURES = 0.4


@dataclass(frozen=True, slots=True)
class _Split:
    """A region cut at a gutter, and how many lines stand on its emptier side."""

    above: list[Segment]
    left: list[Segment]
    right: list[Segment]
    below: list[Segment]
    lines: int


def regions(segments: Sequence[Segment], depth: int = 0) -> list[list[Segment]]:
    """The segments of each region that holds one column, in reading order."""
    split = _best_split(segments) if depth < _DEEPEST else None
    if split is None:
        return [list(segments)] if segments else []
    if (height := _height_of_cut(split)) is not None:
        upper = [one for one in segments if one.middle < height]
        lower = [one for one in segments if one.middle >= height]
        return [*regions(upper, depth + 1), *regions(lower, depth + 1)]
    sides = [split.left, split.right]
    if is_right_to_left(segments):
        sides.reverse()
    parts = [split.above, *sides, split.below]
    return [region for part in parts for region in regions(part, depth + 1)]


def is_right_to_left(segments: Sequence[Segment]) -> bool:
    """Whether most letters are of a script that is written from right to left."""
    sample = "".join(segment.words[0].text[:4] for segment in segments)
    kinds = Counter(unicodedata.bidirectional(letter) for letter in sample)
    return kinds["R"] + kinds["AL"] > kinds["L"]


def _best_split(segments: Sequence[Segment]) -> _Split | None:
    if len(segments) < 2 * _FEWEST:
        return None
    splits = [
        split for x in _candidates(segments) for split in _splits_at(x, segments) if _reads(split)
    ]
    return max(splits, key=lambda split: split.lines, default=None)


def _candidates(segments: Sequence[Segment]) -> list[float]:
    """Left edges shared by several segments, those of most first; the region's own edge is none."""
    first = min(segment.x0 for segment in segments)
    edges = Counter(round(segment.x0 / _EDGE) for segment in segments)
    shared = {edge: n + edges.get(edge + 1, 0) for edge, n in edges.items()}
    found = [
        (edge * _EDGE, n)
        for edge, n in sorted(shared.items(), key=lambda item: -item[1])
        if n >= _FEWEST and edge * _EDGE > first + 3 * _EDGE
    ]
    return [x - 0.6 * _EDGE for x, _ in found[:_CANDIDATES]]


def _splits_at(x: float, segments: Sequence[Segment]) -> list[_Split]:
    """The region cut at x, once for each stretch between two lines that cross it."""
    crossing = sorted(one.middle for one in segments if one.x0 < x < one.x1)
    bounds = [float("-inf"), *crossing, float("inf")]
    splits = []
    for top, bottom in pairwise(bounds):
        inside = [one for one in segments if top < one.middle < bottom]
        left = [one for one in inside if one.x1 <= x]
        right = [one for one in inside if one.x0 >= x]
        if min(len(left), len(right)) >= _FEWEST:
            splits.append(_trimmed(segments, left, right))
    return splits


def _trimmed(segments: Sequence[Segment], left: list[Segment], right: list[Segment]) -> _Split:
    """The columns reach from where both have begun; a lone side's lines far off are not theirs."""
    top = max(min(one.top for one in left), min(one.top for one in right))
    bottom = min(max(one.bottom for one in left), max(one.bottom for one in right))
    slack = 2.5 * median(one.height for one in (*left, *right))
    left, right = _near(left, top, bottom, slack), _near(right, top, bottom, slack)
    if not (left and right):
        return _Split([], left, right, [], 0)
    ours = {one.stream for one in (*left, *right)}
    first = min(one.middle for one in (*left, *right))
    rest = [one for one in segments if one.stream not in ours]
    above = [one for one in rest if one.middle < first]
    below = [one for one in rest if one.middle >= first]
    return _Split(above, left, right, below, min(_n_lines(left), _n_lines(right)))


def _height_of_cut(split: _Split) -> float | None:
    """Where white space crosses both columns and the file writes all above it before all below.

    Such a page is a grid, read row by row, unless its numbers say that its columns are read first.
    """
    both = sorted([*split.left, *split.right], key=lambda one: one.middle)
    written = [one for one in both if _n_letters([one]) >= _LABEL]
    bottom = both[0].bottom
    for above, below in pairwise(both):
        bottom = max(bottom, above.bottom)
        if below.top - bottom < above.height:
            continue
        upper = [one for one in written if one.middle < below.middle]
        lower = [one for one in written if one.middle >= below.middle]
        if _row_by_row(upper, lower, split.right[0].x0) and not _numbered_down(split):
            return (bottom + below.top) / 2
    return None


def _row_by_row(upper: Sequence[Segment], lower: Sequence[Segment], x: float) -> bool:
    """Whether the file writes the upper part, which has both sides, before the lower."""
    if not upper or not lower or len({one.x0 < x for one in upper}) < 2:
        return False
    return max(one.stream for one in upper) < min(one.stream for one in lower)


def _numbered_down(split: _Split) -> bool:
    """Whether the lines that begin with a number count down the left column, then the right."""
    numbers = [
        int(found[1])
        for side in (split.left, split.right)
        for one in sorted(side, key=lambda one: one.middle)
        if (found := _NUMBERED.match(one.text))
    ]
    return len(numbers) > _FEWEST and all(a < b for a, b in pairwise(numbers))


def _near(side: list[Segment], top: float, bottom: float, slack: float) -> list[Segment]:
    """The lines between the bounds and those that go on from them without a gap."""
    ordered = sorted(side, key=lambda one: one.middle)
    inside = [at for at, one in enumerate(ordered) if top <= one.middle <= bottom]
    if not inside:
        return []
    first, last = inside[0], inside[-1]
    while first > 0 and ordered[first].top - ordered[first - 1].bottom <= slack:
        first -= 1
    while last + 1 < len(ordered) and ordered[last + 1].top - ordered[last].bottom <= slack:
        last += 1
    return ordered[first : last + 1]


def _n_lines(side: Sequence[Segment]) -> int:
    """How many lines the segments make, several on one line counted once."""
    count, below = 0, float("-inf")
    for one in sorted(side, key=lambda one: one.middle):
        if one.middle > below:
            count, below = count + 1, one.bottom
    return count


def _reads(split: _Split) -> bool:
    """Whether both sides are columns of text rather than columns of a table."""
    left, right = split.left, split.right
    if split.lines < _FEWEST or min(map(_n_letters, (left, right))) < _LEAST_TEXT:
        return False
    height = median(one.height for one in (*left, *right))
    gutter = min(one.x0 for one in right) - max(one.x1 for one in left)
    if gutter < _NARROWEST * height or max(_figures(left), _figures(right)) > _FIGURES:
        return False
    flips = _flips(left, right)
    if flips <= max(3, _FLIPS * split.lines):
        return True
    if flips <= split.lines:
        return all(_n_prose(side) >= _FEWEST for side in (left, right))
    return all(_words(s) >= _STRICT_WORDS and _fill(s) >= _STRICT_FILL for s in (left, right))


def _n_prose(side: Sequence[Segment]) -> int:
    """How many of its segments are lines of prose that nearly fill it."""
    width = max(one.x1 for one in side) - min(one.x0 for one in side)
    return sum(len(one.words) >= 5 and one.x1 - one.x0 >= 0.6 * width for one in side)


def _n_letters(side: Sequence[Segment]) -> int:
    return sum(len(word.text) for one in side for word in one.words)


def _figures(side: Sequence[Segment]) -> float:
    """The share of segments that hold more digits than letters."""
    return sum(map(_is_figure, side)) / len(side)


def _is_figure(segment: Segment) -> bool:
    text = segment.text
    return not any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) > len(text) / 2


def _words(side: Sequence[Segment]) -> float:
    return sum(len(one.words) for one in side) / max(1, _n_lines(side))


def _fill(side: Sequence[Segment]) -> float:
    """How much of the side's width its usual segment takes."""
    width = max(one.x1 for one in side) - min(one.x0 for one in side)
    return median(one.x1 - one.x0 for one in side) / max(width, 1.0)


def _flips(left: Sequence[Segment], right: Sequence[Segment]) -> int:
    """How often the file goes from one side to the other."""
    marks = sorted([(one.stream, 0) for one in left] + [(one.stream, 1) for one in right])
    return sum(a[1] != b[1] for a, b in pairwise(marks))
