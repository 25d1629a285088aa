"""Has a model read, while nobody asks, what the next prompt of a conversation will begin with.

While the user reads an answer the model reads it too, as the history of the question to come: of
that only the question itself is then left to evaluate. It knows no search and no library.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from generation.model import Prompt
from generation.packing import pack_into
from generation.states import common_prefix
from quoth.datatypes import Message
from quoth.errors import QuothError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.model import LanguageModel
    from quoth.config import GenerationConfig
    from quoth.datatypes import Answer

_log = logging.getLogger(__name__)
_QUESTIONS = ("a", "b")  # two that share no token: prompts agree up to where a question stands


@runtime_checkable
class ReadsAhead(Protocol):
    """A language model that can have a prompt cached before it is asked."""

    def read_ahead(self, prompt: Prompt, cancelled: Callable[[], bool]) -> None:
        """Have as much of it cached as there is time for until somebody asks."""
        ...


class ReadAhead:
    """Reads ahead in a thread of its own, for one conversation at a time. Safe to share."""

    def __init__(self) -> None:
        self._given_up = threading.Event()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(
        self,
        model: LanguageModel,
        answer: Answer,
        history: Sequence[Message],
        generation: GenerationConfig,
    ) -> None:
        """Begin to read what follows on an answer; `history` are the turns before it.

        Returns at once. Nothing is read by a model that cannot, or has not read the context.
        """
        if not isinstance(model, ReadsAhead) or not answer.n_prompt_tokens:
            return
        given_up = threading.Event()

        def read(before: threading.Thread | None) -> None:
            if before is not None:
                before.join()
            try:
                model.read_ahead(next_prefix(model, answer, history, generation), given_up.is_set)
            except QuothError as error:  # nobody waits for it, and who asks next meets it again
                if not given_up.is_set():
                    _log.warning("reading ahead ended: %s", error)

        with self._lock:
            self._given_up.set()
            self._given_up = given_up
            self._thread = threading.Thread(
                target=read, args=(self._thread,), name="reading-ahead", daemon=True
            )
            self._thread.start()

    def give_up(self) -> None:
        """Leave the processor to whoever asks; what is read by now stays."""
        with self._lock:
            self._given_up.set()

    def close(self) -> None:
        """Give up, and return when nothing uses the model any more."""
        self.give_up()
        self.wait()

    def wait(self) -> None:
        """Wait until what is begun has been read."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()


def next_prefix(
    model: LanguageModel,
    answer: Answer,
    history: Sequence[Message],
    generation: GenerationConfig,
) -> Prompt:
    """The tokens that every next question over the answer's context has before its own."""
    turns = (*history, Message("user", answer.question), Message("assistant", answer.text))
    packed = [
        pack_into(answer.context, question, turns, model=model, generation=generation)
        for question in _QUESTIONS
    ]
    one, other = (each.prompt.tokens if each else () for each in packed)
    return Prompt(one[: common_prefix(one, other)])
