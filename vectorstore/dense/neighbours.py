"""Measures how much of the truth an index finds, on the library's own vectors. Knows no library.

A vector of the library makes too easy a question: its nearest neighbours are the other chunks of
its own document, which lie in the list that is read first. The neighbours of real questions lie
further apart, so the rows around a vector are left out of its truth and of what is found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense.inverted import InvertedIndex

K = 10
# Candidates are given their true cosine afterwards, so it is enough to be among these.
_DEPTH = 2 * K
# Chunks of one document have adjacent rows.
_OWN_DOCUMENT = 200


class ExactNeighbours:
    """The true `K` nearest rows of some vectors, gathered while the library is read once."""

    def __init__(self, rows: RowArray, vectors: FloatArray, around: int = _OWN_DOCUMENT) -> None:
        """Ask for these `vectors`, each of a row; leave out the rows up to `around` away."""
        self.own = rows
        self.questions = vectors
        self.rows: RowArray = np.full((len(rows), K), -1, dtype=np.int64)
        self._scores = np.full((len(rows), K), -np.inf, dtype=np.float32)
        self._around = around

    def see(self, rows: RowArray, vectors: FloatArray) -> None:
        """Take a further part of the library into account."""
        scores = self.questions @ vectors.T
        scores[np.abs(self.own[:, None] - rows[None, :]) <= self._around] = -np.inf
        best = np.argpartition(scores, -min(K, len(rows)), axis=1)[:, -K:]
        every = np.concatenate([self._scores, np.take_along_axis(scores, best, axis=1)], axis=1)
        names = np.concatenate([self.rows, rows[best]], axis=1)
        order = np.argsort(-every, axis=1)[:, :K]
        self._scores = np.take_along_axis(every, order, axis=1)
        self.rows = np.where(
            np.isneginf(self._scores), -1, np.take_along_axis(names, order, axis=1)
        )

    def recall(self, index: InvertedIndex) -> float:
        """The share in [0, 1] of the true neighbours that the index finds; 1 without any."""
        found = wanted = 0
        for own, question, rows in zip(self.own, self.questions, self.rows, strict=True):
            truth = set(rows[rows >= 0].tolist())
            got = [row for row, _ in index.search(question, _DEPTH + 2 * self._around)]
            others = [row for row in got if abs(row - int(own)) > self._around][:_DEPTH]
            found += len(truth & set(others))
            wanted += len(truth)
        return found / wanted if wanted else 1.0


def tune(index: InvertedIndex, truth: ExactNeighbours, wanted: float) -> None:
    """Let the index read as few lists as find the share `wanted`; measure what it then finds."""
    needed = _lists_needed(index, truth)
    # Without a neighbour outside of the own document nothing is known: read them all.
    few = int(np.quantile(needed, wanted, method="higher")) if len(needed) else index.n_lists
    index.n_probes = few
    index.recall = truth.recall(index)


def _lists_needed(index: InvertedIndex, truth: ExactNeighbours) -> np.ndarray[Any, Any]:
    """For each true neighbour, how many lists its question reads until it comes to its list."""
    names = np.unique(truth.rows[truth.rows >= 0])
    home = np.zeros(len(names), dtype=np.int64)
    for number, (rows, _) in enumerate(index.lists()):
        places = np.searchsorted(names, rows)
        inside = places < len(names)
        inside[inside] = names[places[inside]] == rows[inside]
        home[places[inside]] = number
    nearness = truth.questions @ index.trained.centroids.T
    order = np.argsort(np.argsort(-nearness, axis=1), axis=1)
    asked, neighbours = np.nonzero(truth.rows >= 0)
    lists = home[np.searchsorted(names, truth.rows[asked, neighbours])]
    return np.asarray(order[asked, lists] + 1)
