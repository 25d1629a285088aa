"""The dense index of a library finds its way around a GPU that is too small or fails."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from quoth.config import IndexConfig
from quoth.errors import ModelError
from tests.vectorstore.making import DIMENSION, make_document, put, unit_vectors
from vectorstore import LocalLibrary
from vectorstore.dense import DenseIndex, Plan, VectorSource, build
from vectorstore.dense.gpu import GpuFailedError
from vectorstore.dense_follower import DenseFollower

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    with opened.writing():
        for number in range(30):
            put(opened, make_document(number))
    yield opened
    opened.close()


class Machine:
    """Builds like a machine whose GPU has no room; remembers what was tried."""

    def __init__(self) -> None:
        self.tried: list[Plan] = []

    def __call__(self, plan: Plan, source: VectorSource, config: IndexConfig) -> DenseIndex:
        self.tried.append(plan)
        if plan.device == "gpu":
            raise GpuFailedError("cudaMalloc failed")
        return build(plan, source, config)


def test_a_gpu_that_is_too_small_leaves_the_work_to_the_cpu(
    library: LocalLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    config = IndexConfig(exact_up_to=20)
    follower = DenseFollower(library.folder, config, build_index=machine, n_gpus=lambda: 1)
    with caplog.at_level(logging.WARNING), library.reading() as sql:
        index = follower.index(sql, DIMENSION)
        assert follower.index(sql, DIMENSION) is index
    assert [(plan.device, plan.kind) for plan in machine.tried] == [
        ("gpu", "flat"),
        ("gpu", "inverted"),
        ("cpu", "inverted"),
    ]
    assert index.plan == Plan("cpu", "inverted")
    assert len(index.search(unit_vectors(1)[0], 60)) == 60
    assert caplog.text.count("cudaMalloc failed") == len(caplog.records) == 1


def test_a_budget_below_the_vectors_leaves_the_work_to_the_cpu_with_one_warning(
    library: LocalLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    machine = Machine()
    config = IndexConfig(gpu_memory_megabytes=-1)  # no library of a test's size exceeds 1
    follower = DenseFollower(library.folder, config, build_index=machine, n_gpus=lambda: 1)
    with caplog.at_level(logging.WARNING), library.reading() as sql:
        follower.index(sql, DIMENSION)
        follower.index(sql, DIMENSION)
    assert [plan.device for plan in machine.tried] == ["cpu"]
    assert caplog.text.count("exceed index.gpu_memory_megabytes") == 1


def test_a_gpu_that_fails_while_it_serves_is_given_up_once(
    library: LocalLibrary, caplog: pytest.LogCaptureFixture
) -> None:
    follower = DenseFollower(library.folder, IndexConfig(), build_index=Machine(), n_gpus=lambda: 1)
    with caplog.at_level(logging.WARNING), library.reading() as sql:
        follower.give_up_gpu("illegal memory access")
        follower.give_up_gpu("illegal memory access")
        assert follower.index(sql, DIMENSION).plan.device == "cpu"
    assert caplog.text.count("illegal memory access") == 1


def test_a_demanded_gpu_that_is_absent_is_refused_with_the_way_out(library: LocalLibrary) -> None:
    follower = DenseFollower(library.folder, IndexConfig(device="gpu"), n_gpus=lambda: 0)
    with (
        library.reading() as sql,
        pytest.raises(ModelError, match="FAISS sees no GPU; set it to auto or cpu"),
    ):
        follower.index(sql, DIMENSION)


def test_what_serves_a_small_library_is_told_before_it_is_made(library: LocalLibrary) -> None:
    with library.reading() as sql:
        follower = DenseFollower(library.folder, IndexConfig(device="cpu"))
        before = follower.describe(sql)
        follower.index(sql, DIMENSION)
        assert follower.describe(sql) == before
        assert before == {
            "vectors": 60,
            "kind": "exact, float32, CPU",
            "bytes": 60 * (4 * DIMENSION + 8),
            "recall_at_10": 1.0,
        }
        on_gpu = DenseFollower(library.folder, IndexConfig(), n_gpus=lambda: 1).describe(sql)
        assert on_gpu == {
            "vectors": 60,
            "kind": "exact, float16, GPU",
            "bytes": 60 * DIMENSION * 2,
        }
