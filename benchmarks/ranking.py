"""Measures of a ranking of documents against judgements. Knows ids and grades only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Normalised discounted cumulative gain of the first `k`, in [0, 1].

    The gain is the grade, the discount log2(rank + 1), as trec_eval computes it (Järvelin and
    Kekäläinen, "Cumulated Gain-Based Evaluation of IR Techniques", 2002). 0 without any
    relevant document.
    """
    ideal = _dcg(sorted((grade for grade in grades.values() if grade > 0), reverse=True)[:k])
    return _dcg([max(grades.get(name, 0), 0) for name in ranked[:k]]) / ideal if ideal else 0.0


def recall(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """The share of the relevant documents that are among the first `k`, in [0, 1]."""
    relevant = {name for name, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranked[:k])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """One over the rank of the first relevant document among the first `k`; 0 without one."""
    ranks = (rank for rank, name in enumerate(ranked[:k], 1) if grades.get(name, 0) > 0)
    return 1 / rank if (rank := next(ranks, 0)) else 0.0


def distinct(names: Iterable[str]) -> list[str]:
    """Each name once, where it is first: a document ranks by its best chunk."""
    return list(dict.fromkeys(names))


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, 1))
