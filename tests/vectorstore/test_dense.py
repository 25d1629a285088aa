"""The dense index agrees with brute force, whatever was added, removed or filtered."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoth.config import IndexConfig
from quoth.errors import ModelError
from tests.vectorstore.making import DIMENSION, unit_vectors
from vectorstore.dense import CpuIndex, DenseIndex, GpuIndex, build_dense_index

VECTORS = unit_vectors(64, seed=7)
ROWS = st.sets(st.integers(0, 63))


def expected(alive: set[int], question: int, k: int) -> list[int]:
    """The rows that brute force finds; the vectors are random, so that there are no ties."""
    scores = VECTORS @ VECTORS[question]
    return sorted(alive, key=lambda row: -scores[row])[:k]


def check(index: DenseIndex, first: int, last: int, allowed: set[int], k: int) -> None:
    index.add(np.arange(40, dtype=np.int64), VECTORS[:40])
    index.remove(first, last)
    index.add(np.arange(40, 64, dtype=np.int64), VECTORS[40:])
    alive = set(range(64)) - (set(range(first, last + 1)) & set(range(40)))
    assert len(index) == len(alive)
    found = index.search(VECTORS[5], k)
    assert [row for row, _ in found] == expected(alive, 5, k)
    assert [score for _, score in found] == sorted((s for _, s in found), reverse=True)
    some = np.array(sorted(allowed), dtype=np.int64)
    filtered = index.search(VECTORS[5], k, some)
    assert [row for row, _ in filtered] == expected(alive & allowed, 5, k)


@settings(max_examples=60, deadline=None)
@given(first=st.integers(0, 63), span=st.integers(0, 63), allowed=ROWS, k=st.integers(1, 80))
def test_the_cpu_index_equals_brute_force(first: int, span: int, allowed: set[int], k: int) -> None:
    check(CpuIndex(DIMENSION), first, min(first + span, 39), allowed, k)


@pytest.mark.gpu
@pytest.mark.parametrize("float16", [False, True])
def test_the_gpu_index_equals_brute_force(float16: bool) -> None:
    for first, last, k in ((0, 3, 5), (0, 35, 10), (7, 7, 64)):
        check(GpuIndex(DIMENSION, float16=float16), first, last, {1, 5, 8, 41, 60}, k)


def test_an_empty_index_finds_nothing() -> None:
    assert CpuIndex(DIMENSION).search(VECTORS[0], 5) == []


def test_without_a_gpu_auto_means_the_cpu_and_gpu_is_refused() -> None:
    import faiss

    if faiss.get_num_gpus():
        pytest.skip("there is a GPU here")
    assert isinstance(build_dense_index(DIMENSION, IndexConfig()), CpuIndex)
    with pytest.raises(ModelError, match="FAISS sees no GPU; set it to auto or cpu"):
        build_dense_index(DIMENSION, IndexConfig(device="gpu"))
