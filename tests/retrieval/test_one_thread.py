from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from retrieval.one_thread import on_one_thread


def threads() -> set[int]:
    np.ones((4, 4)) @ np.ones((4, 4))
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_numpy_has_one_thread_while_the_function_runs_and_its_own_afterwards() -> None:
    with threadpool_limits(2, "blas"):
        before = threads()
        assert before == {2}
        assert on_one_thread(threads)() == {1}
        assert threads() == before
