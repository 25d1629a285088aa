"""Puts the segments of one column into lines, in the order that the file and the page agree on.

A file writes a paragraph, or a formula with its indices and fractions, in the order it is read, and
its pieces close to each other. So such a run keeps the file's order; runs are placed by height.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.readers.pdf_segments import Segment

    Segments = list[Segment]

_JUMP = 1.5
_UP = -0.2
_BACK = 2.0
_SAME_LINE = 0.9
# The labels of a figure stand apart and are written together.
_LABEL, _LABEL_JUMP = 3, 8.0


def in_lines(segments: Sequence[Segment]) -> list[Segments]:
    """The segments line by line, from top to bottom."""
    runs = _runs(_stream_lines(segments))
    merged: list[Segments] = []
    while runs:
        run = min(runs, key=lambda run: _middle(run[0]))
        line = run.pop(0)
        if merged and _continues(merged[-1], line):
            merged[-1] += line
        else:
            merged.append(line)
        runs = [run for run in runs if run]
    return merged


def _stream_lines(segments: Sequence[Segment]) -> list[Segments]:
    """What the file writes one after the other on one line."""
    lines: list[Segments] = []
    for segment in sorted(segments, key=lambda one: one.stream):
        if lines and _beside(lines[-1][-1], segment):
            lines[-1].append(segment)
        else:
            lines.append([segment])
    return lines


def _beside(one: Segment, two: Segment) -> bool:
    """Whether they overlap by half in height and the second stands next to the first."""
    shared = min(one.bottom, two.bottom) - max(one.top, two.top)
    height = max(one.height, two.height)
    share = shared / max(min(one.height, two.height), 0.1)
    apart = max(two.x0 - one.x1, one.x0 - two.x1)
    onwards = two.x0 > one.x1 and share > _SAME_LINE
    return share >= 0.5 and -0.5 * height < apart and (apart < _BACK * height or onwards)


def _runs(lines: Sequence[Segments]) -> list[list[Segments]]:
    """Lines that follow each other in the file without a jump on the page."""
    runs: list[list[Segments]] = []
    for line in lines:
        if runs and not _jumps(runs[-1][-1], line):
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs


def _jumps(before: Segments, line: Segments) -> bool:
    height = max(one.height for one in (*before, *line))
    down = min(one.top for one in line) - max(one.bottom for one in before)
    up = min(one.top for one in before) - max(one.bottom for one in line)
    few, many = sorted((_n_words(before), _n_words(line)))
    if many <= _LABEL:
        return max(down, up) > _LABEL_JUMP * height
    return down > _JUMP * height or up > (_UP if few > _LABEL else _JUMP) * height


def _n_words(line: Segments) -> int:
    return sum(len(one.words) for one in line)


def _middle(line: Segments) -> float:
    return sum(one.middle for one in line) / len(line)


def _continues(before: Segments, line: Segments) -> bool:
    """Whether a line of another run stands beside and to the right of this one."""
    if line[0].stream == before[-1].stream + 1:
        return False
    shared = min(before[-1].bottom, line[0].bottom) - max(before[-1].top, line[0].top)
    low = min(before[-1].height, line[0].height)
    return shared >= 0.5 * low and line[0].x0 >= max(one.x1 for one in before)


def text_of(line: Sequence[Segment]) -> str:
    """The text of a line."""
    return " ".join(segment.text for segment in line)
