"""A writer that is killed, at any line or at any time, leaves a library before or after its call."""

from __future__ import annotations

import random
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from tests.crash.checks import check
from tests.crash.kinds import make_folder, make_old
from tests.crash.making import delete, make_library
from tests.crash.model import State, after, random_script

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.crash.kinds import Kind
    from tests.crash.model import Operation
    from tests.crash.victims import Death, Victims

CALLS = 12
# A library lives through this many deaths before a new one is begun.
DEATHS = 20
# How many of the writers find a library of an older format, which they convert.
OLD = 0.1


@dataclass
class Campaign:
    """Kills writers one after another, each going on where the one before died."""

    victims: Victims
    home: Path
    kind: Kind
    rng: random.Random
    by_line: int = 0
    by_time: int = 0
    finished: int = 0
    migrating: int = 0
    at_dense: int = 0
    during: Counter[str] = field(default_factory=Counter)
    places: set[str] = field(default_factory=set)
    states: list[State] = field(default_factory=list)
    _spared: set[str] = field(default_factory=set)
    _lines: int = 0
    _seconds: float = 0.0

    @property
    def deaths(self) -> int:
        return self.by_line + self.by_time

    def run(self, deaths: int) -> None:
        self._measure()
        while self.deaths < deaths:
            folder = make_folder(self.home / f"library{self.deaths}", self.kind)
            self._one_library(folder, min(deaths, self.deaths + DEATHS))
            delete(folder)

    def _measure(self) -> None:
        """Let two writers live, to know how many lines and seconds there are to choose from."""
        for name, first_line in (("traced", sys.maxsize), ("timed", 0)):
            script = random_script(self.rng, State(), CALLS)
            folder = make_folder(self.home / name, self.kind)
            death = self.victims.run(folder, script, first_line=first_line)
            assert not death.killed
            self._lines, self._seconds = death.lines or self._lines, death.seconds

    def _one_library(self, folder: Path, until: int) -> None:
        state = State()
        while self.deaths < until:
            old = self.rng.random() < OLD and make_old(folder)
            if old:
                state = replace(state, failed={})  # which files failed is kept since format 4
            script = random_script(self.rng, state, CALLS)
            death = self._strike(folder, script, state, old=old)
            self.states = [state]
            begun = [o for run in script for o in run][: death.begun]
            for operation in begun:
                self.states.append(after(self.states[-1], operation))
            if death.killed and death.begun > death.ended:
                self.during[begun[-1].kind] += 1
            allowed = self.states[death.ended :]
            # Half the time the next writer finds the library as the dead one left it.
            state = (
                check(folder, allowed) if self.rng.random() < 0.5 else check_copy(folder, allowed)
            )

    def _strike(
        self, folder: Path, script: list[list[Operation]], state: State, *, old: bool
    ) -> Death:
        if self.rng.random() < 0.35:
            seconds = self.rng.uniform(0.0, self._seconds)
            death = self.victims.run(folder, script, embedder=state.embedder, seconds=seconds)
            self.by_time += death.killed
        else:
            # To convert a library is the first thing that a writer does.
            first = self.rng.randint(1, self._lines // 20 if old else self._lines)
            death = self.victims.run(
                folder, script, embedder=state.embedder, first_line=first, spared=self._spared
            )
            self.by_line += death.killed
            self._note(death)
        if not death.killed:
            self.finished += 1
        self.migrating += death.killed and old
        return death

    def _note(self, death: Death) -> None:
        """Prefer lines where none died yet; begin anew once they are hard to find."""
        if death.killed:
            self._spared.add(death.place)
            self.places.add(death.place)
            self.at_dense += death.place.startswith("/vectorstore/dense")
            return
        # The lines left are seldom reached: begin anew.
        self._spared.clear()


def check_copy(folder: Path, allowed: list[State]) -> State:
    copy = folder.with_name(folder.name + "-copy")
    if folder.exists():
        shutil.copytree(folder, copy)
    try:
        return check(copy, allowed)
    finally:
        delete(copy)


def test_the_libraries_of_an_older_format_are_of_one_and_are_converted(tmp_path: Path) -> None:
    state = replace(make_library(tmp_path / "library", 2), failed={})
    assert make_old(tmp_path / "library")
    assert not make_old(tmp_path / "library"), "it is old already"
    assert check(tmp_path / "library", [state]) == state
    assert make_old(tmp_path / "library")


@pytest.mark.timeout(3600)
def test_a_killed_writer_leaves_the_library_before_or_after_its_call(
    victims: Victims,
    tmp_path: Path,
    kind: Kind,
    kills: int,
    seed: int,
    tell: Callable[[str], None],
) -> None:
    campaign = Campaign(victims, tmp_path, kind, random.Random(seed))
    try:
        campaign.run(kills)
    finally:
        tell(
            f"{kind}: {campaign.deaths} writers killed, {campaign.by_line} of them at "
            f"{len(campaign.places)} different lines and {campaign.by_time} at random moments; "
            f"{campaign.finished} more finished before their death. {campaign.migrating} died with "
            f"a library of an older format, {campaign.at_dense} at a line of the dense "
            f"index; during a call: {dict(campaign.during)}"
        )
    assert campaign.deaths >= kills
    if kills >= 500:  # fewer may leave one out
        assert campaign.migrating
        assert campaign.during["compact"]
        assert campaign.at_dense
