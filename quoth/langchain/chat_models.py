"""A LangChain chat model as the one that writes Quoth's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from langchain_core.messages import AIMessage, HumanMessage, SystemMessage

from quoth.errors import ModelError, QuothError
from quoth.models import ChatModel, Text, estimate_tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import BaseMessage

    from quoth.config import GenerationConfig
    from quoth.datatypes import Message

_KINDS = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}


def as_language_model(
    chat_model: BaseChatModel,
    *,
    context_size: int,
    count_tokens: Callable[[str], int] = estimate_tokens,
) -> ChatModel:
    """A LangChain chat model for `Quoth.open(model=…)`; it writes, Quoth checks what it wrote.

    `context_size` is its window in tokens. `count_tokens` counts those of a text; by default they are
    estimated, on the safe side. Temperature and the like are set on the chat model itself; of Quoth's
    settings, stop texts and the longest length hold. What it raises becomes a ModelError.
    """

    def write(messages: Sequence[Message], settings: GenerationConfig) -> Iterator[Text]:
        given: list[BaseMessage] = [_KINDS[message.role](message.content) for message in messages]
        try:
            for chunk in chat_model.stream(given, stop=list(settings.stop) or None):
                yield Text(str(chunk.text))
        except QuothError:
            raise
        except Exception as error:  # each provider raises errors of its own
            why = " ".join(str(error).split()) or type(error).__name__
            raise ModelError(f"{name} failed: {why}; see its provider's settings") from error

    name = str(getattr(chat_model, "model_name", "") or chat_model.get_name())
    return ChatModel(name, context_size, write, count=count_tokens)
