"""An embedding of words by hashing, for tests that need many vectors and no meaning."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

WIDTH = 64


def embed_words(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = np.zeros((len(texts), WIDTH), dtype=np.float32)
    for row, text in zip(rows, texts, strict=True):
        row[0] = 0.1
        for word in text.lower().split():
            row[zlib.crc32(word.encode("utf-8", "surrogatepass")) % WIDTH] += 1
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)
