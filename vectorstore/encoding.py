"""Spreads texts over the cores, or gives them to a GPU. Knows a function that encodes, no model."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import FloatArray

_CPU_BATCH, _GPU_BATCH = 8, 128
_SHARE = 32  # texts that a core takes at a time: few enough that all cores end together


class Encode(Protocol):
    """What sentence-transformers' `encode_document` and `encode_query` are: texts to rows."""

    def __call__(self, sentences: list[str], **options: Any) -> Any:
        """One row for each text."""
        ...


def lone_threads(torch: Any, name: str) -> ThreadPoolExecutor:
    """As many threads as torch would use for one product, each of which computes alone."""
    return ThreadPoolExecutor(
        torch.get_num_threads(),
        thread_name_prefix=name,
        initializer=torch.set_num_threads,
        initargs=(1,),
    )


class CoreEncoder:
    """One thread of torch for each core, each with texts of its own.

    Threads inside a layer wait for each other at the end of every product: measured with MiniLM on
    two cores, a thread for each core embeds 1.2 times as many texts, and one core that another
    program takes no longer holds up the rest. Nor are threads left spinning beside the language
    model's.
    """

    def __init__(self, torch: Any, batch_size: int) -> None:
        """`batch_size` 0 is 8."""
        self._batch_size = batch_size or _CPU_BATCH
        self._pool = lone_threads(torch, "quoth-encoder")

    def __call__(self, texts: Sequence[str], encode: Encode) -> FloatArray:
        """A row for each text, in order; texts of similar length are encoded together."""
        order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
        shares = [order[start : start + _SHARE] for start in range(0, len(order), _SHARE)]
        futures = [
            self._pool.submit(_rows, encode, [texts[i] for i in share], self._batch_size)
            for share in shares
        ]
        try:
            rows = np.concatenate([future.result() for future in futures])
        finally:  # Ctrl-C: begin nothing more
            for future in futures:
                future.cancel()
        in_order = np.empty_like(rows)
        in_order[order] = rows
        return in_order


class GpuEncoder:
    """All texts at once to one GPU, one caller at a time."""

    def __init__(self, batch_size: int) -> None:
        """`batch_size` 0 is 128."""
        self._batch_size = batch_size or _GPU_BATCH
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str], encode: Encode) -> FloatArray:
        """A row for each text, in order."""
        with self._lock:
            return _rows(encode, list(texts), self._batch_size)


def _rows(encode: Encode, texts: list[str], batch_size: int) -> FloatArray:
    rows = encode(texts, batch_size=batch_size, show_progress_bar=False, convert_to_numpy=True)
    return np.asarray(rows, dtype=np.float32)
