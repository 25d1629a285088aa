from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from retrieval.one_thread import on_one_thread

if TYPE_CHECKING:
    from collections.abc import Iterator


def threads() -> set[int]:
    """Of numpy's own pool; other libraries bring theirs along whenever they are loaded."""
    np.ones((4, 4)) @ np.ones((4, 4))
    blas = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {pool["num_threads"] for pool in blas if "numpy" in pool["filepath"]}


def test_numpy_has_one_thread_while_the_function_runs_and_its_own_afterwards() -> None:
    with threadpool_limits(2, "blas"):
        before = threads()
        assert before == {2}
        assert on_one_thread(threads)() == {1}
        assert threads() == before


def give(n_threads: int) -> None:
    """From a thread that is over: the limits of one that lives come before those of others."""
    thread = threading.Thread(target=threadpool_limits, args=(n_threads, "blas"))
    thread.start()
    thread.join()


@pytest.fixture
def two_threads() -> Iterator[None]:
    (before,) = threads()
    give(2)
    yield
    give(before)


@pytest.mark.usefixtures("two_threads")
def test_it_has_its_own_again_when_the_last_of_several_at_a_time_has_ended() -> None:
    begun, may_end = threading.Event(), threading.Event()

    @on_one_thread
    def first() -> None:
        begun.set()
        may_end.wait()

    @on_one_thread
    def second(thread: threading.Thread) -> None:
        may_end.set()
        thread.join()

    thread = threading.Thread(target=first)
    thread.start()
    begun.wait()
    second(thread)
    assert threads() == {2}
