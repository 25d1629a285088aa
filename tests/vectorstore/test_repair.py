"""Repair mends what other data can mend, marks what a file can, and says what is left."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from quoth import Config, Quoth
from quoth.config import IndexConfig
from tests.crash.checks import check_open
from tests.crash.making import make_library, open_library
from tests.crash.model import HashEmbedder
from tests.vectorstore.making import make_document, put
from vectorstore import LocalLibrary, schema

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def library(tmp_path: Path) -> Iterator[LocalLibrary]:
    opened = LocalLibrary(tmp_path / "library", IndexConfig(device="cpu"))
    with opened.writing():
        for number in range(3):
            put(opened, make_document(number))
    yield opened
    opened.close()


def forge(library: LocalLibrary, *statements: str) -> None:
    """Change the file behind the library's back."""
    other = sqlite3.connect(library.folder / schema.FILE_NAME)
    for statement in statements:
        other.execute(statement)
    other.commit()
    other.close()


def repair(library: LocalLibrary) -> tuple[str, str]:
    """What was mended and what is left, as text."""
    with library.writing():
        report = library.repair()
    assert report.problems == library.verify()
    return "\n".join(report.mended), "\n".join(problem.what for problem in report.problems)


def test_a_whole_library_stays_as_it_is(tmp_path: Path) -> None:
    state = make_library(tmp_path / "library", 4)
    library = open_library(tmp_path / "library")
    assert repair(library) == ("", "")
    assert check_open(library, [state]) == state
    library.close()


def test_rows_without_their_document_are_deleted(library: LocalLibrary) -> None:
    forge(
        library,
        "PRAGMA foreign_keys = OFF",
        "DELETE FROM documents WHERE row = 2",
        "INSERT INTO vectors VALUES (999, zeroblob(32))",
    )
    mended, left = repair(library)
    assert "refer to rows that are gone" in mended
    assert left == ""
    assert len(library.documents()) == 2
    assert library.lexical("w1", 5, collection=None, where=None) == []
    assert library.statistics()["chunks"] == 4


def test_a_document_that_lost_its_name_gets_one(library: LocalLibrary) -> None:
    forge(library, "DELETE FROM sources WHERE document = 1")
    mended, left = repair(library)
    assert "1 documents without a source" in mended
    assert left == ""
    (found,) = (r for r in library.documents() if r.sources[0].startswith("lost name"))
    assert found.id == make_document(0).id


def test_an_index_of_sqlite_that_disagrees_with_its_table_is_made_anew(
    library: LocalLibrary,
) -> None:
    forge(
        library,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = 'CREATE INDEX chunks_by_digest ON chunks (start)' "
        "WHERE name = 'chunks_by_digest'",
    )
    library.close()
    again = LocalLibrary(library.folder, IndexConfig(device="cpu"))
    assert "SQLite reports damage" in again.verify()[0].what
    mended, left = repair(again)
    assert "SQLite reports damage" in mended
    assert left == ""
    again.close()


def test_a_broken_document_is_named_and_mended_by_its_file(tmp_path: Path) -> None:
    for name in ("ferret", "whale"):
        (tmp_path / f"{name}.txt").write_text(f"The {name} is a mammal of some renown.")
    files = [tmp_path / "ferret.txt", tmp_path / "whale.txt"]
    with Quoth.open(tmp_path / "library", config=Config(), embedder=HashEmbedder()) as quoth:
        quoth.ingest(files)
        other = sqlite3.connect(tmp_path / "library" / schema.FILE_NAME)
        other.execute("UPDATE chunks SET text = 'forged' WHERE row = 1")
        other.execute("UPDATE vectors SET vector = zeroblob(length(vector)) WHERE chunk = 1")
        other.execute("UPDATE documents SET metadata = '{torn' WHERE row = 1")
        other.commit()
        other.close()
        report = quoth.repair()
        assert "1 vectors are damaged" in report.mended[-1]
        assert any(
            str(files[0]) in p.what and "differ from its text" in p.what for p in report.problems
        )
        assert all("ingest the file again" in p.remedy for p in report.problems)
        assert not any("whale.txt" in p.what for p in report.problems)
        quoth.ingest(files)
        assert quoth.verify() == ()
        assert len(quoth.search("whale")) == 2
