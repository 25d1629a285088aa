"""Lays vectors out on a plane; knows numbers only, no chunk and no library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quoth.datatypes import FloatArray

FEWEST = 8
"""With fewer vectors, neighbourhoods say nothing that the principal components do not."""
_COMPONENTS = 50  # kept for t-SNE: what is dropped is mostly noise, and each step costs less
_PERPLEXITY = 30.0  # about how many neighbours a point cares for
_NEAREST = 5
_STEPS = 20


def principal(vectors: FloatArray) -> FloatArray:
    """The two directions in which the vectors differ most: float32 (n, 2), within [-1, 1].

    Principal components (Pearson, 1901). The same vectors give the same picture: an axis points to
    where its largest weight is.
    """
    return _fitted(_components(vectors, 2))


def neighbours(vectors: FloatArray) -> FloatArray:
    """Near vectors near each other, on a plane: float32 (n, 2), within [-1, 1].

    t-SNE (van der Maaten and Hinton, 2008), begun at the principal components, which keeps the
    large distances meaningful (Kobak and Berens, 2019). Takes seconds for a thousand vectors.
    Fewer than `FEWEST` are laid out by `principal`.
    """
    from sklearn.manifold import TSNE

    if len(vectors) < FEWEST:
        return principal(vectors)
    reduced = _components(vectors, _COMPONENTS)
    start = reduced[:, :2] / max(float(reduced[:, 0].std()), 1e-12) * 1e-4
    laid_out = TSNE(
        perplexity=min(_PERPLEXITY, (len(vectors) - 1) / 3), init=start, random_state=0
    ).fit_transform(reduced)
    return _fitted(np.asarray(laid_out, dtype=np.float32))


def placed(similarities: FloatArray, positions: FloatArray) -> tuple[float, float]:
    """Where something stands that was not laid out: among the points most similar to it.

    `similarities` are its cosines to the points (n,), `positions` theirs (n, 2); n is at least 1.
    The geometric median of the nearest (Weiszfeld, 1937), weighted by how far their similarity
    stands out: where these are in several places, it is in one of them and not in between.
    """
    order = np.argsort(-similarities, kind="stable")[: _NEAREST + 1]
    near = positions[order[:_NEAREST]]
    weights = np.square(similarities[order[:_NEAREST]] - similarities[order[-1]] + 1e-3)
    middle = np.average(near, axis=0, weights=weights)
    for _ in range(_STEPS):
        distances = np.linalg.norm(near - middle, axis=1)
        middle = np.average(near, axis=0, weights=weights / np.maximum(distances, 1e-3))
    x, y = middle.tolist()
    return x, y


def _components(vectors: FloatArray, n: int) -> FloatArray:
    """The vectors along their `n` principal directions: float32 (rows, n)."""
    centred = np.asarray(vectors, dtype=np.float64)
    centred = centred - centred.mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    found: NDArray[Any] = directions[:, ::-1][:, :n]
    largest = np.abs(found).argmax(axis=0)
    found = found * np.where(found[largest, range(found.shape[1])] < 0, -1.0, 1.0)
    return np.asarray(centred @ found, dtype=np.float32)


def _fitted(positions: FloatArray) -> FloatArray:
    """The positions moved into [-1, 1], both axes by the same factor; NaN never comes of it."""
    low, high = positions.min(axis=0), positions.max(axis=0)
    reach = max(float((high - low).max()), 1e-12) / 2
    return np.asarray((positions - (low + high) / 2) / reach, dtype=np.float32)
