"""A library in a folder that cannot be written: searched as it is, and said what is missing."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quoth import Config, Quoth
from quoth.errors import LibraryError, NotALibraryError, StorageFullError
from tests.crash.checks import check, check_dense, check_open, expected_chunks
from tests.crash.child import put
from tests.crash.making import make_library, make_unclosed, open_library
from tests.crash.model import HashEmbedder, Operation, own_word
from tests.crash.mounts import mounted
from vectorstore.readonly import FrozenConnection

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def read_only(folder: Path) -> Iterator[Path]:
    """The folder where it cannot be written: mounted so, or without the permission."""
    if os.geteuid() != 0:
        folder.chmod(0o555)
        try:
            yield folder
        finally:
            folder.chmod(0o755)
        return
    # Permissions do not bind root.
    ways = [["-o", options, folder] for options in ("bind", "remount,ro,bind")]
    with mounted(folder.with_name("read-only"), *ways) as place:
        yield place


def test_a_closed_library_is_searched_and_verified(tmp_path: Path) -> None:
    state = make_library(tmp_path / "library", 3)
    with read_only(tmp_path / "library") as folder:
        check(folder, [state])
        library = open_library(folder)
        with pytest.raises(StorageFullError, match="choose another --library"), library.writing():
            pytest.fail("wrote to a read-only folder")
        library.close()


def test_a_library_that_another_process_has_open_is_searched(tmp_path: Path) -> None:
    state = make_library(tmp_path / "library", 3)
    writer = open_library(tmp_path / "library")
    with writer.writing():
        put(writer, Operation("put", "default", "/new.txt", 5), HashEmbedder(state.embedder))
    state = replace(state, files={**state.files, ("default", "/new.txt"): 5})
    with read_only(tmp_path / "library") as folder:
        check(folder, [state])
    writer.close()


def test_what_a_writer_adds_is_seen_where_it_cannot_be_written(tmp_path: Path) -> None:
    state = make_library(tmp_path / "library", 3)
    with read_only(tmp_path / "library") as folder:
        reader = open_library(folder)
        assert isinstance(reader._sql, FrozenConnection)
        check_open(reader, [state])
        writer = open_library(tmp_path / "library")
        with writer.writing():
            put(writer, Operation("put", "notes", "/new.txt", 5), HashEmbedder(state.embedder))
        state = replace(state, files={**state.files, ("notes", "/new.txt"): 5})
        check_open(reader, [state])
        writer.close()
        check_open(reader, [state])
        reader.close()


def test_changes_of_a_dead_writer_are_not_left_out_in_silence(tmp_path: Path) -> None:
    make_unclosed(tmp_path / "library", 3)
    with (
        read_only(tmp_path / "library") as folder,
        pytest.raises(LibraryError, match="holds changes of a writer that died"),
    ):
        open_library(folder)


def test_a_missing_index_of_words_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    state = make_library(tmp_path / "library", 3)
    shutil.rmtree(tmp_path / "library" / "lexical")
    with read_only(tmp_path / "library") as folder:
        library = open_library(folder)
        for _ in range(3):
            assert library.lexical("whales", 5, collection=None, where=None) == []
        check_dense(library, state, expected_chunks(state))
        assert [problem.remedy for problem in library.verify()] == ["run quoth repair"]
        library.close()
    (said,) = caplog.messages
    assert said.startswith(f"{folder} has no index of words, and finds them by meaning only")


def test_an_index_of_words_that_lags_behind_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    library = open_library(tmp_path / "library")
    with library.writing():
        put(library, Operation("put", "default", "/1.txt", 1), HashEmbedder())
    shutil.copytree(tmp_path / "library" / "lexical", tmp_path / "old")
    with library.writing():
        put(library, Operation("put", "default", "/2.txt", 2), HashEmbedder())
    library.close()
    shutil.rmtree(tmp_path / "library" / "lexical")
    (tmp_path / "old").rename(tmp_path / "library" / "lexical")
    with read_only(tmp_path / "library") as folder:
        library = open_library(folder)
        assert library.lexical(own_word(1), 5, collection=None, where=None)
        library.close()
    assert "lacks the newest passages in its index of words" in caplog.text


def test_the_engine_searches_there_and_says_what_it_cannot_do(tmp_path: Path) -> None:
    (tmp_path / "whale.txt").write_text("The whale is a mammal of some renown.")
    with Quoth.open(tmp_path / "library", config=Config(), embedder=HashEmbedder()) as quoth:
        quoth.ingest([tmp_path / "whale.txt"])
    with (
        read_only(tmp_path / "library") as folder,
        Quoth.open(folder, config=Config(), embedder=HashEmbedder()) as quoth,
    ):
        (hit,) = quoth.search("Which mammal has renown?")
        assert hit.chunk.text == "The whale is a mammal of some renown."
        assert quoth.verify() == ()
        with pytest.raises(StorageFullError, match="cannot be written"):
            quoth.ingest([tmp_path / "whale.txt"])


def test_an_empty_read_only_folder_is_no_library(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    with (
        read_only(tmp_path / "library") as folder,
        pytest.raises(NotALibraryError, match="make one with quoth ingest"),
    ):
        open_library(folder)
