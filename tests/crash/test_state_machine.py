"""Any sequence of calls, deaths and reopenings leaves what a dictionary says, in all three stores."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from tests.crash.checks import check_open
from tests.crash.child import Worker
from tests.crash.kinds import make_folder
from tests.crash.making import delete
from tests.crash.model import COLLECTIONS, N_SOURCES, Operation, State, after

if TYPE_CHECKING:
    from tests.crash.kinds import Kind
    from tests.crash.victims import Victims

collections = st.sampled_from(COLLECTIONS)
sources = st.integers(0, N_SOURCES - 1).map(lambda n: f"/folder/{n}.txt")
# Some documents are bytes for bytes the same under several names.
numbers = st.integers(0, 12)


class LibraryMachine(RuleBasedStateMachine):
    """The library beside a dictionary: (collection, source) → document."""

    victims: Victims
    kind: Kind

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="quoth-machine-", dir=memory()))
        self.state = State()
        self.worker = Worker(make_folder(self.home / "library", self.kind), 0, lambda _: None)

    def teardown(self) -> None:
        self.worker.library.close()
        delete(self.home)

    def do(self, operation: Operation) -> None:
        self.worker.run([[operation]], close=False)
        self.state = after(self.state, operation)

    @rule(collection=collections, source=sources, number=numbers)
    def put(self, collection: str, source: str, number: int) -> None:
        """Adds a document, or replaces what the source named."""
        self.do(Operation("put", collection, source, number))

    @precondition(lambda self: self.state.files)
    @rule(data=st.data(), source=sources)
    def rename(self, data: Any, source: str) -> None:
        """A file appears under another name: its document is there already."""
        key = data.draw(st.sampled_from(sorted(self.state.files)))
        self.do(Operation("attach", key[0], source, self.state.files[key]))

    @precondition(lambda self: self.state.files)
    @rule(data=st.data())
    def remove(self, data: Any) -> None:
        key = data.draw(st.sampled_from(sorted(self.state.files)))
        self.do(Operation("remove", *key))

    @precondition(lambda self: self.state.files)
    @rule(data=st.data(), others=st.lists(sources, max_size=3))
    def sync(self, data: Any, others: list[str]) -> None:
        """Files fail, and others with them, and then some are gone from their folder."""
        key = data.draw(st.sampled_from(sorted(self.state.files)))
        self.do(Operation("fail", *key, 7, others))
        self.do(Operation("drop", *key, 0, others))
        self.do(Operation("forget", *key, 0, others[:1]))

    @rule(collection=collections)
    def delete_collection(self, collection: str) -> None:
        self.do(Operation("delete", collection))

    @precondition(lambda self: self.state.embedder)
    @rule()
    def re_embed(self) -> None:
        self.do(Operation("re-embed", number=self.state.embedder + 1))

    @rule()
    def compact(self) -> None:
        self.do(Operation("compact"))

    @rule()
    def reopen(self) -> None:
        self.do(Operation("reopen"))

    @precondition(lambda self: self.state.embedder)
    @rule(number=numbers)
    def search(self, number: int) -> None:
        self.do(Operation("search", number=number))

    @rule(
        collection=collections,
        source=sources,
        number=numbers,
        first_line=st.integers(1, 900),
    )
    def crash(self, collection: str, source: str, number: int, first_line: int) -> None:
        """Another process adds a document and is killed on the way, while we have it open."""
        operation = Operation("put", collection, source, number)
        death = self.victims.run(
            self.worker.folder, [[operation]], embedder=self.state.embedder, first_line=first_line
        )
        states = [self.state, after(self.state, operation)]
        allowed = states[death.ended : death.begun + 1]
        self.state = check_open(self.worker.library, allowed)
        self.worker.version = self.state.embedder

    @invariant()
    def the_library_is_what_the_dictionary_says(self) -> None:
        check_open(self.worker.library, [self.state])


def memory() -> str | None:
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


@pytest.mark.timeout(1800)
def test_any_sequence_of_calls_and_deaths(victims: Victims, kind: Kind, kills: int) -> None:
    LibraryMachine.victims, LibraryMachine.kind = victims, kind
    machine = LibraryMachine.TestCase
    machine.settings = settings(
        max_examples=max(kills // 5, 5),
        stateful_step_count=15,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    machine().runTest()
