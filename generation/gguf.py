"""Reads the header of a GGUF file; knows the format, not llama.cpp.

A model file is somebody else's data: every length in it is checked against the bytes that are
left before anything of that length is read. The format:
https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import mmap
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quoth.errors import ModelLoadError, ModelNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_MAGIC = b"GGUF"
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
_MAX_KEPT = 4096  # longer arrays are vocabularies: their length is kept, not their items
_QUANTIZATION = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a GGUF header says of its model. Numbers are 0 and texts "" where it does not say.

    `file_bytes` counts all shards of a split model. `kv_width` is the sum over the layers of the
    values kept for one token (keys and values together): the KV cache holds that many numbers a
    token. `template` is the Jinja chat template.
    """

    path: Path
    file_bytes: int
    architecture: str
    name: str
    size_label: str
    n_parameters: int
    quantization: str
    context_length: int
    block_count: int
    embedding_length: int
    head_count: int
    head_count_kv: int
    vocabulary_size: int
    kv_width: int
    template: str


@dataclass(frozen=True, slots=True)
class _Length:
    """Stands for an array too long to keep."""

    count: int


class _DamagedError(Exception):
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
            raise _DamagedError("it ends in the middle of its header; the download is incomplete")
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
            raise _DamagedError(f"its header holds a value of unknown type {kind}")
        return self.scalar(_SCALARS[kind])

    def _array(self, kind: int, count: int) -> Any:
        if kind == _STRING:
            for _ in range(count):
                self.skip(self.scalar("Q"))
            return _Length(count)
        if kind not in _SCALARS:
            raise _DamagedError(f"its header holds an array of unknown type {kind}")
        size = struct.calcsize(_SCALARS[kind]) * count
        self.skip(size)
        if count > _MAX_KEPT:
            return _Length(count)
        return struct.unpack_from(f"<{count}{_SCALARS[kind]}", self._data, self.at - size)


def read_facts(path: Path) -> ModelFacts:
    """The facts in the header of a GGUF file, read in milliseconds without loading the model.

    Raises ModelNotFoundError when there is no such file, ModelLoadError when it is not a GGUF
    model, is cut off, or a shard of it is missing.
    """
    try:
        if not path.is_file():
            raise ModelNotFoundError(
                f"there is no model file {path}; give the path of a .gguf file"
            )
        with path.open("rb") as file:
            if file.read(4) != _MAGIC:
                raise ModelLoadError(_not_gguf(path, "it does not begin with GGUF"))
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return _facts(path, _Cursor(data), len(data))
    except OSError as error:
        raise ModelLoadError(f"{path} cannot be read: {error.strerror}; check it") from error
    except _DamagedError as error:
        raise ModelLoadError(_not_gguf(path, str(error))) from error


def _not_gguf(path: Path, why: str) -> str:
    return f"{path} is not a GGUF model: {why}; choose a .gguf file"


def _facts(path: Path, cursor: _Cursor, n_bytes: int) -> ModelFacts:
    cursor.skip(len(_MAGIC))
    version = cursor.scalar("I")
    if version not in _VERSIONS:
        raise _DamagedError(f"its version {version} is none of {_VERSIONS}")
    n_tensors, n_entries = cursor.scalar("Q"), cursor.scalar("Q")
    if n_tensors > _MAX_ENTRIES or n_entries > _MAX_ENTRIES:
        raise _DamagedError(f"its header announces {n_tensors} tensors and {n_entries} entries")
    entries = {}
    for _ in range(n_entries):
        key = cursor.string()
        entries[key] = cursor.value(cursor.scalar("I"))
    n_parameters = _read_tensors(
        cursor, n_tensors, n_bytes, _number(entries, "general.alignment", 32)
    )
    n_shards = _number(entries, "split.count", 1)
    if n_shards > 1:
        n_bytes, n_parameters = _shard_bytes(path, n_shards), 0
    return _facts_from(path, n_bytes, n_parameters, entries)


def _read_tensors(cursor: _Cursor, n_tensors: int, n_bytes: int, alignment: int) -> int:
    """The number of parameters; checks that the last tensor starts inside the file."""
    n_parameters, last = 0, -1
    for _ in range(n_tensors):
        cursor.string()
        n_dimensions = cursor.scalar("I")
        if n_dimensions > _MAX_DIMENSIONS:
            raise _DamagedError(f"a tensor has {n_dimensions} dimensions")
        n_parameters += math.prod(cursor.scalar("Q") for _ in range(n_dimensions))
        cursor.scalar("I")
        last = max(last, cursor.scalar("Q"))
    start = -(-cursor.at // max(alignment, 1)) * max(alignment, 1)
    if n_tensors and start + last >= n_bytes:
        raise _DamagedError(
            f"it has {n_bytes} bytes and needs more than {start + last}; the download is incomplete"
        )
    return n_parameters


def _shard_bytes(path: Path, n_shards: int) -> int:
    numbered = re.fullmatch(r"(.*)-\d{5}-of-(\d{5})\.gguf", path.name)
    if numbered is None or n_shards > _MAX_ENTRIES:
        raise _DamagedError(f"it is one of {n_shards} shards and its name does not say which")
    total = 0
    for i in range(1, n_shards + 1):
        shard = path.with_name(f"{numbered[1]}-{i:05}-of-{numbered[2]}.gguf")
        if not shard.is_file():
            raise _DamagedError(f"it is split and {shard.name} is missing beside it")
        total += shard.stat().st_size
    return total


def _facts_from(path: Path, n_bytes: int, n_parameters: int, entries: dict[str, Any]) -> ModelFacts:
    architecture = _text(entries, "general.architecture")
    tokens = entries.get("tokenizer.ggml.tokens")

    def number(key: str, default: int = 0) -> int:
        return _number(entries, f"{architecture}.{key}", default)

    return ModelFacts(
        path=path,
        file_bytes=n_bytes,
        architecture=architecture,
        name=_text(entries, "general.name"),
        size_label=_text(entries, "general.size_label"),
        n_parameters=n_parameters,
        quantization=_QUANTIZATION.get(_number(entries, "general.file_type", -1), ""),
        context_length=number("context_length"),
        block_count=number("block_count"),
        embedding_length=number("embedding_length"),
        head_count=number("attention.head_count"),
        head_count_kv=number("attention.head_count_kv", number("attention.head_count")),
        vocabulary_size=tokens.count if isinstance(tokens, _Length) else number("vocab_size"),
        kv_width=_kv_width(number, entries.get(f"{architecture}.attention.head_count_kv")),
        template=_text(entries, "tokenizer.chat_template"),
    )


def _kv_width(number: Callable[..., int], per_layer: Any) -> int:
    head_count = number("attention.head_count")
    head_length = number("embedding_length") // head_count if head_count else 0
    width = number("attention.key_length", head_length) + number(
        "attention.value_length", head_length
    )
    if isinstance(per_layer, tuple):
        return sum(per_layer) * width
    return number("block_count") * number("attention.head_count_kv", head_count) * width


def _number(entries: dict[str, Any], key: str, default: int) -> int:
    """An entry as one number; of a number per layer, the largest."""
    value = entries.get(key, default)
    if isinstance(value, tuple) and value:
        value = max(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _text(entries: dict[str, Any], key: str) -> str:
    value = entries.get(key, "")
    return value if isinstance(value, str) else ""
