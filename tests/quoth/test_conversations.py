"""What is asked in a conversation is kept, however it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quoth.conversations import Conversations, title_of
from quoth.datatypes import Message, Piece
from quoth.errors import InvalidNameError, ModelNotFoundError, UnknownConversationError
from tests.samples import answer
from vectorstore import ConversationStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Answering:
    """Streams the pieces of a question, and remembers what it was asked with."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.pieces: list[Piece | Exception] = []

    def __call__(self, question: str, **given: Any) -> Iterator[Piece]:
        self.asked.append((question, given))
        for piece in self.pieces or [Piece("two "), Piece("years"), Piece(answer=answer(question))]:
            if isinstance(piece, Exception):
                raise piece
            yield piece


@pytest.fixture
def answering() -> Answering:
    return Answering()


@pytest.fixture
def kept(tmp_path: Path, answering: Answering) -> Iterator[Conversations]:
    store = ConversationStore(tmp_path)
    yield Conversations(store, answering)
    store.close()


def ask(kept: Conversations, conversation: str, question: str) -> None:
    assert list(kept.stream(conversation, question))


def test_turns_are_kept_and_go_along_as_history(kept: Conversations, answering: Answering) -> None:
    made = kept.create("How long?")
    ask(kept, made, "How long?")
    ask(kept, made, "And then?")
    assert [turn.answer for turn in kept.get(made).turns] == [
        answer("How long?"),
        answer("And then?"),
    ]
    assert answering.asked[0][1]["history"] == ()
    assert answering.asked[1][1]["history"] == (
        Message("user", "How long?"),
        Message("assistant", answer().text),
    )


def test_a_question_is_kept_before_its_first_word(kept: Conversations) -> None:
    made = kept.create("q")
    kept.stream(made, "q")
    (turn,) = kept.get(made).turns
    assert (turn.question, turn.status, turn.text) == ("q", "writing", "")


def test_what_is_being_written_is_kept_now_and_then(
    kept: Conversations, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quoth.conversations._SAVE_EVERY", -1.0)
    made = kept.create("q")
    pieces = kept.stream(made, "q")
    next(pieces)
    next(pieces)
    (turn,) = kept.get(made).turns
    assert (turn.status, turn.text) == ("writing", "two years"), "a kill would leave this"
    pieces.close()  # type: ignore[attr-defined]
    (turn,) = kept.get(made).turns
    assert (turn.status, turn.text, turn.answer) == ("stopped", "two years", None)


def test_a_failure_keeps_what_was_written_and_why(
    kept: Conversations, answering: Answering
) -> None:
    answering.pieces = [Piece("two "), ModelNotFoundError("no model; choose one")]
    made = kept.create("q")
    with pytest.raises(ModelNotFoundError):
        ask(kept, made, "q")
    (turn,) = kept.get(made).turns
    assert (turn.status, turn.text, turn.error) == ("failed", "two ", "no model; choose one")
    answering.pieces = [ZeroDivisionError()]
    with pytest.raises(ZeroDivisionError):
        ask(kept, made, "q")
    assert kept.get(made).turns[1].status == "failed"


def test_a_draft_that_was_taken_back_leaves_its_mark_and_no_text(
    kept: Conversations, answering: Answering
) -> None:
    given = answer("q")
    answering.pieces = [Piece("wrong"), Piece(given.text, withdrawn=True, answer=given)]
    made = kept.create("q")
    ask(kept, made, "q")
    (turn,) = kept.get(made).turns
    assert (turn.withdrawn, turn.text) == (True, given.text)


def test_whoever_stops_listening_at_the_answer_has_it_kept(kept: Conversations) -> None:
    made = kept.create("q")
    pieces = kept.stream(made, "q")
    assert next(piece for piece in pieces if piece.answer is not None)
    pieces.close()  # type: ignore[attr-defined]
    assert kept.get(made).turns[0].status == "answered"


def test_a_rating_keeps_the_note_of_before_unless_it_brings_one(kept: Conversations) -> None:
    made = kept.create("q")
    ask(kept, made, "q")
    kept.rate(made, 1, "bad", " wrong page ")
    kept.rate(made, 1, "good")
    (turn,) = kept.rated()
    assert (turn.rating, turn.note) == ("good", "wrong page")
    kept.rate(made, 1, "", "")
    assert kept.rated() == ()


def test_users_have_conversations_of_their_own(kept: Conversations) -> None:
    made = kept.of("ada").create("private")
    assert [record.title for record in kept.of("ada").list()] == ["private"]
    assert kept.list() == kept.of("bob").list(search="private") == ()
    with pytest.raises(UnknownConversationError):
        kept.of("bob").stream(made, "q")


def test_a_title_is_a_line_of_words(kept: Conversations) -> None:
    assert title_of("  How\nlong? ") == "How long?"
    assert title_of("word " * 20) == "word " * 10 + "word…"
    assert title_of("x" * 100) == "x" * 59 + "…"
    made = kept.create("q")
    kept.rename(made, "  A\nbetter  name ")
    assert kept.get(made).record.title == "A better name"
    with pytest.raises(InvalidNameError):
        kept.rename(made, " \n ")
