"""Groups of chunks are embedded in slices, and come back as they were asked for."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ingest.embedding import Embeddings
from quoth.datatypes import Chunk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import FloatArray

PATIENCE = 30


def chunks(n: int) -> list[Chunk]:
    """Chunks whose texts are their numbers, of several lengths."""
    return [Chunk(f"d:{i}", "d", "d.txt", str(i * 7919), i, i + 1, 1, 1, (), 1) for i in range(n)]


def numbers(some: Sequence[Chunk]) -> FloatArray:
    return np.array([[int(chunk.text)] for chunk in some], dtype=np.float32).reshape(-1, 1)


def never() -> bool:
    return False


def test_every_chunk_gets_its_own_vector() -> None:
    with Embeddings(numbers) as embeddings:
        groups = [chunks(n) for n in (300, 1, 64, 0, 65)]
        begun = [embeddings.begin(group) for group in groups]
        for group, embedding in zip(groups, begun, strict=True):
            told: list[tuple[int, int]] = []
            found = embedding.result(never, lambda *rows, told=told: told.append(rows))
            assert found is not None
            assert np.array_equal(found, numbers(group))
            assert told[-1] == (len(group), len(group))
            assert told == sorted(set(told)), "it is told as the rows come"
    assert embeddings.seconds > 0


def test_the_next_group_is_begun_before_the_last_text_of_the_one_before_is_done() -> None:
    later = threading.Event()

    def embed(some: Sequence[Chunk]) -> FloatArray:
        if len(some) == 3:
            later.set()
        else:
            assert later.wait(PATIENCE), "the second group had to wait for the first"
        return numbers(some)

    with Embeddings(embed) as embeddings:
        first, second = embeddings.begin(chunks(20)), embeddings.begin(chunks(3))
        for embedding, n in ((first, 20), (second, 3)):
            found = embedding.result(never)
            assert found is not None
            assert len(found) == n


def test_nothing_is_begun_after_a_group_is_cancelled() -> None:
    go_on, slices = threading.Event(), []

    def embed(some: Sequence[Chunk]) -> FloatArray:
        assert go_on.wait(PATIENCE)
        slices.append(some)
        return numbers(some)

    with Embeddings(embed) as embeddings:
        embedding = embeddings.begin(chunks(64 * 100))
        assert embedding.result(lambda: True) is None
        go_on.set()
    assert len(slices) < 100


def test_what_embedding_raises_is_raised_by_its_result() -> None:
    def embed(_: Sequence[Chunk]) -> FloatArray:
        raise ValueError("no such model")

    with Embeddings(embed) as embeddings:
        embedding = embeddings.begin(chunks(2))
        with pytest.raises(ValueError, match="no such model"):
            embedding.result(never)
