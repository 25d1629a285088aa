"""Whether a model fits into the memory; knows its facts and the machine, not llama.cpp."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.errors import ModelLoadError

if TYPE_CHECKING:
    from generation.gguf import ModelFacts

_CACHE_BYTES = 2  # a number in the KV cache is float16
_LOGIT_BYTES = 4
_SCORE_BYTES = 4  # attention without the fused kernel keeps every head's scores of a batch
_ACTIVATIONS = 4  # float32 rows of the embedding's width alive at once for each token of a batch
_OVERHEAD = 64 * 2**20  # tokenizer tables, graph, Python's copies
_SMALLEST_CONTEXT = 256


def needed_bytes(facts: ModelFacts, context_size: int, batch_size: int) -> int:
    """Memory on a CPU for weights, KV cache of `context_size` tokens and the buffers of a batch."""
    return (
        facts.file_bytes
        + _OVERHEAD
        + _buffers(facts, batch_size)
        + context_size * _per_token(facts, batch_size)
    )


def check_memory(facts: ModelFacts, context_size: int, batch_size: int, available: int) -> None:
    """Refuse a model that does not fit, naming the largest context that would.

    Raises ModelLoadError.
    """
    needed = needed_bytes(facts, context_size, batch_size)
    if needed <= available:
        return
    spare = available - needed_bytes(facts, 0, batch_size)
    largest = (
        max(0, spare)
        // max(1, _per_token(facts, batch_size))
        // _SMALLEST_CONTEXT
        * _SMALLEST_CONTEXT
    )
    way_out = (
        f"set model.context_size to {largest} or less"
        if largest
        else "choose a smaller model or a smaller quantization"
    )
    raise ModelLoadError(
        f"{facts.path.name} with a window of {context_size} tokens needs {_gib(needed)} of memory "
        f"and {_gib(available)} are free; {way_out}"
    )


def _per_token(facts: ModelFacts, batch_size: int) -> int:
    return facts.kv_width * _CACHE_BYTES + facts.head_count * batch_size * _SCORE_BYTES


def _buffers(facts: ModelFacts, batch_size: int) -> int:
    row = (
        facts.vocabulary_size * _LOGIT_BYTES + facts.embedding_length * _LOGIT_BYTES * _ACTIVATIONS
    )
    return batch_size * row


def _gib(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:.1f} GiB"
