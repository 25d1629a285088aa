"""Lets candidates that are alike have scores that are alike. Knows vectors and numbers only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retrieval.fusion import best_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quoth.datatypes import FloatArray

_MOST = 10
_WIDTH = 0.1  # a neighbour whose cosine is so much lower counts 1/e as much


def pulled_together(
    ranked: Sequence[tuple[int, float]], vectors: Mapping[int, FloatArray], weight: float
) -> list[tuple[int, float]]:
    """The rows ranked anew: each score by `weight` the mean of its nearest neighbours' scores.

    Neighbours are the ten candidates of the highest cosine, and count the more the higher it is.
    What answers a question seldom stands alone among the candidates, what only shares its words
    does. Diaz, "Regularizing Ad Hoc Retrieval Scores", 2005. Ties go to the lower row.
    """
    if len(ranked) < 3:
        return list(ranked)
    rows = [row for row, _ in ranked]
    scores = np.array([score for _, score in ranked])
    matrix = np.stack([vectors[row] for row in rows])
    cosines = matrix @ matrix.T
    np.fill_diagonal(cosines, -np.inf)
    n = min(_MOST, len(rows) - 1)
    nearest = np.argpartition(-cosines, n - 1, axis=1)[:, :n]
    shares = np.exp((np.take_along_axis(cosines, nearest, axis=1) - 1) / _WIDTH)
    shares /= shares.sum(axis=1, keepdims=True)
    pulled = (1 - weight) * scores + weight * (shares * scores[nearest]).sum(axis=1)
    return best_first(zip(rows, pulled.tolist(), strict=True))
