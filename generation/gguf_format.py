"""The GGUF container: reads entries and tensor descriptions; knows no model and not llama.cpp.

A model file is somebody else's data: every length in it is checked against the bytes that are
left before anything of that length is read. The format:
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import mmap
    from collections.abc import Mapping

MAGIC = b"GGUF"
_VERSIONS = (2, 3)
_SCALARS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
_STRING, _ARRAY = 8, 9
_MAX_ENTRIES = 100_000
_MAX_DIMENSIONS = 8
_SHARD = re.compile(r"(.*)-\d{5}-of-(\d{5})\.gguf")
_MAX_KEPT = 4096  # longer arrays are vocabularies: their length is kept, not their items

# Name, numbers in a block, bytes of a block: ggml_type_name, ggml_blck_size, ggml_type_size.
TENSOR_TYPES = {
    0: ("F32", 1, 4), 1: ("F16", 1, 2), 2: ("Q4_0", 32, 18), 3: ("Q4_1", 32, 20),
    6: ("Q5_0", 32, 22), 7: ("Q5_1", 32, 24), 8: ("Q8_0", 32, 34), 10: ("Q2_K", 256, 84),
    11: ("Q3_K", 256, 110), 12: ("Q4_K", 256, 144), 13: ("Q5_K", 256, 176),
    14: ("Q6_K", 256, 210), 16: ("IQ2_XXS", 256, 66), 17: ("IQ2_XS", 256, 74),
    18: ("IQ3_XXS", 256, 98), 19: ("IQ1_S", 256, 50), 20: ("IQ4_NL", 32, 18),
    21: ("IQ3_S", 256, 110), 22: ("IQ2_S", 256, 82), 23: ("IQ4_XS", 256, 136),
    24: ("I8", 1, 1), 25: ("I16", 1, 2), 26: ("I32", 1, 4), 27: ("I64", 1, 8), 28: ("F64", 1, 8),
    29: ("IQ1_M", 256, 56), 30: ("BF16", 1, 2), 34: ("TQ1_0", 256, 54), 35: ("TQ2_0", 256, 66),
    39: ("MXFP4", 32, 17), 40: ("NVFP4", 64, 36),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Length:
    """Stands for an array too long to keep."""

    count: int


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the file: `kind` is ggml's number of its type, `start` counts from the data."""

    name: str
    kind: int
    n_numbers: int
    start: int


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the data: entries by key, and the tensors in their order."""

    entries: Mapping[str, Any]
    tensors: tuple[Tensor, ...]


def shard_names(name: str, n_shards: int = 0) -> tuple[str, ...]:
    """The files of a split model, in order, by the name of one; none for a name without a number.

    Their number is what the name says, unless `n_shards` is given.
    """
    numbered = _SHARD.fullmatch(name)
    if numbered is None:
        return ()
    numbers = range(1, (n_shards or int(numbered[2])) + 1)
    return tuple(f"{numbered[1]}-{i:05}-of-{numbered[2]}.gguf" for i in numbers)


class DamagedError(Exception):
    """The bytes are not what the format promises; the text says how."""


class _Cursor:
    """Reads little-endian values one after the other and never past the end."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self.at = 0

    def scalar(self, code: str) -> Any:
        size = struct.calcsize(code)
        self.skip(size)
        return struct.unpack_from("<" + code, self._data, self.at - size)[0]

    def skip(self, size: int) -> None:
        if size > len(self._data) - self.at:
            raise DamagedError("it ends in the middle of its header; the download is incomplete")
        self.at += size

    def string(self) -> str:
        size = self.scalar("Q")
        self.skip(size)
        return self._data[self.at - size : self.at].decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        if kind == _STRING:
            return self.string()
        if kind == _ARRAY:
            return self._array(self.scalar("I"), self.scalar("Q"))
        if kind not in _SCALARS:
            raise DamagedError(f"its header holds a value of unknown type {kind}")
        return self.scalar(_SCALARS[kind])

    def _array(self, kind: int, count: int) -> Any:
        if kind == _STRING:
            return self._strings(count)
        if kind not in _SCALARS:
            raise DamagedError(f"its header holds an array of unknown type {kind}")
        size = struct.calcsize(_SCALARS[kind]) * count
        self.skip(size)
        if count > _MAX_KEPT:
            return Length(count)
        return struct.unpack_from(f"<{count}{_SCALARS[kind]}", self._data, self.at - size)

    def _strings(self, count: int) -> Any:
        if count <= _MAX_KEPT:
            return tuple(self.string() for _ in range(count))
        for _ in range(count):
            self.skip(self.scalar("Q"))
        return Length(count)


def read_header(data: mmap.mmap) -> Header:
    """The header of a file that begins with MAGIC. Raises DamagedError."""
    cursor = _Cursor(data)
    cursor.skip(len(MAGIC))
    version = cursor.scalar("I")
    if version not in _VERSIONS:
        raise DamagedError(f"its version {version} is none of {_VERSIONS}")
    n_tensors, n_entries = cursor.scalar("Q"), cursor.scalar("Q")
    if n_tensors > _MAX_ENTRIES or n_entries > _MAX_ENTRIES:
        raise DamagedError(f"its header announces {n_tensors} tensors and {n_entries} entries")
    entries = {}
    for _ in range(n_entries):
        key = cursor.string()
        entries[key] = cursor.value(cursor.scalar("I"))
    tensors = tuple(_tensor(cursor) for _ in range(n_tensors))
    _check_end(tensors, cursor.at, entries.get("general.alignment", 32), len(data))
    return Header(entries, tensors)


def _tensor(cursor: _Cursor) -> Tensor:
    name = cursor.string()
    n_dimensions = cursor.scalar("I")
    if n_dimensions > _MAX_DIMENSIONS:
        raise DamagedError(f"a tensor has {n_dimensions} dimensions")
    n_numbers = math.prod(cursor.scalar("Q") for _ in range(n_dimensions))
    return Tensor(name, cursor.scalar("I"), n_numbers, cursor.scalar("Q"))


def tensor_bytes(tensor: Tensor) -> int:
    """The bytes that a tensor takes; 0 for a type that is not known here."""
    _, block, size = TENSOR_TYPES.get(tensor.kind, ("", 1, 0))
    return -(-tensor.n_numbers // block) * size


def _check_end(tensors: tuple[Tensor, ...], at: int, alignment: Any, n_bytes: int) -> None:
    """Raise DamagedError unless the data of every tensor lies inside the file."""
    if not tensors:
        return
    step = alignment if isinstance(alignment, int) and alignment > 0 else 32
    end = -(-at // step) * step + max(t.start + max(tensor_bytes(t), 1) for t in tensors)
    if end > n_bytes:
        raise DamagedError(f"it has {n_bytes} bytes and needs {end}; the download is incomplete")
