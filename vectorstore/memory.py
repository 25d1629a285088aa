"""Remembers the vectors of texts that were embedded lately, so that none is embedded twice."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quoth.datatypes import FloatArray


class RememberedVectors:
    """A function from texts to vectors that asks another one only for texts it has not seen lately.

    The sentences of a context are embedded for the first question over it, and serve the
    follow-ups. Safe to share between threads.
    """

    def __init__(self, embed: Callable[[Sequence[str]], FloatArray], capacity: int = 4096) -> None:
        """Keep at most `capacity` vectors, the most recently used ones."""
        self._embed = embed
        self._capacity = capacity
        self._vectors: OrderedDict[str, FloatArray] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        """Give one float32 row of unit length for each text, in order, shape (n, dimension)."""
        with self._lock:
            found = {text: self._vectors[text] for text in texts if text in self._vectors}
        new = [text for text in dict.fromkeys(texts) if text not in found]
        if new or not texts:
            rows = self._embed(new)
            if not texts:
                return rows
            found.update(zip(new, rows, strict=True))
        self._remember(found)
        return np.stack([found[text] for text in texts])

    def _remember(self, used: dict[str, FloatArray]) -> None:
        with self._lock:
            for text, vector in used.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > self._capacity:
                self._vectors.popitem(last=False)
