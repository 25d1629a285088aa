"""Keeps the memory of a process small; knows the C library and nothing of what uses memory.

The usual one on Linux, glibc, keeps what large arrays leave behind in pieces, which adds up from page
to page. Elsewhere these functions do nothing.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

_M_MMAP_THRESHOLD = -3
_LARGE = 8 << 20


def keep_large_apart() -> None:
    """Let what takes 8 MB or more come from the system, and go back to it at once when it is free.

    Else glibc raises that limit to 32 MB as it goes, and a process to twice its need.
    """
    if (libc := _glibc()) is not None:
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)


def give_back() -> None:
    """Give all that is free back to the system."""
    if (libc := _glibc()) is not None:
        libc.malloc_trim(0)


@cache
def _glibc() -> Any:
    libc = ctypes.CDLL(None) if sys.platform == "linux" else None
    return libc if hasattr(libc, "malloc_trim") else None
