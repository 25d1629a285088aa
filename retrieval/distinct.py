"""Gives each text once, though several documents hold it. Knows rows and chunks only."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Chunk
    from retrieval.reading import ReadOnce


@dataclass(frozen=True, slots=True)
class Distinct:
    """A chunk that is ranked, and the sources of other documents that hold the same text."""

    row: int
    score: float
    chunk: Chunk
    also_in: tuple[str, ...] = ()


def distinct(ranked: Sequence[tuple[int, float]], read: ReadOnce, k: int) -> tuple[Distinct, ...]:
    """The best `k` rows whose texts differ, with their chunks.

    Of those that say the same, the best is kept. Sources are named where they rank among the
    first 2 k, or as many as it takes to find `k`.
    """
    alike: dict[str, list[tuple[int, float, Chunk]]] = {}
    for start in range(0, len(ranked), 2 * k):
        batch = ranked[start : start + 2 * k]
        chunks = read(row for row, _ in batch)
        for row, score in batch:
            if row in chunks:
                same = alike.setdefault(wording(chunks[row].text), [])
                same.append((row, score, chunks[row]))
        if len(alike) >= k:
            break
    return tuple(_distinct(same) for same in list(alike.values())[:k])


def wording(text: str) -> str:
    """The same for two texts that differ in case, white space or the form of characters only."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _distinct(same: Sequence[tuple[int, float, Chunk]]) -> Distinct:
    row, score, chunk = same[0]
    others = (other.source for _, _, other in same[1:] if other.source != chunk.source)
    return Distinct(row, score, chunk, tuple(dict.fromkeys(others)))
