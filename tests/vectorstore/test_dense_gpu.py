"""The indexes on a GPU agree with brute force. Run them with `pytest -m gpu` where FAISS sees one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from quoth.config import IndexConfig
from quoth.datatypes import SourceFile
from tests.vectorstore import dense_contract as contract
from tests.vectorstore.making import make_chunks, make_document, unit_vectors
from vectorstore import LocalLibrary, writes
from vectorstore.dense import DenseIndex, Plan, build
from vectorstore.dense.gpu import (
    GpuFailedError,
    GpuFlatIndex,
    GpuInvertedIndex,
    count_gpus,
    eight_bit,
    translated,
)

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import FloatArray

EXACT, HALF, QUANTIZED = 1e-5, 2e-3, 0.02
KINDS = ("flat float32", "flat float16", "inverted")


def make(kind: str) -> tuple[DenseIndex, float]:
    """An empty index of this kind, and how far its scores may be off."""
    if kind == "inverted":
        return GpuInvertedIndex(contract.inverted()), QUANTIZED
    half = kind == "flat float16"
    return GpuFlatIndex(contract.DIMENSION, float16=half), HALF if half else EXACT


@pytest.mark.gpu
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("first", "last", "k"), [(0, 3, 5), (0, 35, 10), (7, 7, 64), (50, 60, 80)])
def test_a_gpu_index_equals_brute_force(kind: str, first: int, last: int, k: int) -> None:
    index, tolerance = make(kind)
    contract.check(index, first, min(last, 39), {1, 5, 8, 41, 60}, k, tolerance)


@pytest.mark.gpu
@pytest.mark.parametrize("kind", KINDS)
def test_random_additions_and_removals_on_a_gpu_equal_brute_force(kind: str) -> None:
    random = np.random.default_rng(11)
    for _ in range(15):
        index, tolerance = make(kind)
        alive: set[int] = set()
        for part in np.array_split(random.permutation(64), 4):
            rows = np.sort(part).astype(np.int64)
            index.add(rows, contract.VECTORS[rows])
            alive |= set(rows.tolist())
            gone = np.flatnonzero(random.random(64) < 0.2).astype(np.int64)
            index.remove(gone)
            alive -= set(gone.tolist())
            assert len(index) == len(alive)
            k, question = int(random.integers(1, 70)), contract.VECTORS[int(random.integers(64))]
            contract.agrees(index.search(question, k), alive, question, k, tolerance)
            some = np.flatnonzero(random.random(64) < 0.5).astype(np.int64)
            contract.agrees(
                index.search(question, k, some), alive & set(some.tolist()), question, k, tolerance
            )


@pytest.mark.gpu
@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_gpu_index_finds_nothing(kind: str) -> None:
    index, _ = make(kind)
    assert index.search(contract.VECTORS[0], 5) == []


def test_what_goes_to_the_gpu_finds_what_the_cpu_finds() -> None:
    """FAISS's own inverted file of 8-bit codes, searched on the CPU."""
    index = contract.inverted(n_lists=4)
    index.add(np.arange(64), contract.VECTORS)
    index.remove(np.arange(10, 30))
    whole = eight_bit(index)
    whole.nprobe = 4
    assert whole.ntotal == 44
    for question in contract.VECTORS[:10]:
        scores, rows = whole.search(question.reshape(1, -1), 10)
        expected = index.search(question, 10)
        assert rows[0].tolist() == [row for row, _ in expected]
        assert np.allclose(scores[0], [score for _, score in expected], atol=1e-5)


@pytest.mark.gpu
def test_an_inverted_index_comes_back_from_the_gpu_as_it_went() -> None:
    index = contract.inverted(n_probes=2)
    index.recall = 0.97
    index.add(np.arange(40), contract.VECTORS[:40])
    moved = GpuInvertedIndex(index)
    moved.add(np.arange(40, 64), contract.VECTORS[40:])
    moved.remove(np.arange(0, 5))
    back = moved.to_cpu()
    assert (len(back), back.n_probes, back.recall) == (59, 2, 0.97)
    whole = contract.inverted()
    whole.add(np.arange(5, 64), contract.VECTORS[5:])
    back.n_probes = back.n_lists
    for question in contract.VECTORS[:10]:
        assert [r for r, _ in back.search(question, 10)] == [
            r for r, _ in whole.search(question, 10)
        ]


@pytest.mark.gpu
@pytest.mark.parametrize("kind", ["flat", "inverted"])
def test_a_gpu_index_of_many_vectors_finds_what_the_cpu_finds(kind: str) -> None:
    vectors = unit_vectors(20_000, seed=1, dimension=384)
    source, config = contract.ArraySource(vectors), IndexConfig(exact_up_to=1000)
    on_gpu = build(Plan("gpu", "flat" if kind == "flat" else "inverted"), source, config)
    on_cpu = build(Plan("cpu", "flat" if kind == "flat" else "inverted"), source, config)
    same = 0
    for question in unit_vectors(50, seed=2, dimension=384):
        ours = {row for row, _ in on_gpu.search(question, 10)}
        same += len(ours & {row for row, _ in on_cpu.search(question, 10)})
    assert same >= 480


@pytest.mark.gpu
@pytest.mark.parametrize("exact_up_to", [10**6, 50])
def test_a_library_is_searched_on_the_gpu_and_on_the_cpu_alike(
    tmp_path: Path, exact_up_to: int
) -> None:
    pytest.importorskip("filelock")
    vectors = fill(tmp_path / "library")
    found = {}
    for device in ("cpu", "gpu"):
        config = IndexConfig(device=device, exact_up_to=exact_up_to, recall=1.0)  # type: ignore[arg-type]
        library = LocalLibrary(tmp_path / "library", config)
        found[device] = library.dense(vectors[3], 10, collection=None, where=None)
        assert device.upper() in str(library.index_facts()["kind"])
        library.close()
    assert [row for row, _ in found["gpu"]] == [row for row, _ in found["cpu"]]
    assert np.allclose([s for _, s in found["gpu"]], [s for _, s in found["cpu"]], atol=1e-6)


def fill(folder: Path) -> FloatArray:
    """Make a library of one document of a hundred chunks or more; give their vectors."""
    document = make_document(1, "Whales sing. " * 400)
    chunks = make_chunks(document)
    vectors = unit_vectors(len(chunks), 5, contract.DIMENSION)
    library = LocalLibrary(folder, IndexConfig(device="cpu"))
    with library.transaction() as sql:
        place = writes.make_collection(sql, "default")
        row = writes.insert_document(sql, place, document, chunks, vectors, "recipe")
        writes.point_source(sql, place, SourceFile("/1.txt", 1, 1, document.id), row)
    library.close()
    return vectors


@pytest.mark.gpu
def test_a_gpu_without_room_fails_with_an_error_that_lets_the_cpu_step_in() -> None:
    index = GpuFlatIndex(4096, float16=False)
    block = np.zeros((100_000, 4096), dtype=np.float32)

    def fill() -> None:
        for start in range(0, 200 * len(block), len(block)):
            index.add(np.arange(start, start + len(block)), block)

    with pytest.raises(GpuFailedError):
        fill()


def test_what_faiss_says_of_a_failing_gpu_is_one_line() -> None:
    with pytest.raises(GpuFailedError, match=r"^out of memory$"), translated():
        raise RuntimeError("out of memory\nat StandardGpuResources.cpp:452")


def test_counting_gpus_needs_none() -> None:
    assert count_gpus() >= 0
