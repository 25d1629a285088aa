"""Compaction gives space back and changes nothing that a search finds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth.config import IndexConfig
from tests.vectorstore.making import make_document, put, unit_vectors
from vectorstore import LocalLibrary
from vectorstore.dense import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

QUESTION = unit_vectors(1, seed=5)[0]


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu", exact_up_to=50))
    with opened.writing():
        for number in range(100):
            put(opened, make_document(number, f"Whales w{number}. " * 40))
    yield opened
    opened.close()


def found(library: LocalLibrary) -> tuple[object, object]:
    return (
        library.dense(QUESTION, 20, collection=None, where=None),
        [row for row, _ in library.lexical("w93", 20, collection=None, where=None)],
    )


def test_the_space_of_removed_documents_is_given_back(library: LocalLibrary) -> None:
    with library.writing():
        library.remove([f"{number}.txt" for number in range(90)], None)
    before = found(library)
    report = library.compact()
    assert report.bytes_after < report.bytes_before / 2
    assert found(library) == before
    assert library.verify() == ()
    with library.reading() as sql:
        assert sql.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert sql.execute("SELECT min(row) > 1 FROM chunks").fetchone() == (1,)


def test_a_reader_goes_on_through_a_compaction(library: LocalLibrary) -> None:
    reader = LocalLibrary(library.folder, IndexConfig(device="cpu", exact_up_to=50))
    found(reader)
    with library.writing():
        library.remove([f"{number}.txt" for number in range(90)], None)
    library.compact()
    assert found(reader) == found(library)
    reader.close()


def test_the_dense_index_is_made_anew_for_a_library_that_has_grown(library: LocalLibrary) -> None:
    stamp = snapshot.read_stamp(library.folder)
    assert stamp is not None
    with library.writing():
        for number in range(1000, 1000 + 4 * stamp.trained_on // 20):
            put(library, make_document(number, f"Ferrets f{number}. " * 40))
    library.compact()
    again = snapshot.read_stamp(library.folder)
    assert again is not None
    assert again.trained_on > stamp.trained_on
    assert again.n_vectors == library.statistics()["chunks"]
    assert not library.index_facts()["outgrown"]


def test_compacting_twice_changes_nothing(library: LocalLibrary) -> None:
    library.compact()
    report = library.compact()
    assert report.bytes_after == report.bytes_before
