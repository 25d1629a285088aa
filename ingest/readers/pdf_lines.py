"""Puts the segments of one column into lines, in the order that the file and the page agree on.

A file writes a paragraph, or a formula with its indices and fractions, in the order it is read, and
its pieces close to each other. So such a run keeps the file's order; runs are placed by height.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.readers.pdf_segments import Segment

    Segments = list[Segment]

# Figures stand above "(a) Its title   (b) Its title".
SUBTITLE = re.compile(r"\([a-z]\)\s")
_JUMP = 1.5
_UP = -0.2
_BACK = 2.0
_SAME_LINE = 0.9
_MOST_LABELS = 20
# The labels of a figure stand apart and are written together.
_LABEL, _LABEL_JUMP = 3, 8.0


def in_lines(segments: Sequence[Segment]) -> list[Segments]:
    """The segments line by line, from top to bottom."""
    runs = _with_figures_whole(_runs(_stream_lines(segments)))
    merged: list[Segments] = []
    while runs:
        run = _next(runs)
        line = run.pop(0)
        if merged and _continues(merged[-1], line):
            merged[-1] += line
        else:
            merged.append(line)
        while run and _stands_beside_another(line, run[0], runs):
            line = run.pop(0)
            merged.append(line)
        runs = [run for run in runs if run]
    return merged


def _next(runs: Sequence[list[Segments]]) -> list[Segments]:
    """The run that goes on highest; of those on one height the one furthest to the left."""
    highest = min(runs, key=lambda run: _middle(run[0]))
    level = [run for run in runs if _overlap(run[0], highest[0])]
    return min(level, key=lambda run: run[0][0].x0)


def _stands_beside_another(line: Segments, below: Segments, runs: Sequence[list[Segments]]) -> bool:
    """Whether the two are lines of a paragraph that another stands to the right of.

    Such are the titles of two figures side by side: too few lines to be found as columns.
    """
    height = max(one.height for one in line)
    if _n_words(line) <= _LABEL or _jumps(line, below) or _space(line, below) > height:
        return False
    right = max(one.x1 for one in (*line, *below))
    beside = [run[0] for run in runs if _overlap(run[0], line) and run[0] is not below]
    return any(
        _n_words(one) > _LABEL and min(part.x0 for part in one) > right - 0.3 * height
        for one in beside
    )


def _overlap(one: Segments, two: Segments) -> bool:
    """Whether they share half of the lower one's height."""
    shared = min(one[0].bottom, two[0].bottom) - max(one[0].top, two[0].top)
    return shared >= 0.5 * min(one[0].height, two[0].height)


def _space(above: Segments, below: Segments) -> float:
    return min(one.top for one in below) - max(one.bottom for one in above)


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


def _with_figures_whole(runs: Sequence[list[Segments]]) -> list[list[Segments]]:
    """The runs, those of figures side by side joined: each figure's labels end in its title."""
    joined: list[list[Segments]] = []
    at = 0
    while at < len(runs):
        run, after = list(runs[at]), at + 1
        while end := _end_of_next_figure(run, runs[after : after + _MOST_LABELS]):
            run += [line for label in runs[after : after + end] for line in label]
            after += end
        joined.append(run)
        at = after
    return joined


def _end_of_next_figure(before: list[Segments], runs: Sequence[list[Segments]]) -> int:
    """How many runs reach from one figure's title to that of the one beside it; 0 when none does.

    They are a row as "(a) …" and "(b) …", and between them the file has only what stands above.
    """
    one = next((line for line in reversed(before) if SUBTITLE.match(text_of(line))), None)
    if one is None:
        return 0
    for count, run in enumerate(runs, 1):
        two = next((line for line in run if SUBTITLE.match(text_of(line))), None)
        if two is not None:
            is_next = ord(text_of(two)[1]) == ord(text_of(one)[1]) + 1
            return count if is_next and _overlap(one, two) and two[0].x0 > one[-1].x1 else 0
        if max(line[0].middle for line in run) > one[0].middle:
            return 0
    return 0


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
