"""Keeps numpy's threads out of products of small matrices: to wake them takes longer than the product.

They also spin for a while afterwards, on the cores that the next step wants.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from threadpoolctl import ThreadpoolController

_Arguments = ParamSpec("_Arguments")
_T = TypeVar("_T")
_LIMITED = threading.Lock()


def on_one_thread(function: Callable[_Arguments, _T]) -> Callable[_Arguments, _T]:
    """The function, with one thread for numpy's linear algebra while it runs.

    The threads are the process's. Of several calls at a time one limits them, until it ends: each
    puts back what it found, and another's limit must not be what stays.
    """

    @functools.wraps(function)
    def limited(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _T:
        if not _LIMITED.acquire(blocking=False):
            return function(*args, **kwargs)
        try:
            with _pools().limit(limits=1):
                return function(*args, **kwargs)
        finally:
            _LIMITED.release()

    return limited


@functools.cache
def _pools() -> ThreadpoolController:
    """The libraries with threads of their own that are loaded by the first search."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="blas")
