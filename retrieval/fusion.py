"""Joins the scores of the two retrievers into one ranking. Knows rows and numbers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def convex_fusion(
    similarities: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float
) -> list[tuple[int, float]]:
    """Rank rows by a weighted mean of both scores, each scaled to [0, 1]; best first.

    `similarities` holds the cosine of every candidate, `lexical` the BM25 score of those that
    share a word with the question; the others count as 0. Scaling is by the theoretical minimum
    for BM25 (0) and by the least similar candidate for the cosine: Bruch, Gai and Ingber, "An
    Analysis of Fusion Functions for Hybrid Retrieval", 2023. Ties go to the lower row.
    """
    if not similarities:
        return []
    low, high = min(similarities.values()), max(similarities.values())
    best = max(lexical.values(), default=0.0)
    fused = {
        row: dense_weight * _scaled(similarity, low, high)
        + (1 - dense_weight) * _scaled(lexical.get(row, 0.0), 0.0, best)
        for row, similarity in similarities.items()
    }
    return best_first(fused.items())


def best_first(scored: Iterable[tuple[int, float]]) -> list[tuple[int, float]]:
    """Rows ranked by their scores. Ties go to the lower row."""
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


def _scaled(value: float, low: float, high: float) -> float:
    return (value - low) / (high - low) if high > low else float(value > 0)
