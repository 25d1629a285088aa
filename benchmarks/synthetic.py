"""Makes vectors that lie as a text embedder's do, as many as asked for. Knows no library.

Topics lie around a mean, documents around topics, chunks around documents. The spread of topics
and of what lies within them follows the covariances of 12,000 passages of scientific abstracts
embedded by MiniLM-L6 (300 k-means clusters): eigenvalues fall as below and sum to 0.35 between
clusters and 0.60 within, around a mean of length 0.23. With topics of 4 documents of 5 chunks,
12,000 such vectors have their nearest neighbour at a cosine of .66 (median; the passages: .67),
the tenth at .40 (.50), and a search of 128 lists reads 11, 21 and 30 of them for a recall of
.95, .98 and .99 (the passages: 11, 17 and 26), so they are a little harder than real ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.datatypes import FloatArray

CHUNKS_A_DOCUMENT = 10
_DOCUMENTS_A_TOPIC = 10
_MEAN, _BETWEEN, _WITHIN = 0.23, 0.35, 0.60
# The share of what is within a topic that the chunks of a document have in common.
_SHARED = 0.4


@dataclass(frozen=True, slots=True)
class Mixture:
    """Where topics are, and how the vectors around them spread."""

    topics: FloatArray
    spread: FloatArray

    def documents(self, n: int, random: np.random.Generator) -> FloatArray:
        """The centres of `n` documents, each in some topic, shape (n, dimension)."""
        topics = self.topics[random.integers(len(self.topics), size=n)]
        return topics + np.float32(_SHARED**0.5) * self._noise(n, random)

    def chunks(self, documents: FloatArray, random: np.random.Generator) -> FloatArray:
        """One unit vector for each of these document centres."""
        vectors = documents + np.float32((1 - _SHARED) ** 0.5) * self._noise(len(documents), random)
        unit: FloatArray = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _noise(self, n: int, random: np.random.Generator) -> FloatArray:
        return random.standard_normal((n, len(self.spread)), dtype=np.float32) @ self.spread


def mixture(n_vectors: int, dimension: int = 384, seed: int = 0) -> Mixture:
    """A mixture with as many topics as `n_vectors` chunks have."""
    random = np.random.default_rng(seed)
    i = np.arange(dimension)
    between = np.exp(-i / 60) / (i + 1.5)
    within = (i + 70.0) ** -1.5
    n_topics = max(n_vectors // (CHUNKS_A_DOCUMENT * _DOCUMENTS_A_TOPIC), 1)
    mean = random.standard_normal(dimension)
    mean *= _MEAN / np.linalg.norm(mean)
    roots = [
        _rotation(dimension, random) * np.sqrt(total * spectrum / spectrum.sum())[:, None]
        for total, spectrum in ((_BETWEEN, between), (_WITHIN, within))
    ]
    topics = mean + random.standard_normal((n_topics, dimension)) @ roots[0]
    return Mixture(topics.astype(np.float32), roots[1].astype(np.float32))


def _rotation(dimension: int, random: np.random.Generator) -> np.ndarray[Any, Any]:
    orthogonal, _ = np.linalg.qr(random.standard_normal((dimension, dimension)))
    return np.asarray(orthogonal)


def batches(made: Mixture, n: int, size: int = 20_000, seed: int = 1) -> Iterator[FloatArray]:
    """`n` chunks, document by document, `size` at a time; the same ones for the same seed."""
    random = np.random.default_rng(seed)
    for start in range(0, n, size):
        some = min(size, n - start)
        centres = made.documents(-(-some // CHUNKS_A_DOCUMENT), random)
        yield made.chunks(np.repeat(centres, CHUNKS_A_DOCUMENT, axis=0)[:some], random)


def questions(made: Mixture, n: int, seed: int = 2) -> FloatArray:
    """`n` vectors of documents that are in none of the batches."""
    random = np.random.default_rng(seed)
    return made.chunks(made.documents(n, random), random)
