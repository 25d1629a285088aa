"""The library on disk: what goes in comes out, whole, and all three stores agree."""

import multiprocessing
import os
import signal
import sqlite3
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from quoth.config import IndexConfig
from quoth.datatypes import Box, KnownFailure, Place, SourceFile, Where
from quoth.errors import (
    CorruptLibraryError,
    EmbedderMismatchError,
    LibraryLockedError,
    NotALibraryError,
    StorageFullError,
    UnknownDocumentError,
)
from tests.vectorstore.making import make_chunks, make_document, put, unit_vectors
from vectorstore import LocalLibrary, digest, failures, lock, schema


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    yield opened
    opened.close()


def fill(library: LocalLibrary, n: int = 20) -> None:
    with library.writing():
        for number in range(n):
            put(library, make_document(number))


def test_a_document_comes_back_as_it_went_in(library: LocalLibrary) -> None:
    document = make_document(1, "First page.\nSecond page, with ünïcode 🐋.")
    place = Place(0, 5, Box(1.5, 2, 30, 4.25))
    document = replace(document, pages=(replace(document.pages[0], places=(place,)),))
    with library.writing():
        put(library, document)
    assert library.document(document.id) == document
    (record,) = library.documents()
    assert (record.sources, record.n_pages, record.n_chunks) == (("/folder/1.txt",), 1, 2)


def test_dense_search_equals_brute_force(library: LocalLibrary) -> None:
    with library.writing():
        vectors = [put(library, make_document(number)) for number in range(50)]
    every = np.concatenate(vectors)
    question = unit_vectors(1, seed=99)[0]
    found = library.dense(question, 10, collection=None, where=None)
    expected = np.argsort(-(every @ question))[:10] + 1
    assert [row for row, _ in found] == expected.tolist()
    assert [s for _, s in found] == pytest.approx((every @ question)[expected - 1], abs=1e-6)


def test_lexical_search_finds_a_stemmed_word_and_its_heading(library: LocalLibrary) -> None:
    fill(library)
    (best, *_) = library.lexical("whale W7", 5, collection=None, where=None)
    assert "w7" in library.chunks([best[0]])[best[0]].text
    (titled, *_) = library.lexical("title 13", 5, collection=None, where=None)
    assert library.chunks([titled[0]])[titled[0]].headings == ("Title 13",)


def test_questions_of_stop_words_or_of_nothing_find_nothing(library: LocalLibrary) -> None:
    fill(library, 2)
    assert library.lexical("the of and", 5, collection=None, where=None) == []
    assert library.lexical("", 5, collection=None, where=None) == []
    assert library.lexical('AND "(*:', 5, collection=None, where=None) == []


def test_an_empty_library_finds_nothing(library: LocalLibrary) -> None:
    question = unit_vectors(1)[0]
    assert library.dense(question, 5, collection=None, where=None) == []
    assert library.lexical("whale", 5, collection=None, where=None) == []


def test_removing_takes_a_document_out_of_all_three_stores(library: LocalLibrary) -> None:
    fill(library)
    question = unit_vectors(1)[0]
    library.dense(question, 5, collection=None, where=None)
    with library.writing():
        (gone,) = library.remove(["7.txt"], None)
    rows = [row for row, _ in library.dense(question, 1000, collection=None, where=None)]
    words = [row for row, _ in library.lexical("w7", 1000, collection=None, where=None)]
    assert all(c.document_id != gone.id for c in library.chunks(rows + words).values())
    assert len(library.chunks(rows)) == len(rows)
    assert library.verify() == ()


def test_removing_by_several_names_takes_each_document_once_in_their_order(
    library: LocalLibrary,
) -> None:
    fill(library, 4)
    first, second, third, fourth = library.documents()
    with library.writing():
        gone = library.remove([third.id, first.sources[0], "1.txt", third.sources[0]], None)
    assert [record.id for record in gone] == [third.id, first.id, second.id]
    assert library.documents() == (fourth,)


def test_removing_by_an_unknown_name_removes_nothing(library: LocalLibrary) -> None:
    fill(library, 3)
    with library.writing(), pytest.raises(UnknownDocumentError, match="no document missing"):
        library.remove(["1.txt", "missing"], None)
    assert len(library.documents()) == 3


def test_a_changed_file_replaces_what_its_source_named(library: LocalLibrary) -> None:
    with library.writing():
        put(library, make_document(1, "The old text about whales."))
        put(library, make_document(1, "The new text about ferrets."))
    (record,) = library.documents()
    assert library.document(record.id).text == "The new text about ferrets."
    assert library.lexical("whales", 5, collection=None, where=None) == []
    assert len(library.lexical("ferrets", 5, collection=None, where=None)) == 1


def test_the_same_bytes_under_two_names_are_one_document(library: LocalLibrary) -> None:
    document = make_document(1)
    twin = SourceFile("/folder/twin.txt", 1, 1, document.id)
    with library.writing():
        put(library, document)
        assert library.attach(twin, collection="default", recipe="recipe")
        (record,) = library.documents()
        assert record.sources == ("/folder/1.txt", "/folder/twin.txt")
        put(library, make_document(1, "Changed."))
    assert sorted(r.sources for r in library.documents()) == [
        ("/folder/1.txt",),
        ("/folder/twin.txt",),
    ]


def test_what_failed_is_forgotten_when_the_file_itself_is_kept_and_not_before(
    library: LocalLibrary,
) -> None:
    with library.writing():
        put(library, make_document(1))
        failure = KnownFailure("/folder/1.txt", 5, 6, "recipe", "torn", encrypted=False)
        failures.note_failures(library, "default", [failure])
        record, document = library.documents()[0], make_document(1)
        put(library, replace(document, source="/folder/twin.txt"))
        library.replace_all([(record, document, (), unit_vectors(0), "new")], library.embedder)
        assert failures.failures(library, "default") == {"/folder/1.txt": failure}
        put(library, document)
        assert failures.failures(library, "default") == {}


def test_a_document_of_another_recipe_is_not_attached(library: LocalLibrary) -> None:
    document = make_document(1)
    with library.writing():
        put(library, document, recipe="old")
        file = SourceFile("/folder/1.txt", 1, 1, document.id)
        assert not library.attach(file, collection="default", recipe="new")


def test_texts_embedded_before_are_found_by_their_digest(library: LocalLibrary) -> None:
    document = make_document(1)
    with library.writing():
        vectors = put(library, document)
    keys = [digest(c.headings, c.text) for c in make_chunks(document)]
    known = library.known_vectors([*keys, b"unknown"])
    assert set(known) == set(keys)
    assert np.array_equal(np.stack([known[key] for key in keys]), vectors)


def test_collections_and_sources_limit_both_indexes(library: LocalLibrary) -> None:
    with library.writing():
        for number in range(10):
            put(library, make_document(number), collection="even" if number % 2 == 0 else "odd")
    question = unit_vectors(1)[0]

    def sources(collection: str | None, where: Where | None) -> set[str]:
        dense = library.dense(question, 100, collection=collection, where=where)
        words = library.lexical("whales", 100, collection=collection, where=where)
        by_meaning = {c.source for c in library.chunks([row for row, _ in dense]).values()}
        by_word = {c.source for c in library.chunks([row for row, _ in words]).values()}
        assert by_meaning == by_word
        return by_word

    assert sources("even", None) == {f"/folder/{n}.txt" for n in (0, 2, 4, 6, 8)}
    assert sources(None, Where(sources=("[12].TXT",))) == {"/folder/1.txt", "/folder/2.txt"}
    assert sources("odd", Where(sources=("[12].txt",))) == {"/folder/1.txt"}
    assert sources(None, Where(document_ids=(make_document(3).id,))) == {"/folder/3.txt"}
    assert sources(None, Where(sources=("nothing*",))) == set()


def test_an_unknown_collection_is_named_with_those_there_are(library: LocalLibrary) -> None:
    fill(library, 1)
    with pytest.raises(UnknownDocumentError, match="no collection other; there are: default"):
        library.documents("other")


def test_another_reader_sees_changes_without_reopening(library: LocalLibrary) -> None:
    fill(library, 3)
    reader = LocalLibrary(library.folder, IndexConfig(device="cpu"))
    question = unit_vectors(1)[0]
    assert len(reader.dense(question, 100, collection=None, where=None)) == 6
    with library.writing():
        put(library, make_document(100))
        library.remove(["1.txt"], None)
    assert len(reader.dense(question, 100, collection=None, where=None)) == 6
    # A word finds its chunk, and the one beside it in the document.
    assert len(reader.lexical("w100", 5, collection=None, where=None)) == 2
    assert reader.lexical("w1", 5, collection=None, where=None) == []
    reader.close()


def test_a_lost_or_torn_lexical_index_is_made_again(library: LocalLibrary) -> None:
    fill(library, 5)
    library.close()
    for torn in ("reached.json", "meta.json"):
        (library.folder / "lexical" / torn).write_text("{torn")
        again = LocalLibrary(library.folder, IndexConfig(device="cpu"))
        assert len(again.lexical("w3", 5, collection=None, where=None)) == 2
        assert again.verify() == ()
        again.close()


def test_a_lexical_index_that_cannot_be_written_catches_up_later(library: LocalLibrary) -> None:
    fill(library, 2)
    folder = library.folder / "lexical"
    folder.rename(library.folder / "away")
    folder.write_text("a file in its place")
    with pytest.raises(StorageFullError, match="free disk space"), library.writing():
        put(library, make_document(77))
    assert len(library.documents()) == 3
    folder.unlink()
    library.close()
    again = LocalLibrary(library.folder, IndexConfig(device="cpu"))
    assert len(again.lexical("w77", 5, collection=None, where=None)) == 2
    assert again.verify() == ()
    again.close()


def test_a_failed_write_leaves_the_library_as_it_was(library: LocalLibrary) -> None:
    fill(library, 2)
    before = library.documents()
    document = make_document(1, "Never kept, for one vector is missing.")
    with library.writing(), pytest.raises(ValueError, match="chunks came with 1 vectors"):
        library.put(
            document,
            make_chunks(document),
            unit_vectors(1),
            collection="default",
            file=SourceFile("/folder/1.txt"),
            recipe="recipe",
            embedder="embedder@1",
        )
    assert library.documents() == before
    assert library.verify() == ()


def test_another_embedder_is_refused_with_the_way_out(library: LocalLibrary) -> None:
    library.require_embedder("anything fits an empty library")
    fill(library, 1)
    library.require_embedder("embedder@1")
    with pytest.raises(EmbedderMismatchError, match="quoth ingest --re-embed"):
        library.require_embedder("embedder@2")


def test_re_embedding_replaces_every_vector_or_none(library: LocalLibrary) -> None:
    fill(library, 3)
    records = library.documents()

    def remade(fail: bool) -> Iterator[tuple]:  # type: ignore[type-arg]
        for record in records:
            document = library.document(record.id)
            chunks = make_chunks(document, size=10)
            yield record, document, chunks, unit_vectors(len(chunks), dimension=4), "new"
            if fail:
                raise KeyboardInterrupt

    with library.writing(), pytest.raises(KeyboardInterrupt):
        library.replace_all(remade(fail=True), "embedder@2")
    library.require_embedder("embedder@1")
    with library.writing():
        library.replace_all(remade(fail=False), "embedder@2")
    library.require_embedder("embedder@2")
    assert len(library.dense(unit_vectors(1, dimension=4)[0], 3, collection=None, where=None)) == 3
    assert [r.sources for r in library.documents()] == [r.sources for r in records]
    assert library.verify() == ()


def test_page_of_names_the_page_that_holds_an_offset(library: LocalLibrary) -> None:
    from quoth.datatypes import Document, Page

    pages = (Page(1, "abc", 0), Page(2, "", 3), Page(3, "defg", 3))
    document = Document("0" * 16, "/folder/p.pdf", "p", "application/pdf", pages)
    with library.writing():
        put(library, document)
    assert [library.page_of(document.id, offset) for offset in (0, 2, 3, 6)] == [1, 1, 3, 3]


def test_verify_says_in_words_what_is_wrong(library: LocalLibrary) -> None:
    fill(library, 3)
    other = sqlite3.connect(library.folder / schema.FILE_NAME)
    other.execute("UPDATE chunks SET text = 'forged' WHERE row = 1")
    other.execute("UPDATE vectors SET vector = zeroblob(32) WHERE chunk = 2")
    other.execute("DELETE FROM vectors WHERE chunk = 3")
    other.execute("DELETE FROM sources WHERE document = 3")
    other.commit()
    other.close()
    found = "\n".join(problem.what for problem in library.verify())
    assert "/folder/0.txt: 1 chunks differ from its text" in found
    assert "1 vectors are damaged" in found
    assert "1 chunks without a vector (the first: /folder/1.txt)" in found
    assert "1 documents without a source" in found


def test_a_folder_with_other_things_is_not_turned_into_a_library(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("precious")
    with pytest.raises(NotALibraryError, match=r"not empty \(it holds thesis.docx\)"):
        LocalLibrary(tmp_path, IndexConfig())
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_missing_library_is_not_made_when_only_reading(tmp_path: Path) -> None:
    with pytest.raises(NotALibraryError, match="make one with quoth ingest"):
        LocalLibrary(tmp_path / "none", IndexConfig(), create=False)


@pytest.mark.parametrize("create", [True, False])
def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, create: bool) -> None:
    (tmp_path / "file").write_text("precious")
    with pytest.raises(NotALibraryError, match="is a file, not a folder"):
        LocalLibrary(tmp_path / "file", IndexConfig(), create=create)
    assert (tmp_path / "file").read_text() == "precious"


def test_a_foreign_sqlite_file_is_refused_and_left_alone(tmp_path: Path) -> None:
    other = sqlite3.connect(tmp_path / schema.FILE_NAME)
    other.execute("CREATE TABLE mine (x)")
    other.commit()
    other.close()
    before = (tmp_path / schema.FILE_NAME).read_bytes()
    with pytest.raises(NotALibraryError, match="not a Quoth library"):
        LocalLibrary(tmp_path, IndexConfig())
    assert (tmp_path / schema.FILE_NAME).read_bytes() == before


@pytest.mark.parametrize("damage", ["not a database", "pages overwritten"])
def test_a_damaged_file_is_reported_and_never_made_anew(library: LocalLibrary, damage: str) -> None:
    fill(library, 30)
    library.close()
    file = library.folder / schema.FILE_NAME
    data = bytearray(file.read_bytes())
    start = 0 if damage == "not a database" else 4096
    data[start : start + 40_000] = b"\xff" * 40_000
    file.write_bytes(data)

    def use() -> None:
        LocalLibrary(library.folder, IndexConfig()).documents()

    with pytest.raises(CorruptLibraryError, match="is damaged"):
        use()
    assert file.read_bytes() == bytes(data)


def test_a_library_of_a_newer_format_is_refused(library: LocalLibrary) -> None:
    library.close()
    other = sqlite3.connect(library.folder / schema.FILE_NAME)
    other.execute("PRAGMA user_version = 999")
    other.close()
    with pytest.raises(NotALibraryError, match="upgrade Quoth"):
        LocalLibrary(library.folder, IndexConfig())


def test_a_second_writer_is_told_to_wait(library: LocalLibrary) -> None:
    held = multiprocessing.get_context("spawn").Process(
        target=_hold_forever, args=(library.folder,)
    )
    held.start()
    try:
        _wait_until_locked(library.folder)
        with (
            pytest.raises(LibraryLockedError, match="another Quoth has been writing"),
            lock.writing(library.folder, patience=0.1),
        ):
            pytest.fail("two processes hold the lock")
        assert held.pid is not None
        os.kill(held.pid, signal.SIGKILL)
        held.join()
        with lock.writing(library.folder, patience=5):
            pass
    finally:
        held.kill()


def _hold_forever(folder: Path) -> None:
    with lock.writing(folder):
        time.sleep(600)


def _wait_until_locked(folder: Path) -> None:
    for _ in range(600):
        with lock.try_writing(folder) as mine:
            if not mine:
                return
        time.sleep(0.05)
    pytest.fail("the other process never took the lock")


def test_a_library_that_another_process_is_just_making_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    LocalLibrary(folder, IndexConfig()).close()
    maker = sqlite3.connect(
        folder / schema.FILE_NAME, isolation_level=None, check_same_thread=False
    )
    maker.execute("PRAGMA journal_mode = DELETE")  # as it is until its maker changes the mode
    maker.execute("BEGIN IMMEDIATE")
    later = threading.Timer(0.2, maker.execute, ["COMMIT"])
    later.start()
    opened = LocalLibrary(folder, IndexConfig())
    assert not maker.in_transaction
    opened.close()
    later.join()
    maker.close()


def test_a_writer_killed_between_documents_leaves_whole_documents(library: LocalLibrary) -> None:
    fill(library, 2)
    child = multiprocessing.get_context("spawn").Process(
        target=_put_until_killed, args=(library.folder,)
    )
    child.start()
    for _ in range(600):
        if len(library.documents()) > 5:
            break
        time.sleep(0.05)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    n = len(library.documents())
    assert n > 5
    # The lexical index had no commit since: it catches up from SQLite by itself.
    assert len(library.lexical("whales", 10_000, collection=None, where=None)) == 2 * n
    assert library.verify() == ()


def _put_until_killed(folder: Path) -> None:
    library = LocalLibrary(folder, IndexConfig(device="cpu"))
    with library.writing():
        for number in range(1000, 100_000):
            put(library, make_document(number))
            time.sleep(0.002)
