"""Says of each candidate of a search who found it, what each stage made of it, and why it stayed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.datatypes import Considered, Hit
from retrieval.distinct import distinct
from retrieval.search import findings, findings_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from quoth.datatypes import Chunk
    from retrieval.search import Ranking


def explain(ranking: Ranking, *, k: int, beyond: int) -> tuple[Considered, ...]:
    """The candidates of a ranking, best first, as a search for `k` takes or leaves them.

    They end with the `beyond` ones after the last that was kept.
    """
    chunks = ranking.read(row for row, _ in ranking.order)
    every = tuple(_considered(ranking, chunks, k))
    last = max((place for place, one in enumerate(every) if one.kept), default=-1)
    return every[: last + 1 + beyond]


def _considered(ranking: Ranking, chunks: Mapping[int, Chunk], k: int) -> Iterator[Considered]:
    found_by, stages = findings_of(ranking), findings(ranking.stages)
    each = distinct(ranking.order, ranking.read, len(ranking.order) or 1, ranking.vectors)
    place_of = {row: place for place, one in enumerate(each, 1) for row in one.same}
    firsts = {one.row for one in each}
    for row, score in ranking.order:
        if row in chunks:
            place, again = place_of[row], row not in firsts
            hit = Hit(chunks[row], score, place, ranking.similarities[row], found_by[row])
            kept = not again and place <= k
            yield Considered(hit, stages[row], kept, _reason(place, k, again=again))


def _reason(place: int, k: int, *, again: bool) -> str:
    if again:
        return f"has the same text as number {place}"
    return (
        f"number {place} of the {k} asked for" if place <= k else f"comes after the {k} asked for"
    )
