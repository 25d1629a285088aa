"""Makes libraries for the crash tests, and says which of their files are derived."""

from __future__ import annotations

import random
import shutil
import time
from itertools import count
from typing import TYPE_CHECKING

from tests.crash.checks import expected_chunks
from tests.crash.child import Worker
from tests.crash.kinds import config_of, make_folder
from tests.crash.model import State, after, random_script
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.crash.kinds import Kind
    from tests.crash.model import Operation

PATIENCE = 60  # seconds
# Twice what `kinds` lets be enough for a compressed index.
MANY = 40
# Everything else in a library's folder is made from these.
TRUTH = {"library.sqlite", "library.sqlite-wal", "library.sqlite-shm", "quoth.toml", "write.lock"}


def make_library(folder: Path, seed: int, n_calls: int = 30) -> State:
    """A library that has lived through random calls; closed."""
    script = random_script(random.Random(seed), State(), n_calls)
    Worker(folder, 0, lambda _: None).run(script)
    return state_after(script)


def delete(folder: Path) -> None:
    """Delete a library; tantivy's threads may write into it for a moment after a failed write."""
    deadline = time.monotonic() + PATIENCE
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def make_large_library(folder: Path, seed: int) -> State:
    """The same, but it has so many chunks that it may have a compressed index."""
    for number in count(1000 * seed):
        script = random_script(random.Random(number), State(), 30)
        if expected_chunks(state_after(script)).total() > MANY:
            break
    return make_library(folder, number)


def state_after(script: Iterable[Iterable[Operation]]) -> State:
    """The state that the calls lead to from an empty library."""
    state = State()
    for operation in (operation for run in script for operation in run):
        state = after(state, operation)
    return state


def make_unclosed(folder: Path, seed: int, kind: Kind = "exact", n_calls: int = 25) -> list[State]:
    """A library as a machine leaves it that goes off: with SQLite's log beside its file.

    Gives all the states it went through, the last one last.
    """
    states = [State()]
    script = random_script(random.Random(seed), State(), n_calls)
    script = [[o for o in run if o.kind not in ("reopen", "verify", "compact")] for run in script]
    for operation in (operation for run in script for operation in run):
        states.append(after(states[-1], operation))
    alive = make_folder(folder.with_name("alive"), kind)
    worker = Worker(alive, 0, lambda _: None)
    worker.run(script, close=False)
    shutil.copytree(alive, folder, ignore=shutil.ignore_patterns("*-shm"))
    worker.library.close()
    return states


def open_library(folder: Path) -> LocalLibrary:
    return LocalLibrary(folder, config_of(folder).index)


def derived_files(folder: Path) -> list[Path]:
    """The files that can be made again, relative to the folder, sorted."""
    files = [f.relative_to(folder) for f in folder.rglob("*") if f.is_file()]
    return sorted(f for f in files if f.parts[0] not in {*TRUTH, "uploads"})
