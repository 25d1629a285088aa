"""Every kind of dense index agrees with brute force, whatever was added, removed or filtered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoth.config import IndexConfig
from tests.vectorstore.dense_contract import (
    DIMENSION,
    N_VECTORS,
    VECTORS,
    ArraySource,
    agrees,
    check,
    inverted,
)
from tests.vectorstore.making import unit_vectors
from vectorstore.dense import FlatIndex, InvertedIndex, Plan, build, is_outgrown, plans, search
from vectorstore.dense.choice import lists_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense import DenseIndex

ROWS = st.sets(st.integers(0, 63))
EXACT, QUANTIZED = 1e-6, 0.02


@settings(max_examples=60, deadline=None)
@given(first=st.integers(0, 63), span=st.integers(0, 63), allowed=ROWS, k=st.integers(1, 80))
def test_the_flat_index_equals_brute_force(
    first: int, span: int, allowed: set[int], k: int
) -> None:
    check(FlatIndex(DIMENSION), first, min(first + span, 39), allowed, k, EXACT)


@settings(max_examples=40, deadline=None)
@given(first=st.integers(0, 63), span=st.integers(0, 63), allowed=ROWS, k=st.integers(1, 80))
def test_the_inverted_index_equals_brute_force_up_to_its_codes_when_every_list_is_read(
    first: int, span: int, allowed: set[int], k: int
) -> None:
    check(inverted(), first, min(first + span, 39), allowed, k, QUANTIZED)


@pytest.mark.parametrize("make", [lambda: FlatIndex(DIMENSION), inverted])
def test_an_empty_index_finds_nothing(make: Callable[[], DenseIndex]) -> None:
    assert make().search(VECTORS[0], 5) == []
    assert make().search(VECTORS[0], 5, np.arange(3)) == []


def test_an_inverted_index_reads_more_lists_when_those_near_hold_too_few() -> None:
    index = inverted(n_lists=8, n_probes=1)
    index.add(np.arange(N_VECTORS), VECTORS)
    assert len(index.search(VECTORS[0], N_VECTORS)) == N_VECTORS
    far = [row for row, _ in index.search(-VECTORS[0], 3)]
    allowed = np.sort(np.array(far))
    assert {row for row, _ in index.search(VECTORS[0], 3, allowed)} == set(far)


class Stored:
    """Vectors by row, as SQLite keeps them; counts what is asked for."""

    def __init__(self, vectors: FloatArray) -> None:
        self.vectors = vectors
        self.asked = 0

    def __call__(self, rows: RowArray, dimension: int) -> tuple[RowArray, FloatArray]:
        assert dimension == self.vectors.shape[1]
        self.asked += len(rows)
        return rows, self.vectors[rows]


@settings(max_examples=40, deadline=None)
@given(allowed=st.none() | ROWS, k=st.integers(1, 80))
def test_searching_a_compressed_index_gives_true_cosines(allowed: set[int] | None, k: int) -> None:
    index = inverted()
    index.add(np.arange(N_VECTORS), VECTORS)
    some = None if allowed is None else np.array(sorted(allowed), dtype=np.int64)
    found = search(index, Stored(VECTORS), VECTORS[5], k, some)
    among = set(range(64)) if allowed is None else allowed
    agrees(found, among, VECTORS[5], k, QUANTIZED)
    truth = VECTORS @ VECTORS[5]
    assert np.allclose([score for _, score in found], truth[[row for row, _ in found]], atol=EXACT)


def test_few_allowed_rows_are_compared_one_by_one_and_exactly() -> None:
    index = inverted(n_lists=8, n_probes=1)
    index.add(np.arange(N_VECTORS), VECTORS)
    stored, allowed = Stored(VECTORS), np.arange(0, 64, 3)
    agrees(
        search(index, stored, VECTORS[5], 10, allowed), set(allowed.tolist()), VECTORS[5], 10, EXACT
    )
    assert stored.asked == len(allowed)


def clustered(n: int, seed: int = 3) -> FloatArray:
    """Vectors in clusters, as texts make them; without any, lists would be of no use."""
    random = np.random.default_rng(seed)
    centres = random.normal(size=(40, DIMENSION))
    raw = centres[random.integers(40, size=n)] + 0.5 * random.normal(size=(n, DIMENSION))
    unit = raw / np.linalg.norm(raw, axis=1, keepdims=True)
    return np.asarray(unit, dtype=np.float32)


@pytest.mark.parametrize("wanted", [0.8, 0.95, 1.0])
def test_building_reads_as_few_lists_as_reach_the_recall_wanted(wanted: float) -> None:
    vectors = clustered(4000)
    config = IndexConfig(device="cpu", exact_up_to=1000, recall=wanted)
    index = build(Plan("cpu", "inverted"), ArraySource(vectors), config)
    assert isinstance(index, InvertedIndex)
    assert len(index) == 4000
    assert index.recall >= wanted - 0.02
    assert (index.n_probes == index.n_lists) or index.n_probes < index.n_lists * 0.9
    found = [
        {row for row, _ in index.search(vectors[i], 20)}
        & set(np.argsort(-(vectors @ vectors[i]))[:10].tolist())
        for i in range(0, 4000, 40)
    ]
    assert sum(map(len, found)) / 1000 >= wanted - 0.05


def test_vectors_that_the_codes_cannot_hold_are_counted() -> None:
    vectors = unit_vectors(5000, dimension=64)
    alike = 0.1 * vectors + np.eye(64, dtype=np.float32)[0]
    alike /= np.linalg.norm(alike, axis=1, keepdims=True)
    index = InvertedIndex.train(alike[:4000], 16, 4000)
    assert index.misfits(alike[:4000]) == 0
    assert index.misfits(alike[4000:]) == 0
    assert index.misfits(vectors[:700]) == 700
    assert index.misfits(vectors[:0]) == 0
    assert FlatIndex(64).misfits(vectors) == 0


def test_what_is_no_misfit_is_scored_almost_as_it_is() -> None:
    vectors = unit_vectors(300, dimension=16)
    index = InvertedIndex.train(vectors[:200], 8, 200)
    index.n_probes = 8
    index.add(np.arange(300), vectors)
    fits = [row for row in range(300) if index.misfits(vectors[row : row + 1]) == 0]
    assert 200 <= len(fits) < 300
    for question in vectors[:20]:
        scores = dict(index.search(question, 300))
        assert max(abs(scores[row] - float(vectors[row] @ question)) for row in fits) < 0.06


def test_a_compressed_index_takes_two_thirds_of_float16() -> None:
    vectors = unit_vectors(5000, dimension=384)
    index = build(Plan("cpu", "inverted"), ArraySource(vectors), IndexConfig(exact_up_to=1))
    assert index.n_bytes <= 0.72 * 2 * vectors.size


def test_bytes_rank_by_row_whatever_came_and_went() -> None:
    """In any order, under rows that were taken out before, and with many taken out."""
    index = inverted()
    codes = index.codes
    codes.add(np.array([30, 5, 12]), VECTORS[[30, 5, 12]])
    codes.add(np.array([7]), VECTORS[[7]])
    codes.remove(np.array([5, 30]))
    codes.add(np.array([5, 40]), VECTORS[[5, 40]])
    held = np.concatenate([rows for rows, _ in codes.batches()])
    assert held.tolist() == [5, 7, 12, 40]
    here, scores = codes.scores(VECTORS[0], np.array([40, 3, 5, 30, 7]))
    assert here.tolist() == [40, 5, 7]
    assert np.allclose(scores, VECTORS[[40, 5, 7]] @ VECTORS[0], atol=0.02)
    assert codes.scores(VECTORS[0], np.array([99]))[0].tolist() == []


SMALL = IndexConfig(device="auto", exact_up_to=1000, gpu_memory_megabytes=1)


@pytest.mark.parametrize(
    ("n_vectors", "n_gpus", "config", "expected"),
    [
        (1000, 0, SMALL, [("cpu", "flat")]),
        (1001, 0, SMALL, [("cpu", "inverted")]),
        (1000, 1, SMALL, [("gpu", "flat"), ("cpu", "flat")]),
        (1001, 1, SMALL, [("gpu", "flat"), ("gpu", "inverted"), ("cpu", "inverted")]),
        (2000, 1, SMALL, [("gpu", "inverted"), ("cpu", "inverted")]),
        (9000, 1, SMALL, [("cpu", "inverted")]),
        (9000, 1, IndexConfig(device="cpu"), [("cpu", "flat")]),
        (
            10**7,
            1,
            IndexConfig(),
            [("gpu", "flat"), ("gpu", "inverted"), ("cpu", "inverted")],
        ),
    ],
)
def test_size_device_and_budget_decide_the_kind(
    n_vectors: int, n_gpus: int, config: IndexConfig, expected: list[tuple[str, str]]
) -> None:
    found = plans(n_vectors, 384, config, n_gpus)
    assert [(plan.device, plan.kind) for plan in found] == expected


def test_lists_grow_with_the_library() -> None:
    sizes = [lists_for(n) for n in (1, 1000, 100_000, 1_000_000, 10_000_000, 10**9)]
    assert sizes == sorted(sizes)
    assert sizes[2:5] == [512, 2048, 8192]


def test_an_index_is_outgrown_when_its_library_is_much_larger_or_smaller() -> None:
    flat, lists, gpu = Plan("cpu", "flat"), Plan("cpu", "inverted"), Plan("gpu", "flat")
    assert not is_outgrown(flat, 2000, 384, 0, SMALL)
    assert is_outgrown(flat, 2001, 384, 0, SMALL)
    assert not is_outgrown(lists, 8000, 384, 2000, SMALL)
    assert is_outgrown(lists, 8001, 384, 2000, SMALL)
    assert is_outgrown(lists, 499, 384, 2000, SMALL)
    assert not is_outgrown(gpu, 1300, 384, 0, SMALL)
    assert is_outgrown(gpu, 1400, 384, 0, SMALL)
