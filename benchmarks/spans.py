"""Token-level recall, precision and IoU of retrieved spans, as chunking_evaluation defines them.

It knows ranges of characters, no chunks and no questions. The definitions are those of Chroma's
report, research.trychroma.com/evaluating-chunking: what is wanted counts once however often it is
found, what is retrieved counts as often as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Score:
    """Shares in [0, 1] for one question."""

    recall: float
    precision: float
    iou: float


def union(spans: Iterable[Span]) -> list[Span]:
    """The same characters as disjoint spans, in order."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def score(wanted: Sequence[Span], retrieved: Sequence[Span], elsewhere: int = 0) -> Score:
    """The score of spans retrieved from the text that is wanted from, and `elsewhere` characters.

    `wanted` must not be empty, nor all of the retrieved.
    """
    found = union(
        (max(start, first), min(end, last))
        for start, end in retrieved
        for first, last in wanted
        if max(start, first) < min(end, last)
    )
    n_found = _length(found)
    n_wanted = _length(union(wanted))
    n_retrieved = _length(retrieved) + elsewhere
    return Score(
        recall=n_found / n_wanted,
        precision=n_found / n_retrieved,
        iou=n_found / (n_retrieved + n_wanted - n_found),
    )


def _length(spans: Iterable[Span]) -> int:
    return sum(end - start for start, end in spans)
