"""What a search has read it does not read again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retrieval.reading import ReadOnce
from retrieval.search import hits_of, rank

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pytest

    from quoth import Quoth
    from quoth.datatypes import Chunk


def test_a_search_reads_each_chunk_once(
    examples_library: Quoth, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    library = examples_library._library
    read = library.chunks

    def noting(rows: Sequence[int]) -> dict[int, Chunk]:
        asked.extend(rows)
        return read(rows)

    monkeypatch.setattr(library, "chunks", noting)
    config = examples_library.config.retrieval
    # A code makes the texts of all candidates be looked at.
    ranking = rank("What is BM25-Okapi?", library, examples_library._embedder, config, k=5)
    hits = hits_of(ranking, 5)
    assert len(hits) == 5
    assert "exact" in ranking.stages
    assert len(asked) == len(set(asked)) == len(ranking.order)


def test_what_is_gone_is_asked_for_once_and_left_out() -> None:
    asked: list[int] = []

    def read(rows: Sequence[int]) -> dict[int, Chunk]:
        asked.extend(rows)
        return {}

    once = ReadOnce(read)
    assert once([3, 1]) == once([1, 3]) == {}
    assert asked == [3, 1]
