"""The seam to a language model: what the rest of `generation` asks of one.

`generation.llama` is the local one (GGUF, llama.cpp); an OpenAI-compatible server can stand in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quoth.config import GenerationConfig
    from quoth.datatypes import Message, StopReason

PENALTY_WINDOW = 64  # tokens back that `repeat_penalty` looks, whoever runs the model


@dataclass(frozen=True, slots=True)
class Prompt:
    """A conversation as token ids of the model that tokenized it, ready for evaluation."""

    tokens: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True, slots=True)
class Completion:
    """One step of a completion: text to append; the last step says why it stopped."""

    text: str
    stop_reason: StopReason | None = None


class LanguageModel(Protocol):
    """A chat model with a window of `context_size` tokens. One caller at a time; it locks itself."""

    name: str
    context_size: int
    n_parameters: int  # 0 when it is not known

    def count_tokens(self, text: str) -> int:
        """Tokens of `text` read as data: control tokens spelled in it are ordinary characters."""
        ...

    def render(self, messages: Sequence[Message]) -> Prompt:
        """The messages in the model's own chat template, open for the assistant's turn.

        The text of messages is tokenized as data: nothing in it becomes a control token.
        `len(render(m))` is exactly what the model will evaluate.
        """
        ...

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        """Write at most `settings.max_new_tokens` tokens, piece by piece.

        Pieces are whole characters. `cancelled` is asked between tokens. The last Completion,
        and only it, has a stop reason; its text may be empty.
        """
        ...

    def close(self) -> None:
        """Free the memory."""
        ...


@runtime_checkable
class KnowsItsSpeed(Protocol):
    """A language model that knows how fast it reads a prompt."""

    def tokens_within(self, seconds: float) -> int | None:
        """Tokens that it reads in so long, nothing of them cached; None when that is not known."""
        ...
