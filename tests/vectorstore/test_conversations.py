"""Conversations are kept whole, found again, and nobody sees those of others."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from quoth.config import IndexConfig
from quoth.errors import LibraryError, UnknownConversationError
from tests.samples import answer, refusal
from vectorstore import ConversationStore, LocalLibrary, kept_answers, schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    return tmp_path / "library"


@pytest.fixture
def store(folder: Path) -> Iterator[ConversationStore]:
    opened = ConversationStore(folder)
    yield opened
    opened.close()


def asked(store: ConversationStore, question: str, owner: str = "") -> str:
    made = store.create(owner, question)
    number = store.begin_turn(owner, made, question)
    given = answer(question)
    store.write_turn(owner, made, number, "answered", text=given.text, answer=given)
    return made


@pytest.mark.parametrize("kept", [answer("ä\n<b>€ 🦉"), refusal("q"), answer(hits=(), timings={})])
def test_an_answer_comes_back_as_it_was(kept: object) -> None:
    assert kept_answers.from_bytes(kept_answers.to_bytes(kept)) == kept  # type: ignore[arg-type]


def test_a_conversation_outlives_the_process_that_kept_it(
    folder: Path, store: ConversationStore
) -> None:
    made = asked(store, "How long?")
    store.rate("", made, 1, "bad", "wrong kettle")
    store.close()
    (turn,) = ConversationStore(folder).conversation("", made).turns
    assert (turn.question, turn.status, turn.answer) == ("How long?", "answered", answer())
    assert (turn.rating, turn.note) == ("bad", "wrong kettle")


def test_the_latest_is_listed_first_and_counts_its_turns(store: ConversationStore) -> None:
    old, new = asked(store, "old"), asked(store, "new")
    assert [record.id for record in store.records("")] == [new, old]
    store.begin_turn("", old, "again")
    assert [(record.id, record.n_turns) for record in store.records("")] == [(old, 2), (new, 1)]


def test_every_word_must_be_in_the_title_a_question_or_an_answer(store: ConversationStore) -> None:
    one, other = asked(store, "Über den KESSEL"), asked(store, "moon 100%_")
    assert [r.id for r in store.records("", "über kessel repairs")] == [one]
    assert [r.id for r in store.records("", "100%_")] == [other]
    assert [r.id for r in store.records("", "%")] == [other], "no wildcard"
    assert store.records("", "kessel 100%_") == ()
    store.rename("", one, "Teapots")
    assert [r.title for r in store.records("", "TEAPOTS")] == ["Teapots"]


def test_a_branch_has_the_turns_before_and_leaves_the_conversation_as_it_was(
    store: ConversationStore,
) -> None:
    made = asked(store, "one")
    for question in ("two", "three"):
        store.begin_turn("", made, question)
    branch = store.branch("", made, 2)
    assert [turn.question for turn in store.conversation("", branch).turns] == ["one"]
    assert store.conversation("", branch).record.branched_from == made
    assert len(store.conversation("", made).turns) == 3
    store.delete("", made)
    assert store.conversation("", branch).turns[0].answer == answer("one")


def test_deleting_leaves_no_turn_behind(folder: Path, store: ConversationStore) -> None:
    store.delete("", asked(store, "secret"))
    assert store.records("") == ()
    connection = sqlite3.connect(folder / schema.FILE_NAME)
    assert connection.execute("SELECT count(*) FROM turns").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    "use",
    [
        lambda store, made: store.conversation("bob", made),
        lambda store, made: store.version("bob", made),
        lambda store, made: store.branch("bob", made, 1),
        lambda store, made: store.rename("bob", made, "mine"),
        lambda store, made: store.delete("bob", made),
        lambda store, made: store.begin_turn("bob", made, "q"),
        lambda store, made: store.write_turn("bob", made, 1, "stopped", text=""),
        lambda store, made: store.rate("bob", made, 1, "good", ""),
    ],
)
def test_nobody_reads_or_changes_the_conversations_of_others(
    store: ConversationStore, use: Callable[[ConversationStore, str], object]
) -> None:
    made = asked(store, "private", owner="ada")
    before = store.conversation("ada", made)
    with pytest.raises(UnknownConversationError):
        use(store, made)
    assert store.conversation("ada", made) == before
    assert store.records("bob", "private") == ()
    assert store.rated("bob") == ()


def test_every_change_counts_in_the_version(store: ConversationStore) -> None:
    made = store.create("", "t")
    seen = [store.version("", made)]
    store.begin_turn("", made, "q")
    seen.append(store.version("", made))
    store.write_turn("", made, 1, "writing", text="a")
    seen.append(store.version("", made))
    store.rate("", made, 1, "good", "")
    seen.append(store.version("", made))
    assert seen == sorted(set(seen))


def test_a_turn_that_is_not_there_cannot_be_written(store: ConversationStore) -> None:
    made = store.create("", "t")
    with pytest.raises(UnknownConversationError, match="no question 1"):
        store.write_turn("", made, 1, "answered", text="")


def test_what_is_said_is_no_change_for_the_indexes(folder: Path, store: ConversationStore) -> None:
    library = LocalLibrary(folder, IndexConfig(device="cpu"))
    before = library.change
    asked(store, "q")
    assert library.change == before
    assert library.verify() == ()
    library.close()


def test_a_run_that_writes_documents_keeps_no_conversation_waiting(
    folder: Path, store: ConversationStore
) -> None:
    library = LocalLibrary(folder, IndexConfig(device="cpu"))
    with library.writing():
        made = asked(store, "q")
        assert len(store.conversation("", made).turns) == 1
    library.close()


def test_a_kept_answer_that_is_damaged_is_one_line_and_costs_no_other(
    folder: Path, store: ConversationStore
) -> None:
    damaged, whole = asked(store, "one"), asked(store, "two")
    connection = sqlite3.connect(folder / schema.FILE_NAME)
    connection.execute(
        "UPDATE turns SET answer = x'00' WHERE question = 'one'",
    )
    connection.commit()
    connection.close()
    (turn,) = store.conversation("", damaged).turns
    assert turn.answer is None
    assert "cannot be read" in turn.error
    assert store.conversation("", whole).turns[0].answer is not None


def test_where_nothing_can_be_written_it_says_so(folder: Path, store: ConversationStore) -> None:
    made = asked(store, "q")
    store.close()
    connection = sqlite3.connect(folder / schema.FILE_NAME)
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON turns BEGIN SELECT raise(FAIL, 'x'); END"
    )
    connection.commit()
    connection.close()
    with pytest.raises(LibraryError):
        store.begin_turn("", made, "again")
    assert len(store.conversation("", made).turns) == 1
    assert store.version("", made) == 2, "all or nothing"
