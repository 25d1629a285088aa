"""A disk that is full at any write: one clear error, nothing lost, and on it goes with space."""

from __future__ import annotations

import os
import random
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from quoth.errors import StorageFullError
from tests.crash.checks import check, state_of
from tests.crash.child import Worker
from tests.crash.kinds import make_folder
from tests.crash.making import open_library
from tests.crash.model import State, after, random_script
from tests.crash.mounts import mounted

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.crash.kinds import Kind
    from tests.crash.model import Operation

SIZE = 4_000_000
BLOCK = 4_096


def small_disk(place: Path) -> AbstractContextManager[Path]:
    """A file system of its own that holds SIZE bytes."""
    return mounted(place, ["-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs"])


def leave_free(disk: Path, blocks: int) -> None:
    """Fill the disk but for so many blocks."""
    stuffing = disk / "stuffing"
    stuffing.unlink(missing_ok=True)
    space = os.statvfs(disk)
    with stuffing.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, max(space.f_bavail - blocks, 1) * space.f_frsize)


def work_until_full(
    folder: Path, script: list[list[Operation]], state: State
) -> tuple[str, list[State]]:
    """Make the calls until one fails; give what failed and the states that may now be there."""
    told: list[str] = []
    states = [state]
    for operation in (operation for run in script for operation in run):
        states.append(after(states[-1], operation))
    what = "nothing"
    try:
        with closing(Worker(folder, state.embedder, told.append)) as worker:
            worker.run(script, close=False)
    except StorageFullError as error:
        what = failure(str(error))
    return what, states[told.count("end") : told.count("begin") + 1]


def failure(text: str) -> str:
    """What could not be written, by the error's one line, which says what to do."""
    assert "free disk space" in text
    assert "\n" not in text
    assert "/.tmp" not in text, "a file of tantivy's would make each time another warning of it"
    if "dense.snapshot" in text:
        return "the snapshot"
    return "the index of words" if "lexical cannot be written" in text else "SQLite"


@pytest.mark.timeout(1800)
def test_a_disk_that_is_full_at_any_write_loses_nothing(
    tmp_path: Path, kind: Kind, kills: int, seed: int, tell: Callable[[str], None]
) -> None:
    rng = random.Random(seed)
    failed: Counter[str] = Counter()
    with small_disk(tmp_path / "disk") as disk:
        folder = make_folder(disk / "library", kind)
        state = State()
        for number in range(kills // 2):
            script = random_script(rng, state, 6)
            # Some room for each step: the rows, the log, the words, the stamp.
            leave_free(disk, number % 40 * 2)
            what, allowed = work_until_full(folder, script, state)
            failed[what] += 1
            if folder.exists() and (folder / "library.sqlite").exists():
                library = open_while_full(folder)
                if library is not None:
                    assert library in allowed
            (disk / "stuffing").unlink()
            state = check(folder, allowed)
    tell(f"{kind}: {failed.total()} full disks, and what they failed: {dict(failed)}")
    assert failed["SQLite"]
    assert failed["the index of words"]


def open_while_full(folder: Path) -> State | None:
    """The library can be read on a full disk, or says clearly why not."""
    try:
        library = open_library(folder)
    except StorageFullError:
        return None
    try:
        library.lexical("whales", 5, collection=None, where=None)
        return state_of(library)
    finally:
        library.close()
