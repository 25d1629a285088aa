"""Times the dense indexes of a GPU against the CPU's on the same vectors. Needs numpy and FAISS only."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import synthetic
from benchmarks.measuring import percentile
from benchmarks.reporting import Result, Skipped, Table
from quoth.config import IndexConfig
from vectorstore.dense import Plan, build
from vectorstore.dense.gpu import count_gpus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.reporting import Options
    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense import DenseIndex

_VECTORS, _QUICK_VECTORS = 1_000_000, 50_000
_QUESTIONS, _K, _BATCH = 200, 10, 20_000
_WAYS = {
    "exact float16, GPU": (Plan("gpu", "flat"), True),
    "exact float32, GPU": (Plan("gpu", "flat"), False),
    "lists of 8-bit codes, GPU": (Plan("gpu", "inverted"), True),
    "lists of 8-bit codes, CPU": (Plan("cpu", "inverted"), True),
}


class _Made:
    """The synthetic vectors as a source to build an index from."""

    def __init__(self, vectors: FloatArray) -> None:
        self._vectors = vectors

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return len(self._vectors)

    def sample(self, n: int) -> tuple[RowArray, FloatArray]:
        """`n` of them at random."""
        rows = np.random.default_rng(0).permutation(len(self))[:n]
        return rows, self._vectors[rows]

    def batches(self) -> Iterator[tuple[RowArray, FloatArray]]:
        """All of them."""
        for start in range(0, len(self), _BATCH):
            part = self._vectors[start : start + _BATCH]
            yield np.arange(start, start + len(part), dtype=np.int64), part


def run(options: Options) -> Result:
    """Build each kind of index over the same vectors, and ask it the same questions."""
    if not count_gpus():
        raise Skipped("FAISS sees no GPU here")
    n = _QUICK_VECTORS if options.quick else _VECTORS
    made = synthetic.mixture(n)
    vectors = np.concatenate(list(synthetic.batches(made, n)))
    questions = synthetic.questions(made, _QUESTIONS)
    truth = _truth(vectors, questions)
    figures: dict[str, Any] = {"vectors": n, "questions": _QUESTIONS}
    rows = [["index", "build, s", "MB", "p50, ms", "p95, ms", "recall@10"]]
    for name, (plan, float16) in _WAYS.items():
        began = time.perf_counter()
        index = build(plan, _Made(vectors), IndexConfig(float16=float16))
        built = time.perf_counter() - began
        seconds, recall = _asked(index, questions, truth)
        figures[name] = {
            "description": index.description,
            "build_seconds": built,
            "bytes": index.n_bytes,
            "p50": percentile(seconds, 0.5),
            "p95": percentile(seconds, 0.95),
            "recall": recall,
        }
        times = [f"{1000 * percentile(seconds, share):.2f}" for share in (0.5, 0.95)]
        rows.append([name, f"{built:.1f}", f"{index.n_bytes / 1e6:.0f}", *times, f"{recall:.4f}"])
        del index
    return Result(figures, [Table(f"{n} vectors, one question at a time", rows)])


def _truth(vectors: FloatArray, questions: FloatArray) -> RowArray:
    """The `_K` nearest of each question, by brute force."""
    scores = questions @ vectors.T
    return np.argpartition(scores, -_K, axis=1)[:, -_K:]


def _asked(index: DenseIndex, questions: FloatArray, truth: RowArray) -> tuple[list[float], float]:
    """Seconds of each question, and the share of the true neighbours found."""
    for question in questions[:10]:
        index.search(question, _K)
    seconds, found = [], 0
    for question, rows in zip(questions, truth, strict=True):
        began = time.perf_counter()
        got = index.search(question, _K)
        seconds.append(time.perf_counter() - began)
        found += len({row for row, _ in got} & set(rows.tolist()))
    return seconds, found / truth.size
