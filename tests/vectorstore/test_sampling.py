from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.vectorstore.making import make_document, odd_and_even, put
from vectorstore.sampling import sample_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vectorstore import LocalLibrary


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    with closing(odd_and_even(tmp_path / "library", 20)) as opened:
        yield opened


def texts(library: LocalLibrary, rows: tuple[int, ...]) -> set[str]:
    return {chunk.text for chunk in library.chunks(rows).values()}


def test_a_small_collection_is_whole(library: LocalLibrary) -> None:
    sample = sample_chunks(library, None, 100)
    assert len(sample.rows) == sample.n_chunks == len(library.chunks(sample.rows))
    odd = sample_chunks(library, "odd", 100)
    assert set(odd.rows) < set(sample.rows)
    both = sample_chunks(library, ("odd", "even"), 100)
    assert (both.rows, both.content) == (sample.rows, sample.content)


def test_an_unknown_collection_holds_nothing(library: LocalLibrary) -> None:
    sample = sample_chunks(library, "none", 100)
    assert (sample.rows, sample.n_chunks) == ((), 0)


def test_a_large_one_is_sampled_by_content_and_changes_by_little(library: LocalLibrary) -> None:
    before = sample_chunks(library, None, 10)
    assert len(before.rows) == 10
    assert before.n_chunks > 10
    kept = texts(library, before.rows)
    with library.writing():
        put(library, make_document(99))
    after = sample_chunks(library, None, 10)
    assert len(kept - texts(library, after.rows)) <= 2
    assert after.content != before.content or after.rows == before.rows


def test_content_is_named_by_texts_alone(library: LocalLibrary) -> None:
    before = sample_chunks(library, None, 100)
    with library.writing():
        library.remove([make_document(3).id], None)
        put(library, make_document(3), collection="odd", source="/elsewhere/3.txt")
    after = sample_chunks(library, None, 100)
    assert before.rows != after.rows
    assert before.content == after.content
