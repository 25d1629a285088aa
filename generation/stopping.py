"""A flag that llama.cpp reads between two steps of its work; knows C's side, not who sets it.

llama.cpp asks a callback after every node of its graph, some hundred times for each batch. A Python
function would have to get the interpreter's lock every time, and wait up to 5 ms for it whenever another
thread runs Python. The callback is therefore a function of C's own library: `strlen`, given a text that
is empty, or one character long once the flag is set.
"""

from __future__ import annotations

import ctypes
import sys
from typing import Any


class StopFlag:
    """False until it is set; any thread may set and clear it."""

    def __init__(self) -> None:
        self._text = ctypes.create_string_buffer(2)

    def __bool__(self) -> bool:
        return bool(self._text.value)

    def set(self, value: bool) -> None:
        """Raise the flag, or lower it."""
        self._text.value = b"!" if value else b""

    def callback(self, kind: type[Any]) -> tuple[Any, Any]:
        """The function, as ctypes' type `kind` for `bool (*)(void *)`, and the data to call it with.

        The data lives as long as this flag.
        """
        c = ctypes.CDLL("msvcrt" if sys.platform == "win32" else None)
        return ctypes.cast(c.strlen, kind), ctypes.cast(self._text, ctypes.c_void_p)
