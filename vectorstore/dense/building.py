"""Builds a dense index from all vectors, read in batches. Knows no SQLite."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vectorstore.dense.choice import lists_for
from vectorstore.dense.flat import FlatIndex
from vectorstore.dense.inverted import InvertedIndex
from vectorstore.dense.neighbours import ExactNeighbours, tune

if TYPE_CHECKING:
    from quoth.config import IndexConfig
    from vectorstore.dense.choice import Plan
    from vectorstore.dense.contract import DenseIndex, VectorSource

# FAISS asks for 39 vectors a list at least; more take longer and were not measured to do better.
_SAMPLE_A_LIST = 40
_SAMPLE_BYTES = 400_000_000
_QUESTIONS = 200


def build(plan: Plan, source: VectorSource, config: IndexConfig) -> DenseIndex:
    """An index of all vectors of `source`, in the way of `plan`.

    Raises GpuFailedError.
    """
    if plan.kind == "inverted":
        index = build_inverted(source, config)
        return index if plan.device == "cpu" else to_gpu(index)
    flat = FlatIndex(source.dimension) if plan.device == "cpu" else _gpu_flat(source, config)
    for rows, vectors in source.batches():
        flat.add(rows, vectors)
    return flat


def build_inverted(source: VectorSource, config: IndexConfig) -> InvertedIndex:
    """A compressed index, its probes set so that it reaches the configured recall."""
    n_lists = lists_for(len(source))
    affordable = _SAMPLE_BYTES // (4 * source.dimension)
    rows, sample = source.sample(min(n_lists * _SAMPLE_A_LIST, affordable))
    index = InvertedIndex.train(sample, min(n_lists, len(sample)), len(source))
    truth = ExactNeighbours(rows[:_QUESTIONS], sample[:_QUESTIONS].copy())
    del sample
    index.reserve(len(source))
    for some, vectors in source.batches():
        index.add(some, vectors)
        truth.see(some, vectors)
    tune(index, truth, config.recall)
    return index


def to_gpu(index: InvertedIndex) -> DenseIndex:
    """The same index on the GPU. Raises GpuFailedError."""
    from vectorstore.dense.gpu import GpuInvertedIndex

    return GpuInvertedIndex(index)


def _gpu_flat(source: VectorSource, config: IndexConfig) -> DenseIndex:
    from vectorstore.dense.gpu import GpuFlatIndex

    return GpuFlatIndex(source.dimension, float16=config.float16)
