"""A LanguageModel over anything that turns messages into text, piece by piece.

It knows no tokenizer: where none is given, tokens are estimated, on the safe side.
"""

from __future__ import annotations

import math
import queue
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.decoding import TextAssembler
from generation.model import Completion, Prompt
from quoth.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from quoth.config import GenerationConfig
    from quoth.datatypes import Message, StopReason

_POLL = 0.05  # seconds between two looks at `cancelled` while the model computes
_LETTERS_PER_TOKEN = 2.5
_TOKENS_PER_MESSAGE = 16  # a turn's markup; known templates have 4 to 10
_PATIENCE = 4  # times the longest answer, estimated, after which a model is stopped
_PIECES = re.compile(r"[A-Za-z]+|\s+|.", re.DOTALL)


def estimate_tokens(text: str) -> int:
    """Tokens of `text` by a tokenizer that is not known: rather too many than too few.

    A token for 2.5 letters of ASCII, each other sign, and each byte of any other script. Of 1,009
    passages in five languages, abstracts and source code, none has more tokens by the vocabulary
    of the embedded model, which knows English alone; the median has 1.2 to 2.0 times fewer.
    """
    return sum(map(_estimate, _PIECES.findall(text)))


def _estimate(piece: str) -> int:
    if piece.isspace() and piece.isascii():
        return len(piece) - 1  # a single space belongs to the word after it
    if piece.isascii():
        return math.ceil(len(piece) / _LETTERS_PER_TOKEN) if piece.isalpha() else 1
    return len(piece.encode())


@dataclass(frozen=True, slots=True)
class MessagePrompt(Prompt):
    """A conversation that the model's server renders itself; `tokens` stand for their number."""

    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of what a model writes. `stop_reason` is set in the last one, if it is known."""

    text: str
    stop_reason: StopReason | None = None


class ChatModel:
    """A LanguageModel over `write`, which gives the pieces of an answer to messages.

    `count` counts the tokens of a text, `count_messages` those of a whole prompt. `write` runs in a
    thread of its own and is closed as soon as `cancelled` says so. Several may run at once.
    """

    def __init__(
        self,
        name: str,
        context_size: int,
        write: Callable[[Sequence[Message], GenerationConfig], Iterable[Text]],
        *,
        count: Callable[[str], int] = estimate_tokens,
        count_messages: Callable[[Sequence[Message]], int] | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self.name = name
        self.context_size = context_size
        self.n_parameters = 0
        self.count_tokens = count
        self.close = close
        self._write = write
        self._count_messages = count_messages or self._estimate_messages

    def _estimate_messages(self, messages: Sequence[Message]) -> int:
        counts = (self.count_tokens(message.content) for message in messages)
        return sum(counts) + _TOKENS_PER_MESSAGE * (len(messages) + 1)

    def render(self, messages: Sequence[Message]) -> Prompt:
        """The messages with the number of tokens that they will take."""
        n_tokens = self._count_messages(messages)
        return MessagePrompt((0,) * n_tokens, tuple(messages))

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        """Write until the model ends, a stop text comes, or `settings.max_new_tokens` are reached.

        Raises ModelError.
        """
        if not isinstance(prompt, MessagePrompt):
            raise ModelError(f"{self.name} was given a prompt that it did not render itself")
        texts = polled(self._write(prompt.messages, settings), cancelled)
        yield from assembled(texts, settings)


def assembled(texts: Iterable[Text], settings: GenerationConfig) -> Iterator[Completion]:
    """The pieces as completions, ended at a stop text or at the longest length."""
    text = TextAssembler(settings.stop)
    n_tokens = 0
    reason: StopReason = "end"
    for piece in texts:
        shown = text.feed(piece.text.encode("utf-8", "replace"))
        if text.stopped:
            yield Completion(shown, "stop")
            return
        if shown:
            yield Completion(shown)
        reason = piece.stop_reason or reason
        n_tokens += estimate_tokens(piece.text)
        # Who ignores the limit is stopped; an estimate alone must not cut an answer short.
        if piece.stop_reason is None and n_tokens > _PATIENCE * settings.max_new_tokens:
            reason = "length"
            break
    yield Completion(text.finish(), reason)


def polled(texts: Iterable[Text], cancelled: Callable[[], bool]) -> Iterator[Text]:
    """The same, read in a thread, so that `cancelled` is asked every 50 ms whatever happens.

    When it is over, `texts.abort()` is called where there is such a method: it ends the reading.
    """
    reader = _Reader(texts)
    try:
        while not cancelled():
            try:
                item = reader.arrived.get(timeout=_POLL)
            except queue.Empty:
                continue
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
        yield Text("", "cancelled")
    finally:
        reader.stop()


class _Reader:
    """Reads texts in a thread. What `arrived` are the texts, then None, or what went wrong."""

    def __init__(self, texts: Iterable[Text]) -> None:
        self.arrived: queue.SimpleQueue[Text | Exception | None] = queue.SimpleQueue()
        self._texts = texts
        self._stopped = threading.Event()
        threading.Thread(target=self._read, daemon=True, name="model-reader").start()

    def _read(self) -> None:
        try:
            for text in self._texts:
                self.arrived.put(text)
                if self._stopped.is_set():
                    return
            self.arrived.put(None)
        # `write` may be anybody's code, and what it raises would end this thread in silence:
        # whatever it is, it is handed on and raised where the texts are awaited.
        except Exception as error:  # noqa: BLE001
            self.arrived.put(error)

    def stop(self) -> None:
        """Read no further; a reading that waits is broken off where that is possible."""
        self._stopped.set()
        abort = getattr(self._texts, "abort", None)
        if abort is not None:
            abort()
