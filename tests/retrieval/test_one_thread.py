from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from retrieval.one_thread import on_one_thread


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
