"""A writer that is killed at each line of ours that its calls execute, one line after the other."""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.crash.checks import check
from tests.crash.kinds import make_folder, make_old
from tests.crash.making import delete, make_large_library
from tests.crash.model import KINDS, Operation, after

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.kinds import Kind
    from tests.crash.model import State
    from tests.crash.victims import Victims

# So many kills or more are one at every line; fewer are a sample of the lines.
ALL_LINES = 500
# What must be among the lines: it writes, in a way that random calls could miss.
STEPS = (
    "/vectorstore/migrations.py",
    "/vectorstore/failures.py",
    "/vectorstore/writes.py",
    "/vectorstore/catalogue.py",
    "/vectorstore/compaction.py",
    "/vectorstore/lexical.py",
    "/vectorstore/lexical_files.py",
)


def calls(state: State) -> list[list[Operation]]:
    """Every kind of call at least once, on a library that is not empty."""
    (collection, first), *others = sorted(state.files)
    more = [source for c, source in others if c == collection]
    return [
        [
            Operation("fail", "default", "/folder/new.txt", 1, ["/folder/other.txt"]),
            Operation("put", "default", "/folder/new.txt", 33),
            Operation("put", "default", "/folder/new.txt", 36),
            Operation("attach", "default", "/folder/twin.txt", 36),
            Operation("forget", "default", "/folder/other.txt"),
        ],
        [Operation("search"), Operation("verify")],
        [Operation("drop", collection, first, more=more[:1])],
        [Operation("remove", "default", "/folder/new.txt")],
        [Operation("re-embed", number=state.embedder + 1)],
        [Operation("put", "notes", "/folder/late.txt", n) for n in range(20, 26)],
        [Operation("compact")],
        [Operation("delete", "default")],
        [Operation("reopen")],
        [Operation("compact")],
        [Operation("put", "default", "/folder/last.txt", 39)],
    ]


@pytest.mark.timeout(5400)
def test_a_writer_killed_at_each_of_its_lines_leaves_the_library_before_or_after(
    victims: Victims,
    tmp_path: Path,
    kind: Kind,
    kills: int,
    seed: int,
    tell: Callable[[str], None],
) -> None:
    rng = random.Random(seed)
    start, folder = tmp_path / "start", tmp_path / "library"
    state = replace(make_large_library(make_folder(start, kind), seed), failed={})
    make_old(start)
    script = calls(state)
    states = [state]
    for operation in (operation for run in script for operation in run):
        states.append(after(states[-1], operation))
    assert {operation.kind for run in script for operation in run} == set(KINDS)
    shutil.copytree(start, folder)
    last = victims.run(folder, script, embedder=state.embedder, first_line=sys.maxsize).last
    assert check(folder, states[-1:])
    assert all(any(place.startswith(file) for place in last) for file in STEPS)
    places = sorted(last) if kills >= ALL_LINES else rng.sample(sorted(last), kills // 20)
    died: Counter[str] = Counter()
    for place in places:
        delete(folder)
        shutil.copytree(start, folder)
        death = victims.run(
            folder,
            script,
            embedder=state.embedder,
            at=place,
            # One of the times that it is executed.
            first_line=rng.randint(1, last[place]),
        )
        check(folder, states[death.ended : death.begun + 1])
        died[place.partition(":")[0]] += death.killed
    tell(f"{kind}: {died.total()} writers killed, each at another of {len(last)} lines: {died}")
    # A line that depends on the time, such as one of waiting, may not come again.
    assert died.total() >= 0.98 * len(places)
