"""Conversations that are kept: asked turn by turn, found again, branched and rated.

It joins an engine's answers to the store of conversations; the engine gives it out. Knows no door.
"""

from __future__ import annotations

import time
from contextlib import suppress
from typing import TYPE_CHECKING

from quoth.errors import InvalidNameError, LibraryError, QuothError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quoth.config import AnswerConfig, GenerationConfig
    from quoth.datatypes import (
        Answer,
        Collections,
        Conversation,
        ConversationRecord,
        Piece,
        Rating,
        Turn,
        TurnStatus,
        Where,
    )
    from vectorstore import ConversationStore

_TITLE = 60  # characters of a question that name a conversation
_LONGEST_TITLE = 200
_SAVE_EVERY = 1.0  # seconds between two looks at what is being written; a kill loses so much


class Conversations:
    """The conversations of one user with a library. Safe to share between threads.

    Whoever uses the machine itself is the user "". Every method that takes an id raises
    UnknownConversationError where this user has no such conversation.
    """

    def __init__(
        self, store: ConversationStore, stream: Callable[..., Iterator[Piece]], user: str = ""
    ) -> None:
        """`stream` answers a question as `Quoth.stream` does."""
        self._store = store
        self._stream = stream
        self.user = user

    def of(self, user: str) -> Conversations:
        """The conversations of another user."""
        return Conversations(self._store, self._stream, user)

    @property
    def last(self) -> bool:
        """Whether they outlive this process; those of a library that cannot be written do not."""
        return self._store.lasts

    def list(self, *, search: str = "") -> tuple[ConversationRecord, ...]:
        """The latest first; of those with all words of `search`, in any case, anywhere in them."""
        return self._store.records(self.user, search)

    def get(self, conversation_id: str) -> Conversation:
        """A conversation with its turns: shown again without a model."""
        return self._store.conversation(self.user, conversation_id)

    def version(self, conversation_id: str) -> int:
        """Counts the changes of a conversation."""
        return self._store.version(self.user, conversation_id)

    def create(self, question: str) -> str:
        """Begin a conversation that is named after its first question; give its id."""
        return self._store.create(self.user, title_of(question))

    def branch(self, conversation_id: str, number: int) -> str:
        """Begin a conversation with the turns before turn `number`, to ask otherwise; its id."""
        return self._store.branch(self.user, conversation_id, number)

    def rename(self, conversation_id: str, title: str) -> None:
        """Give a conversation another title. Raises InvalidNameError for one without words."""
        cleaned = " ".join(title.split())[:_LONGEST_TITLE]
        if not cleaned:
            raise InvalidNameError("a title needs a word at least")
        self._store.rename(self.user, conversation_id, cleaned)

    def delete(self, conversation_id: str) -> None:
        """Take a conversation out for good; branches of it stay."""
        self._store.delete(self.user, conversation_id)

    def rate(
        self, conversation_id: str, number: int, rating: Rating, note: str | None = None
    ) -> None:
        """Say what an answer was worth; without a `note` the one before stays."""
        if note is None:
            turns = self.get(conversation_id).turns
            note = next((turn.note for turn in turns if turn.number == number), "")
        self._store.rate(self.user, conversation_id, number, rating, note.strip())

    def rated(self) -> tuple[Turn, ...]:
        """Every turn with a rating, oldest first."""
        return self._store.rated(self.user)

    def stream(
        self,
        conversation_id: str,
        question: str,
        *,
        collection: Collections = None,
        where: Where | str | None = None,
        generation: GenerationConfig | None = None,
        answer: AnswerConfig | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Piece]:
        """Ask on: `Quoth.stream` with the turns before as its history, and all of it kept.

        The question is kept when this returns, the text at least each second while it is written.
        """
        history = self.get(conversation_id).history
        number = self._store.begin_turn(self.user, conversation_id, question)
        pieces = self._stream(
            question,
            history=history,
            collection=collection,
            where=where,
            generation=generation,
            answer=answer,
            cancelled=cancelled,
            on_wait=on_wait,
        )
        return self._kept((self.user, conversation_id, number), pieces)

    def _kept(self, turn: tuple[str, str, int], pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The pieces, and what they amount to is kept, also where they end early."""
        text, withdrawn, error = "", False, ""
        answer: Answer | None = None
        status: TurnStatus = "failed"
        saved_at = time.monotonic()
        try:
            for piece in pieces:
                withdrawn = withdrawn or (piece.withdrawn and bool(text))
                text = piece.text if piece.withdrawn else text + piece.text
                answer = piece.answer
                if answer is None and time.monotonic() - saved_at > _SAVE_EVERY:
                    with suppress(LibraryError):  # the last save says it
                        self._store.write_turn(*turn, "writing", text=text, withdrawn=withdrawn)
                    saved_at = time.monotonic()
                yield piece
        except GeneratorExit:
            status = "stopped"
            raise
        except QuothError as raised:
            error = str(raised)
            raise
        finally:
            self._store.write_turn(
                *turn,
                status if answer is None else "answered",
                text=text,
                answer=answer,
                withdrawn=withdrawn,
                error=error,
            )


def title_of(question: str) -> str:
    """A question as a title: one line of 1 to 60 characters, cut between words."""
    line = " ".join(question.split())
    if len(line) <= _TITLE:
        return line or "…"
    cut = line[: _TITLE - 1].rsplit(" ", 1)[0] if " " in line[: _TITLE - 1] else line[: _TITLE - 1]
    return f"{cut}…"
