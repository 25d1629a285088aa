"""Pseudo-relevance feedback: moves a question's vector towards what it found. Knows vectors only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.datatypes import FloatArray

# More dilute where exactly one document is relevant: docs/decisions/0017.
_BELIEVED = 2


def moved_towards(
    ranked: Sequence[tuple[int, float]],
    question: FloatArray,
    vectors: Mapping[int, FloatArray],
    weight: float,
) -> FloatArray:
    """The unit vector of `question` plus `weight` times the mean of the best `ranked` rows.

    The rows are weighted by their scores. Rocchio, "Relevance Feedback in Information Retrieval",
    1971, with the first results taken as relevant, in the space of embeddings.
    """
    best = [(vectors[row], score) for row, score in ranked[:_BELIEVED]]
    total = sum(score for _, score in best)
    if total <= 0:
        return question
    mean = sum(score * vector for vector, score in best) / total
    moved = np.asarray(question + weight * mean, dtype=np.float32)
    return np.asarray(moved / max(float(np.linalg.norm(moved)), 1e-12), dtype=np.float32)
