"""Embeds the chunks of one group of documents after another, in threads of its own, in slices.

It knows chunks and a function that embeds them, no files and no library. Slices of the next group
follow at once upon those of the one before, so that no core waits for the last text of a group.
"""

from __future__ import annotations

import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future

    from quoth.datatypes import Chunk, FloatArray

    Embed = Callable[[Sequence[Chunk]], FloatArray]

# Twice what a core takes at a time (vectorstore/encoding.py): a second of two cores' work at most
# is under way when the run is cancelled.
_SLICE = 64


@dataclass(frozen=True, slots=True)
class Embedding:
    """The vectors of a group to be: `order` says which chunk each row of the slices belongs to."""

    order: Sequence[int]
    slices: Sequence[Future[FloatArray]]

    def result(
        self,
        cancelled: Callable[[], bool],
        on_rows: Callable[[int, int], object] = lambda done, total: None,  # noqa: ARG005
    ) -> FloatArray | None:
        """A row for each chunk, in order; None when cancelled before all are there.

        Then nothing more of it is begun. `on_rows` is told how many rows of how many are there.
        Raises what embedding raised.
        """
        parts: list[FloatArray] = []
        for one in self.slices:
            if not one.done() and cancelled():
                for rest in self.slices:
                    rest.cancel()
                return None
            parts.append(one.result())
            on_rows(sum(map(len, parts)), len(self.order))
        rows = np.concatenate(parts)
        in_order = np.empty_like(rows)
        in_order[self.order] = rows
        return in_order


class Embeddings:
    """Embeds groups in the order in which they come; a context manager.

    `seconds` counts how long something was being embedded. On leaving, what has begun is ended
    and the rest is not begun.
    """

    def __init__(self, embed: Embed) -> None:
        """`embed` gives a row for each chunk, and may be called by several threads at once."""
        self.seconds = 0.0
        self._embed = embed
        self._lock = threading.Lock()
        self._n_active = 0
        self._began = 0.0
        # One more than keep every core busy, so that there is always a slice to go on with.
        threads = 1 + (os.cpu_count() or 1) // 2
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="quoth-embedder")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, chunks: Sequence[Chunk]) -> Embedding:
        """Embed these chunks, those of similar length together, after what was begun before."""
        order = sorted(range(len(chunks)), key=lambda i: -len(chunks[i].text))
        parts = [order[start : start + _SLICE] for start in range(0, len(order), _SLICE)]
        slices = [
            self._pool.submit(self._timed, [chunks[i] for i in part]) for part in parts or [[]]
        ]
        return Embedding(order, slices)

    def _timed(self, chunks: Sequence[Chunk]) -> FloatArray:
        with self._lock:
            if self._n_active == 0:
                self._began = time.perf_counter()
            self._n_active += 1
        try:
            return self._embed(chunks)
        finally:
            with self._lock:
                self._n_active -= 1
                if self._n_active == 0:
                    self.seconds += time.perf_counter() - self._began
