"""How much memory a model needs, and whether that fits; knows its facts, not llama.cpp."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from quoth.errors import ModelLoadError

if TYPE_CHECKING:
    from generation.gguf import ModelFacts

CPU_BATCH, GPU_BATCH = 128, 512  # tokens evaluated at once
_CACHE_BYTES = 2  # a number in the KV cache is float16
_LOGIT_BYTES = 4
_SCORE_BYTES = 4  # attention without the fused kernel keeps every head's scores of a batch
_ACTIVATIONS = 4  # float32 rows of the embedding's width alive at once for each token of a batch
_OVERHEAD = 64 * 2**20  # tokenizer tables, graph, Python's copies
_STEP = 256  # contexts are offered in multiples of it


class Shape(Protocol):
    """What decides how much memory a model takes; bytes, and numbers of the model's dimensions."""

    @property
    def file_bytes(self) -> int: ...  # noqa: D102 - as in ModelFacts

    @property
    def kv_width(self) -> int: ...  # noqa: D102

    @property
    def head_count(self) -> int: ...  # noqa: D102

    @property
    def embedding_length(self) -> int: ...  # noqa: D102

    @property
    def vocabulary_size(self) -> int: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes that a model takes with a window of `context_size` tokens."""

    context_size: int
    weights: int
    cache: int
    buffers: int

    @property
    def total(self) -> int:
        """All of it."""
        return self.weights + self.cache + self.buffers


def memory_need(
    shape: Shape, context_size: int, batch_size: int = CPU_BATCH, *, fused: bool = False
) -> MemoryNeed:
    """Memory for weights, KV cache of `context_size` tokens and the buffers of a batch.

    Fused attention, as on a GPU, keeps no scores. An upper bound where a model keeps less than
    everything: sliding windows, recurrent layers.
    """
    row = (
        shape.vocabulary_size * _LOGIT_BYTES + shape.embedding_length * _LOGIT_BYTES * _ACTIVATIONS
    )
    scores = 0 if fused else context_size * shape.head_count * batch_size * _SCORE_BYTES
    return MemoryNeed(
        context_size=context_size,
        weights=shape.file_bytes,
        cache=context_size * shape.kv_width * _CACHE_BYTES,
        buffers=_OVERHEAD + batch_size * row + scores,
    )


def largest_context(
    shape: Shape, available: int, batch_size: int = CPU_BATCH, *, fused: bool = False
) -> int:
    """The largest window, a multiple of 256 tokens, that `available` bytes hold; 0 for none."""
    fixed = memory_need(shape, 0, batch_size, fused=fused).total
    per_token = memory_need(shape, 1, batch_size, fused=fused).total - fixed
    return max(0, available - fixed) // max(1, per_token) // _STEP * _STEP


def check_memory(facts: ModelFacts, context_size: int, batch_size: int, available: int) -> None:
    """Refuse a model that does not fit into the memory, naming the largest context that would.

    Raises ModelLoadError.
    """
    needed = memory_need(facts, context_size, batch_size).total
    if needed <= available:
        return
    largest = largest_context(facts, available, batch_size)
    way_out = (
        f"set model.context_size to {largest} or less"
        if largest
        else "choose a smaller model (quoth models lists some) or a smaller quantization"
    )
    raise ModelLoadError(
        f"{facts.path.name} with a window of {context_size} tokens needs {gib(needed)} of memory "
        f"and {gib(available)} are free; {way_out}"
    )


def check_gpu_memory(facts: ModelFacts, context_size: int, available: int) -> None:
    """Refuse a model that does not fit into the GPUs' memory, naming what would.

    Raises ModelLoadError.
    """
    need = memory_need(facts, context_size, GPU_BATCH, fused=True)
    if need.total <= available or not facts.block_count:
        return
    for_layers = max(0, available - need.buffers)
    layers = for_layers * facts.block_count // (need.weights + need.cache)
    largest = largest_context(facts, available, GPU_BATCH, fused=True)
    smaller = f"model.context_size to {largest} or less, or " if largest else ""
    raise ModelLoadError(
        f"{facts.path.name} with a window of {context_size} tokens needs {gib(need.total)} of the "
        f"GPU's memory and {gib(available)} are free; set {smaller}model.gpu_layers to {layers}"
    )


def gib(n_bytes: int) -> str:
    """Bytes as people read them."""
    return f"{n_bytes / 2**30:.1f} GiB"
