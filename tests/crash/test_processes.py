"""Several processes on one library: readers see what a writer adds, writers take turns."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from quoth.cli import main
from quoth.errors import EmbedderMismatchError, LibraryLockedError
from tests.crash.checks import check, check_open, state_of
from tests.crash.child import put
from tests.crash.kinds import make_folder
from tests.crash.making import open_library
from tests.crash.model import HashEmbedder, Operation, State, own_word
from tests.crash.victims import ROOT, Victims
from vectorstore import lock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.crash.kinds import Kind
    from vectorstore import LocalLibrary


def puts(collection: str, numbers: range) -> list[list[Operation]]:
    """A script that adds documents, letting go of the lock after each."""
    return [[Operation("put", collection, f"/{number}.txt", number)] for number in numbers]


def state_after(*scripts: list[list[Operation]]) -> State:
    every = [operation for script in scripts for run in script for operation in run]
    return State({(o.collection, o.source): o.number for o in every}, 1)


@contextmanager
def holder(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the write lock until it gets a line or is killed."""
    code = (
        "import sys, pathlib; from vectorstore import lock\n"
        "with lock.writing(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, folder],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_a_reader_sees_what_another_process_adds_without_reopening(
    victims: Victims, tmp_path: Path, kind: Kind
) -> None:
    folder = make_folder(tmp_path / "library", kind)
    reader = open_library(folder)
    script = puts("default", range(30))
    writer = threading.Thread(target=victims.run, args=(folder, script))
    writer.start()
    seen = set()
    while writer.is_alive():
        seen.add(look(reader))
    writer.join()
    assert len(seen) > 1
    check_open(reader, [state_after(script)])
    reader.close()


def look(reader: LocalLibrary) -> int:
    """Search while another process writes: what is found is there, what is there is found."""
    before = len(state_of(reader).files)
    vector = HashEmbedder().embed_question("whales")
    rows = [row for row, _ in reader.dense(vector, 10_000, collection=None, where=None)]
    assert len(set(rows)) == len(rows)
    found = {chunk.document_id for chunk in reader.chunks(rows).values()}
    assert len(found) >= before
    words = [row for row, _ in reader.lexical("whales", 10_000, collection=None, where=None)]
    assert len(set(words)) == len(words)
    assert reader.verify() == ()
    return before


def test_two_writers_take_turns_and_lose_nothing(tmp_path: Path, kind: Kind) -> None:
    folder = make_folder(tmp_path / "library", kind)
    scripts = [puts("default", range(12)), puts("notes", range(8, 20))]
    with Victims() as one, Victims() as other:
        threads = [
            threading.Thread(target=server.run, args=(folder, script))
            for server, script in zip((one, other), scripts, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    check(folder, [state_after(*scripts)])


def test_many_processes_may_make_the_same_library_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from vectorstore import LocalLibrary\n"
        "from quoth.config import IndexConfig\n"
        "sys.stdin.readline()\n"
        "LocalLibrary(pathlib.Path(sys.argv[1]), IndexConfig()).close()\n"
    )
    for number in range(3):
        makers = [
            subprocess.Popen(
                [sys.executable, "-c", code, tmp_path / f"library{number}"],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for maker in makers:
            let_go(maker)
        assert [maker.wait() for maker in makers] == [0] * 4
        for maker in makers:
            maker.communicate()


def test_a_second_writer_waits_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with holder(tmp_path) as process:
        timer = threading.Timer(0.3, let_go, [process])
        timer.start()
        with lock.writing(tmp_path):
            assert process.wait(10) == 0
    assert caplog.messages == [f"waiting for another Quoth to finish writing to {tmp_path}"]


def test_the_command_line_waits_and_says_so_on_stderr(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    open_library(folder).close()
    with holder(folder) as process:
        command = [sys.executable, "-m", "quoth", "repair", "--library", folder]
        with subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as waiting:
            assert waiting.stderr is not None
            said = waiting.stderr.readline()
            assert said.startswith("quoth: waiting for another Quoth to finish writing to ")
            let_go(process)
            assert waiting.wait(60) == 0
            assert waiting.stderr.read() == ""


def test_a_second_writer_gives_up_after_its_time_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "library"
    open_library(folder).close()
    monkeypatch.setattr(lock, "PATIENCE_SECONDS", 0.2)
    with holder(folder):
        assert main(["repair", "--library", str(folder)]) == 1
    waiting, failed = capsys.readouterr().err.splitlines()
    assert waiting.startswith("quoth: waiting for another Quoth")
    assert failed.startswith("quoth: another Quoth has been writing to ")


def test_the_lock_is_free_when_its_holder_was_killed(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(LibraryLockedError), lock.writing(tmp_path, patience=0):
            pytest.fail("two processes hold the lock")
        process.kill()
        process.wait()
        with lock.writing(tmp_path, patience=0):
            pass


def test_a_writer_that_waited_for_a_new_embedder_does_not_mix_the_vectors(tmp_path: Path) -> None:
    library, other = open_library(tmp_path / "library"), open_library(tmp_path / "library")
    library.require_embedder(HashEmbedder(1).fingerprint)
    with other.writing():
        other.replace_all([], HashEmbedder(2).fingerprint)
    operation = Operation("put", "default", "/late.txt", 5)
    with library.writing(), pytest.raises(EmbedderMismatchError):
        put(library, operation, HashEmbedder(1))
    library.close()
    other.close()


def test_a_search_while_the_same_process_writes_finds_what_is_committed(tmp_path: Path) -> None:
    library = open_library(tmp_path / "library")
    with library.writing():
        put(library, Operation("put", "default", "/1.txt", 1), HashEmbedder())
        # The index of words follows at the end of the run; nothing waits for a lock held by us.
        began = time.monotonic()
        library.lexical(own_word(1), 5, collection=None, where=None)
        assert time.monotonic() - began < lock.PATIENCE_SECONDS
        assert library.verify() == ()
    assert library.lexical(own_word(1), 5, collection=None, where=None)
    library.close()
