"""Libraries of older formats open, hold what they held, and are never left half converted."""

from __future__ import annotations

import gzip
import multiprocessing
import shutil
import sqlite3
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quoth.config import IndexConfig
from quoth.datatypes import Where
from quoth.errors import OldFormatError
from tests.vectorstore.fixtures import make
from tests.vectorstore.making import unit_vectors
from vectorstore import LocalLibrary, schema

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = list(range(1, schema.FORMAT_VERSION))
QUESTION = unit_vectors(1, seed=5)[0]


def unpacked(folder: Path, version: int) -> Path:
    folder.mkdir()
    packed = make.HERE / f"format_{version}" / f"{schema.FILE_NAME}.gz"
    (folder / schema.FILE_NAME).write_bytes(gzip.decompress(packed.read_bytes()))
    return folder


def opened(folder: Path) -> LocalLibrary:
    return LocalLibrary(folder, IndexConfig(device="cpu"))


def version_of(folder: Path) -> int:
    connection = sqlite3.connect(folder / schema.FILE_NAME)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def contents(library: LocalLibrary) -> list[object]:
    """All that a library holds and finds, but for the times and rows of documents."""
    records = [replace(record, added_at="") for record in library.documents()]
    dense = library.dense(QUESTION, 100, collection=None, where=None)
    words = library.lexical("whales ferrets", 100, collection=None, where=None)
    chunks = library.chunks([row for row, _ in dense])
    return [
        records,
        [library.document(record.id) for record in records],
        [(chunks[row], round(score, 5)) for row, score in dense],
        [(chunks[row], round(score, 5)) for row, score in words],
        [library.vectors([row])[row].tolist() for row, _ in dense],
    ]


def found(library: LocalLibrary, expression: str) -> set[str]:
    where = Where(expression=expression)
    pairs = library.dense(QUESTION, 100, collection=None, where=where)
    return {chunk.source for chunk in library.chunks([row for row, _ in pairs]).values()}


@pytest.fixture
def new(tmp_path: Path) -> LocalLibrary:
    library = opened(tmp_path / "new")
    make.fill(library)
    return library


@pytest.mark.parametrize("version", FORMATS)
def test_an_older_library_holds_and_finds_what_a_new_one_would(
    version: int, tmp_path: Path, new: LocalLibrary
) -> None:
    folder = unpacked(tmp_path / "old", version)
    assert version_of(folder) == version
    library = opened(folder)
    assert version_of(folder) == schema.FORMAT_VERSION
    assert contents(library) == contents(new)
    assert library.verify() == ()


@pytest.mark.parametrize("version", FORMATS)
def test_an_older_library_gets_the_tables_of_a_new_one(
    version: int, tmp_path: Path, new: LocalLibrary
) -> None:
    library = opened(unpacked(tmp_path / "old", version))

    def tables(of: LocalLibrary) -> list[tuple[str, ...]]:
        with of.reading() as sql:
            every = sql.execute("SELECT type, name, tbl_name, sql FROM sqlite_master").fetchall()
        return sorted(
            (kind, name, table, " ".join(str(s).split())) for kind, name, table, s in every
        )

    assert tables(library) == tables(new)


@pytest.mark.parametrize("version", FORMATS)
def test_the_documents_of_an_older_library_can_be_filtered(version: int, tmp_path: Path) -> None:
    library = opened(unpacked(tmp_path / "old", version))
    assert found(library, "type = pdf and year = 2021 and pages = 2") == {"/folder/report.pdf"}
    assert found(library, "author = 'ÉMILE AHAB'") == {"/folder/report.pdf"}
    assert found(library, "created < 2020") == {"/folder/ferrets.html"}
    assert found(library, "not year >= 1") == {"/folder/3.txt"}


def test_a_library_is_converted_once_by_whoever_comes_first(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "old", 1)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        counts = pool.map(_count_documents, [folder] * 6)
    assert counts == [3] * 6


def _count_documents(folder: Path) -> int:
    library = opened(folder)
    try:
        return len(library.documents())
    finally:
        library.close()


def test_an_older_library_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "old", 1)
    before = (folder / schema.FILE_NAME).read_bytes()
    with pytest.raises(OldFormatError, match=r"older format 1 .* copy the folder"):
        schema.connect(folder, writable=False)
    assert (folder / schema.FILE_NAME).read_bytes() == before


# A child of its own for each line of the conversion, killed when it comes to that line.
_KILLER = """
import os, shutil, signal, sys
from pathlib import Path
from vectorstore import connecting, facts, migrations, schema

OURS = {module.__file__ for module in (connecting, facts, migrations, schema)}

def open_and_die(folder, at):
    reached = 0
    def trace(frame, event, _):
        nonlocal reached
        if frame.f_code.co_filename not in OURS:
            return None
        if event == "line":
            reached += 1
            if reached == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace
    sys.settrace(trace)
    schema.connect(folder, writable=True).close()
    sys.settrace(None)

old, at = Path(sys.argv[1]), 0
while True:
    at += 1
    folder = old.with_name(f"killed-{at}")
    shutil.copytree(old, folder)
    child = os.fork()
    if not child:
        open_and_die(folder, at)
        os._exit(0)
    if os.waitpid(child, 0)[1] == 0:
        break
"""


def test_a_kill_at_any_line_of_a_conversion_leaves_the_old_library_or_the_new(
    tmp_path: Path, new: LocalLibrary
) -> None:
    old = unpacked(tmp_path / "old", 1)
    subprocess.run([sys.executable, "-c", _KILLER, str(old)], check=True)
    killed = sorted(tmp_path.glob("killed-*"))
    versions = [_version_after_recovery(folder) for folder in killed]
    assert len(killed) > 100
    assert set(versions) == {1, schema.FORMAT_VERSION}
    expected = contents(new)
    for folder in killed[:: len(killed) // 20]:
        library = opened(folder)
        assert contents(library) == expected
        assert library.verify() == ()
        library.close()
        shutil.rmtree(folder)


def _version_after_recovery(folder: Path) -> int:
    """The format, having checked that its tables are that format's and no other's."""
    connection = sqlite3.connect(folder / schema.FILE_NAME)
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert version in {1, schema.FORMAT_VERSION}, "all steps or none"
    of_later_formats = {"facts", "tags", "conversations", "turns", "users", "failures"}
    assert names & of_later_formats == (of_later_formats if version > 1 else set())
    columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(pages)")}
    assert ("places" in columns) == (version > 1)
    if version > 1:
        counts = "SELECT (SELECT count(*) FROM facts), (SELECT count(*) FROM documents)"
        assert connection.execute(counts).fetchone() == (3, 3)
    connection.close()
    return version


def test_a_new_library_can_be_searched_before_it_holds_anything(tmp_path: Path) -> None:
    library = opened(tmp_path / "new")
    assert found(library, "type = pdf") == set()


def test_damaged_metadata_do_not_keep_an_older_library_from_opening(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "old", 1)
    other = sqlite3.connect(folder / schema.FILE_NAME)
    other.execute("UPDATE documents SET metadata = '{torn' WHERE row = 1")
    other.commit()
    other.close()
    library = opened(folder)
    assert found(library, "author = '' and type = pdf") == {"/folder/report.pdf"}
