"""Compares what a machine's GPU finds with what its CPU finds, on the same vectors. Knows no library."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.dense.building import to_gpu
from vectorstore.dense.flat import FlatIndex
from vectorstore.dense.inverted import InvertedIndex

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.datatypes import FloatArray
    from vectorstore.dense.contract import DenseIndex

_VECTORS, _QUESTIONS, _K, _LISTS = 5_000, 50, 10, 64


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far a GPU's index agrees with the CPU's of the same kind, and the seconds of a search.

    `same` in [0, 1] is the share of the ten best that both find; `apart` is the largest
    difference of a score that both give.
    """

    kind: str
    same: float
    apart: float
    gpu_seconds: float
    cpu_seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the difference is what float16 and 8-bit codes explain."""
        return self.same >= 0.97 and self.apart <= 0.01


def compare(dimension: int, *, float16: bool) -> tuple[Agreement, ...]:
    """Fill both kinds on both devices with random vectors, remove some, and ask the same.

    Raises GpuFailedError.
    """
    from vectorstore.dense.gpu import GpuFlatIndex

    vectors = random_vectors(_VECTORS, dimension, seed=0)
    trained = InvertedIndex.train(vectors, _LISTS, _VECTORS)
    trained.n_probes = _LISTS // 4
    # The GPU's keeps the CPU's that it is made from: the one to compare it with is another.
    twin = InvertedIndex(trained.trained, trained_on=_VECTORS, n_probes=trained.n_probes)
    moved = to_gpu(twin)
    kinds: dict[str, tuple[DenseIndex, DenseIndex]] = {
        "exact": (FlatIndex(dimension), GpuFlatIndex(dimension, float16=float16)),
        "inverted file": (trained, moved),
    }
    questions = random_vectors(_QUESTIONS, dimension, seed=1)
    found = []
    for kind, both in kinds.items():
        for index in both:
            index.add(np.arange(_VECTORS, dtype=np.int64), vectors)
            index.remove(np.arange(0, _VECTORS, 10, dtype=np.int64))
        found.append(agreement(kind, *both, questions))
    return tuple(found)


def agreement(kind: str, cpu: DenseIndex, gpu: DenseIndex, questions: FloatArray) -> Agreement:
    """Ask both indexes, which hold the same, the same questions."""
    same, apart = 0, 0.0
    for question in questions:
        ours, theirs = dict(cpu.search(question, _K)), dict(gpu.search(question, _K))
        common = ours.keys() & theirs.keys()
        same += len(common)
        apart = max([apart, *(abs(ours[row] - theirs[row]) for row in common)])
    return Agreement(
        kind,
        same / (_K * len(questions)),
        apart,
        _seconds(lambda: [gpu.search(q, _K) for q in questions]) / len(questions),
        _seconds(lambda: [cpu.search(q, _K) for q in questions]) / len(questions),
    )


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def random_vectors(n: int, dimension: int, seed: int) -> FloatArray:
    """`n` vectors of unit length, the same ones for the same seed."""
    raw = np.random.default_rng(seed).standard_normal((n, dimension), dtype=np.float32)
    unit: FloatArray = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return unit
