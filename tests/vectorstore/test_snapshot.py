"""A snapshot of the dense index is used when it is whole and of this library, and else made anew."""

from __future__ import annotations

import logging
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quoth.config import IndexConfig
from quoth.errors import StorageFullError
from tests.vectorstore.dense_contract import ArraySource
from tests.vectorstore.making import make_document, put, unit_vectors
from vectorstore import LocalLibrary
from vectorstore.dense import InvertedIndex, Plan, build, snapshot
from vectorstore.indexes import Indexes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CONFIG = IndexConfig(device="cpu", exact_up_to=50, recall=1.0)
QUESTION = unit_vectors(1, seed=99)[0]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A library of 80 documents of two chunks, large enough for a snapshot."""
    with opened(tmp_path / "library") as library, library.writing():
        for number in range(80):
            put(library, make_document(number))
    return tmp_path / "library"


class opened:  # noqa: N801  # used as a function
    """A library that is closed at the end of the block."""

    def __init__(self, folder: Path, config: IndexConfig = CONFIG) -> None:
        self._library = LocalLibrary(folder, config)

    def __enter__(self) -> LocalLibrary:
        return self._library

    def __exit__(self, *_: object) -> None:
        self._library.close()


def is_brute_force(library: LocalLibrary) -> bool:
    """Whether a search finds what a comparison with every stored vector finds."""
    with library.reading() as sql:
        rows = [row for (row,) in sql.execute("SELECT chunk FROM vectors")]
    stored = library.vectors(rows)
    best = sorted(((float(v @ QUESTION), row) for row, v in stored.items()), reverse=True)[:10]
    found = library.dense(QUESTION, 10, collection=None, where=None)
    return [row for row, _ in found] == [row for _, row in best]


def stamp_of(folder: Path) -> snapshot.Stamp:
    stamp = snapshot.read_stamp(folder)
    assert stamp is not None
    return stamp


def forged(folder: Path, **values: object) -> None:
    """Write the library's snapshot again, whole, with another stamp."""
    stamp = stamp_of(folder)
    index = snapshot.read(folder, stamp)
    assert index is not None
    snapshot.write(folder, replace(stamp, **values), index)  # type: ignore[arg-type]


def test_the_writer_leaves_a_snapshot_and_a_reader_uses_it(folder: Path) -> None:
    assert stamp_of(folder).n_vectors == 160
    forged(folder, n_probes=3)
    with opened(folder) as library:
        library.dense(QUESTION, 10, collection=None, where=None)
        assert " 3 are read" in str(library.index_facts()["kind"])


def test_a_small_library_needs_no_snapshot(tmp_path: Path) -> None:
    with opened(tmp_path / "library") as library, library.writing():
        put(library, make_document(1))
    assert snapshot.read_stamp(tmp_path / "library") is None


def test_what_came_after_the_snapshot_is_replayed(folder: Path) -> None:
    before = stamp_of(folder)
    with opened(folder) as library:
        with library.writing():
            put(library, make_document(1000))
            library.remove(["3.txt"], None)
        assert is_brute_force(library)
        assert library.index_facts()["snapshot_behind"] == 4
    assert stamp_of(folder) == before
    with opened(folder) as library:
        assert is_brute_force(library)
        assert library.verify() == ()


def test_a_new_snapshot_is_saved_when_enough_has_changed(folder: Path) -> None:
    before = stamp_of(folder)
    with opened(folder) as library, library.writing():
        for number in range(100, 120):
            put(library, make_document(number))
    assert stamp_of(folder).change > before.change
    assert stamp_of(folder).n_vectors == 200


def test_a_reader_that_is_open_follows_a_writer_past_its_snapshots(folder: Path) -> None:
    with opened(folder) as reader:
        assert is_brute_force(reader)
        for step in range(5):
            with opened(folder) as library, library.writing():
                for number in range(100 * (step + 1), 100 * (step + 1) + 90):
                    put(library, make_document(number))
            assert is_brute_force(reader)
        assert reader.index_facts()["vectors"] == 160 + 5 * 180


@pytest.fixture
def narrow(tmp_path: Path) -> Path:
    """A library of 160 vectors that point almost the same way."""
    with opened(tmp_path / "narrow") as library, library.writing():
        for number in range(80):
            put(library, make_document(number), alike=True)
    return tmp_path / "narrow"


def test_vectors_unlike_those_that_the_codes_were_made_for_make_it_anew(narrow: Path) -> None:
    before = stamp_of(narrow)
    index = snapshot.read(narrow, before)
    assert index is not None
    with opened(narrow) as reader:
        assert is_brute_force(reader)
        with opened(narrow) as library, library.writing():
            for number in (1000, 1001, 1002):
                put(library, make_document(number))
        assert stamp_of(narrow) == before  # too little has changed for the writer to save it
        assert is_brute_force(reader)
        with reader.reading() as sql:
            rows = [row for (row,) in sql.execute("SELECT chunk FROM vectors")]
        every = np.stack(list(reader.vectors(rows).values()))
    assert index.misfits(every) == 6
    anew = snapshot.read(narrow, stamp_of(narrow))
    assert anew is not None
    assert (anew.trained_on, anew.misfits(every)) == (166, 0)


def test_a_snapshot_remembers_how_many_vectors_its_codes_cannot_hold(narrow: Path) -> None:
    with opened(narrow) as library:
        with library.writing():
            put(library, make_document(1000, "One chunk."))
        library.compact()
    assert (stamp_of(narrow).misfits, stamp_of(narrow).trained_on) == (1, 160)
    with opened(narrow) as library:
        with library.writing():
            put(library, make_document(1001, "Another one."))
        assert is_brute_force(library)
    assert (stamp_of(narrow).misfits, stamp_of(narrow).trained_on) == (0, 162)


def test_repair_makes_a_snapshot_anew_though_it_looks_whole(folder: Path) -> None:
    forged(folder, n_probes=2)
    with opened(folder) as library:
        assert not library.verify()
        with library.writing():
            library.repair()
        assert is_brute_force(library)
    assert stamp_of(folder).n_probes != 2


def test_what_is_forgotten_is_gone_from_the_disk(folder: Path) -> None:
    indexes = Indexes(folder, CONFIG)
    with opened(folder) as library, library.reading() as sql:
        indexes.forget(sql)
    assert not (folder / snapshot.FILE_NAME).exists()


def test_a_snapshot_that_cannot_be_deleted_is_told(folder: Path) -> None:
    (folder / snapshot.FILE_NAME).unlink()
    (folder / snapshot.FILE_NAME).mkdir()
    with pytest.raises(StorageFullError, match="cannot be deleted"):
        snapshot.delete(folder)


def test_a_library_that_shrinks_below_the_limit_drops_its_snapshot(folder: Path) -> None:
    with opened(folder) as library:
        with library.writing():
            library.remove([f"{number}.txt" for number in range(70)], None)
        assert is_brute_force(library)
    assert snapshot.read_stamp(folder) is None


def damages(data: bytes) -> Iterator[bytes]:
    """The file cut at some places, and with a bit flipped at others."""
    for cut in range(0, len(data), len(data) // 40):
        yield data[:cut]
    for place in range(0, len(data), len(data) // 80):
        yield data[:place] + bytes([data[place] ^ 16]) + data[place + 1 :]
    yield data + b"\0"
    yield bytes(len(data))


def test_a_damaged_snapshot_is_never_believed(folder: Path) -> None:
    file = folder / snapshot.FILE_NAME
    data, stamp = file.read_bytes(), stamp_of(folder)
    for damaged in damages(data):
        file.write_bytes(damaged)
        found = snapshot.read_stamp(folder)
        assert found is None or snapshot.read(folder, found) is None or damaged == data
        assert snapshot.read(folder, stamp) is None
    file.write_bytes(data)
    assert snapshot.read(folder, stamp) is not None


@pytest.mark.parametrize("place", [100, 3000, -5, -60])
def test_a_damaged_snapshot_is_made_anew(folder: Path, place: int) -> None:
    file = folder / snapshot.FILE_NAME
    data = bytearray(file.read_bytes())
    data[place] ^= 1
    file.write_bytes(data)
    with opened(folder) as library:
        assert is_brute_force(library)
    stamp = stamp_of(folder)
    assert snapshot.read(folder, stamp) is not None


@pytest.mark.parametrize(
    "values",
    [
        {"library": "another"},
        {"embedder": "another@1"},
        {"change": 10**9},
        {"trained_on": 10**6},
    ],
)
def test_a_snapshot_of_something_else_is_made_anew(folder: Path, values: dict[str, object]) -> None:
    forged(folder, n_probes=2, **values)
    with opened(folder) as library:
        assert is_brute_force(library)
    assert stamp_of(folder).n_probes != 2


def test_a_snapshot_with_other_vectors_than_the_library_is_made_anew(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    stamp = stamp_of(folder)
    index = snapshot.read(folder, stamp)
    assert index is not None
    index.remove(np.arange(1, 31))
    snapshot.write(folder, replace(stamp, n_vectors=len(index)), index)
    with caplog.at_level(logging.WARNING), opened(folder) as library:
        assert is_brute_force(library)
        assert library.verify() == ()


def test_a_lost_snapshot_is_made_again_by_the_first_search(folder: Path) -> None:
    (folder / snapshot.FILE_NAME).unlink()
    with opened(folder) as library:
        assert is_brute_force(library)
    assert stamp_of(folder).n_vectors == 160


def test_a_temporary_file_of_a_writer_that_died_does_no_harm(folder: Path) -> None:
    (folder / f"{snapshot.FILE_NAME}.new").write_bytes(b"half")
    with opened(folder) as library:
        assert is_brute_force(library)
        with library.writing():
            for number in range(200, 230):
                put(library, make_document(number))
    assert not (folder / f"{snapshot.FILE_NAME}.new").exists()


def test_a_snapshot_that_cannot_be_written_stops_no_search(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / snapshot.FILE_NAME).unlink()
    (folder / f"{snapshot.FILE_NAME}.new").mkdir()
    with caplog.at_level(logging.WARNING), opened(folder) as library:
        assert is_brute_force(library)
    assert "cannot be written" in caplog.text


def test_re_embedding_with_another_dimension_makes_another_snapshot(folder: Path) -> None:
    with opened(folder) as library:
        library.dense(QUESTION, 1, collection=None, where=None)
        remade = []
        for record in library.documents():
            document = library.document(record.id)
            from tests.vectorstore.making import make_chunks

            chunks = make_chunks(document)
            remade.append((record, document, chunks, unit_vectors(len(chunks), dimension=4), "new"))
        with library.writing():
            library.replace_all(remade, "embedder@2")
        found = library.dense(unit_vectors(1, dimension=4)[0], 5, collection=None, where=None)
        assert len(found) == 5
    assert (stamp_of(folder).dimension, stamp_of(folder).embedder) == (4, "embedder@2")


def test_a_copied_library_keeps_its_snapshot(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    with opened(tmp_path / "copy") as library:
        assert is_brute_force(library)


def test_a_snapshot_gives_back_the_very_index(tmp_path: Path) -> None:
    vectors = unit_vectors(500, dimension=8)
    index = build(Plan("cpu", "inverted"), ArraySource(vectors), IndexConfig(exact_up_to=1))
    assert isinstance(index, InvertedIndex)
    index.remove(np.arange(100, 140))
    blocks = sum(-(-len(rows) // 32) for rows, _ in index.lists())
    lists = (index.n_lists, blocks, index.n_probes)
    stamp = snapshot.Stamp("library", "embedder", 1, 8, len(index), *lists, 500, index.recall)
    snapshot.write(tmp_path, stamp, index)
    again = snapshot.read(tmp_path, stamp_of(tmp_path))
    assert again is not None
    for question in vectors[:20]:
        assert again.search(question, 10) == index.search(question, 10)
    more = unit_vectors(60, seed=3, dimension=8)
    for one in (index, again):
        one.add(np.arange(500, 560), more)
    assert again.search(more[7], 10) == index.search(more[7], 10)
    assert again.search(more[7], 10)[0][0] == 507
