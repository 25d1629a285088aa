"""What a GGUF model says of itself in its header; knows the entries' names, not llama.cpp."""

from __future__ import annotations

import functools
import mmap
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generation.gguf_format import (
    MAGIC,
    TENSOR_TYPES,
    DamagedError,
    Header,
    Length,
    Tensor,
    read_header,
    shard_names,
    tensor_bytes,
)
from quoth.errors import ModelLoadError, ModelNotFoundError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_MAX_SHARDS = 1000
_QUANTIZATION = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K",
    11: "Q3_K_S", 12: "Q3_K_M", 13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S",
    17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS", 21: "Q2_K_S", 22: "IQ3_XS",
    23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip

_REMEMBERED = 64  # files


@dataclass(frozen=True, slots=True)
class TensorType:
    """All tensors of one quantization type; `n_bytes` is 0 where the type is not known."""

    name: str
    n_tensors: int
    n_parameters: int
    n_bytes: int


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """What a GGUF header says of its model. Numbers are 0 and texts "" where it does not say.

    Bytes, parameters and tensors count all shards of a split model. `kv_width` is the sum over the
    layers of the values kept for one token (keys and values together): the KV cache holds that many
    numbers a token. `position_encoding` is a phrase such as "RoPE, base 100,000". `tensor_types`
    stand in order of their bytes, largest first. `languages` are as the model's maker names them.
    `template` is the Jinja chat template.
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
    feed_forward_length: int = 0
    expert_count: int = 0
    position_encoding: str = ""
    tensor_types: tuple[TensorType, ...] = ()
    licence: str = ""
    languages: tuple[str, ...] = ()


def read_facts(path: Path) -> ModelFacts:
    """The facts in the header of a GGUF file, without loading the model.

    They take a tenth of a second for a large vocabulary, and are read again only when the file, or a
    shard of it, has changed. Raises ModelNotFoundError when there is no such file, ModelLoadError when it is not a GGUF
    model, is cut off, or a shard of it is missing.
    """
    with _telling(path):
        shards = (path.with_name(name) for name in shard_names(path.name)[:_MAX_SHARDS])
        files = (path, *shards)
        return _read_facts(path, tuple(map(_stamp, files)))


@functools.lru_cache(maxsize=_REMEMBERED)
def _read_facts(path: Path, stamps: tuple[tuple[int, int], ...]) -> ModelFacts:
    del stamps
    header = _header(path)
    files = _shards(path, header)
    others = [_header(file).tensors for file in files if file != path]
    tensors = [*header.tensors, *(tensor for part in others for tensor in part)]
    return _facts(path, sum(file.stat().st_size for file in files), header, tensors)


def _stamp(file: Path) -> tuple[int, int]:
    """What changes when a file does; zeros where there is none."""
    if not file.exists():
        return 0, 0
    about = file.stat()
    return about.st_size, about.st_mtime_ns


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Say of which file it is that something is wrong with."""
    try:
        if not path.is_file():
            raise ModelNotFoundError(
                f"there is no model file {path}; give the path of a .gguf file"
            )
        yield
    except OSError as error:
        raise ModelLoadError(f"{path} cannot be read: {error.strerror}; check it") from error
    except DamagedError as error:
        raise ModelLoadError(f"{path} is not a GGUF model: {error}; choose a .gguf file") from error


def _header(path: Path) -> Header:
    with path.open("rb") as file:
        if file.read(len(MAGIC)) != MAGIC:
            raise DamagedError("it does not begin with GGUF")
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return read_header(data)


def tensor_names(path: Path) -> frozenset[str]:
    """The names of the tensors in a file. Raises what `read_facts` raises."""
    with _telling(path):
        return frozenset(tensor.name for tensor in _header(path).tensors)


def shards_of(path: Path) -> tuple[Path, ...]:
    """The files of a split model, in order; the file itself when it is not split.

    Raises what `read_facts` raises.
    """
    with _telling(path):
        return _shards(path, _header(path))


def _shards(path: Path, header: Header) -> tuple[Path, ...]:
    n_shards = _number(header.entries, "split.count", 1)
    if n_shards <= 1:
        return (path,)
    names = shard_names(path.name, n_shards) if n_shards <= _MAX_SHARDS else ()
    if not names:
        raise DamagedError(f"it is one of {n_shards} shards and its name does not say which")
    files = tuple(path.with_name(name) for name in names)
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise DamagedError(f"it is split and {missing[0]} is missing beside it")
    return files


def _facts(path: Path, n_bytes: int, header: Header, tensors: list[Tensor]) -> ModelFacts:
    entries = header.entries
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
        n_parameters=sum(tensor.n_numbers for tensor in tensors),
        quantization=_QUANTIZATION.get(_number(entries, "general.file_type", -1), ""),
        context_length=number("context_length"),
        block_count=number("block_count"),
        embedding_length=number("embedding_length"),
        head_count=number("attention.head_count"),
        head_count_kv=number("attention.head_count_kv", number("attention.head_count")),
        vocabulary_size=_count(tokens) or number("vocab_size"),
        kv_width=_kv_width(number, entries.get(f"{architecture}.attention.head_count_kv")),
        template=_text(entries, "tokenizer.chat_template"),
        feed_forward_length=number("feed_forward_length"),
        expert_count=number("expert_count"),
        position_encoding=_position_encoding(entries, architecture, tensors),
        tensor_types=_tensor_types(tensors),
        licence=_text(entries, "general.license"),
        languages=_texts(entries.get("general.languages")),
    )


def _count(tokens: Any) -> int:
    if isinstance(tokens, Length):
        return tokens.count
    return len(tokens) if isinstance(tokens, tuple) else 0


def _kv_width(number: Callable[..., int], per_layer: Any) -> int:
    head_count = number("attention.head_count")
    head_length = number("embedding_length") // head_count if head_count else 0
    width = number("attention.key_length", head_length) + number(
        "attention.value_length", head_length
    )
    if isinstance(per_layer, tuple):
        return sum(heads for heads in per_layer if isinstance(heads, int)) * width
    return number("block_count") * number("attention.head_count_kv", head_count) * width


def _position_encoding(entries: Mapping[str, Any], architecture: str, tensors: list[Tensor]) -> str:
    """How the model knows where a token stands; "" where the header does not tell."""
    if any(tensor.name.startswith("position_embd.") for tensor in tensors):
        return "learned positions"
    if f"{architecture}.attention.max_alibi_bias" in entries:
        return "ALiBi"
    if not any(key.startswith(f"{architecture}.rope.") for key in entries):
        return ""
    base = entries.get(f"{architecture}.rope.freq_base")
    parts = ["RoPE", f"base {base:,.0f}"] if isinstance(base, int | float) else ["RoPE"]
    scaling = _text(entries, f"{architecture}.rope.scaling.type")
    factor = entries.get(f"{architecture}.rope.scaling.factor")
    if scaling not in {"", "none"}:
        parts.append(f"{scaling} × {factor:g}" if isinstance(factor, float) else scaling)
    return ", ".join(parts)


def _tensor_types(tensors: list[Tensor]) -> tuple[TensorType, ...]:
    counts, numbers, sizes = Counter[str](), Counter[str](), Counter[str]()
    for tensor in tensors:
        name = (
            TENSOR_TYPES[tensor.kind][0] if tensor.kind in TENSOR_TYPES else f"type {tensor.kind}"
        )
        counts[name] += 1
        numbers[name] += tensor.n_numbers
        sizes[name] += tensor_bytes(tensor)
    types = [TensorType(name, counts[name], numbers[name], sizes[name]) for name in counts]
    return tuple(sorted(types, key=lambda each: (-each.n_bytes, each.name)))


def _number(entries: Mapping[str, Any], key: str, default: int) -> int:
    """An entry as one number; of a number per layer, the largest."""
    value = entries.get(key, default)
    if isinstance(value, tuple) and value:
        value = max(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _text(entries: Mapping[str, Any], key: str) -> str:
    value = entries.get(key, "")
    return value if isinstance(value, str) else ""


def _texts(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, tuple) else ()
    return tuple(item for item in items if isinstance(item, str))
