"""A hand-written language model that says what it is told, word by word."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.model import Completion, Prompt

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from quoth.config import GenerationConfig
    from quoth.datatypes import Message, StopReason


class TellingModel:
    """A LanguageModel that writes `text`, and after it one of `then` at each further call.

    It counts the words that it was asked to write.
    """

    name = "telling"
    context_size = 4096

    def __init__(self, text: str, *then: str, n_parameters: int = 7_000_000_000) -> None:
        self.texts = [text, *then]
        self.n_parameters = n_parameters
        self.n_written = 0
        self.prompts: list[tuple[Message, ...]] = []

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    def render(self, messages: Sequence[Message]) -> Prompt:
        self.prompts.append(tuple(messages))
        words = " ".join(message.content for message in messages).split()
        return Prompt(tuple(range(len(words))))

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        assert len(prompt) + settings.max_new_tokens <= self.context_size
        reason: StopReason = "end"
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        for word in re.findall(r"\S+\s*", text):
            if cancelled():
                reason = "cancelled"
                break
            self.n_written += 1
            yield Completion(word)
        yield Completion("", reason)

    def close(self) -> None:
        pass
