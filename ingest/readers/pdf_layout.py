"""Puts the segments of a page into lines in reading order; knows columns and tables by name only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.readers.pdf_columns import is_right_to_left, regions
from ingest.readers.pdf_lines import in_lines, text_of
from ingest.readers.pdf_tables import Row, rows_of, table_spans, write_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ingest.readers.pdf_segments import Segment

_PARAGRAPH = 0.6


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text, or a whole table. `gap` says that white space stands above it.

    `top` and `bottom` are in points from the top of the page; `size` is the largest font's.
    """

    text: str
    top: float
    bottom: float
    size: float
    bold: bool
    gap: bool = False
    table: bool = False
    streams: tuple[int, ...] = ()


def lines_of(segments: Sequence[Segment]) -> list[Line]:
    """The lines of a page in reading order; text in another direction than the page's comes last.

    Columns of Chinese or Japanese that run downwards are read from the right.
    """
    upright = [segment for segment in segments if not segment.aside]
    lines = [line for region in regions(upright) for line in _region_lines(region)]
    aside = _downwards([segment for segment in segments if segment.aside])
    return [*lines, *(_line([segment], gap=not at) for at, segment in enumerate(aside))]


def _downwards(aside: list[Segment]) -> list[Segment]:
    text = "".join(segment.words[0].text[:4] for segment in aside)
    wide = sum(unicodedata.east_asian_width(letter) == "W" for letter in text)
    if wide <= len(text) / 2:
        return aside
    found: list[Segment] = []
    tier: list[Segment] = []
    for segment in sorted(aside, key=lambda one: one.top):
        if tier and segment.top >= max(one.bottom for one in tier):
            found += _from_the_right(tier)
            tier = []
        tier.append(segment)
    return [*found, *_from_the_right(tier)]


def _from_the_right(tier: Iterable[Segment]) -> list[Segment]:
    return sorted(tier, key=lambda one: (-round(one.x1 / max(one.size, 1.0)), one.top))


def text_of_lines(lines: Iterable[Line]) -> str:
    """The lines, a blank one before each that stands apart."""
    return "\n".join(f"\n{line.text}" if line.gap else line.text for line in lines)


def _region_lines(region: Sequence[Segment]) -> Iterator[Line]:
    """The tables of a region, and the lines above, between and below them."""
    rows = rows_of(region)
    right_to_left = is_right_to_left(region)
    at = 0
    for start, end in [*table_spans(rows), (len(rows), len(rows))]:
        between = [segment for row in rows[at:start] for segment in row.segments]
        yield from _prose(between, right_to_left=right_to_left)
        if start < end:
            yield _table(rows[start:end])
        at = end


def _prose(segments: Sequence[Segment], *, right_to_left: bool) -> Iterator[Line]:
    lines = in_lines(segments)
    spaces = [_space(above, below) for above, below in pairwise(lines)]
    usual = median(spaces) if spaces else 0.0
    for line, space in zip(lines, [float("inf"), *spaces], strict=False):
        gap = space > usual + _PARAGRAPH * line[0].height
        yield _line(sorted(line, key=lambda one: -one.x0) if right_to_left else line, gap=gap)


def _space(above: Sequence[Segment], below: Sequence[Segment]) -> float:
    return min(one.top for one in below) - max(one.bottom for one in above)


def _line(segments: Sequence[Segment], *, gap: bool) -> Line:
    return Line(
        text=text_of(segments),
        top=min(one.top for one in segments),
        bottom=max(one.bottom for one in segments),
        size=max(one.size for one in segments),
        bold=all(one.bold for one in segments),
        gap=gap,
        streams=tuple(one.stream for one in segments),
    )


def _table(rows: Sequence[Row]) -> Line:
    segments = [segment for row in rows for segment in row.segments]
    return Line(
        text=write_table(rows),
        top=rows[0].top,
        bottom=rows[-1].bottom,
        size=0.0,
        bold=False,
        gap=True,
        table=True,
        streams=tuple(one.stream for one in segments),
    )
