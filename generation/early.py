"""Loads llama.cpp's library before NumPy's, where their order matters; knows the dynamic linker.

With Python 3.12 and newer on Linux, a libllama that GCC 13 built crashes in std::regex while it loads
a tokenizer, if NumPy 2.5 was imported before it (docs/troubleshooting.md).
"""

from __future__ import annotations

import ctypes
import importlib.util
import sys
from contextlib import suppress
from pathlib import Path

_SINCE = (3, 12)


def load_library_first(version: tuple[int, ...] = sys.version_info[:2]) -> None:
    """Map llama.cpp's library into the process, in about 10 ms, unless NumPy is there already.

    Does nothing where it is not needed or llama-cpp-python is not installed; whoever loads a model
    then says what is missing.
    """
    if sys.platform != "linux" or version < _SINCE or "numpy" in sys.modules:
        return
    spec = importlib.util.find_spec("llama_cpp")
    for folder in (spec.submodule_search_locations or []) if spec is not None else []:
        with suppress(OSError):
            ctypes.CDLL(str(Path(folder) / "lib" / "libllama.so"))
