"""Lets a language model say a follow-up in full where rules guess. Knows a function that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth.datatypes import Message
from retrieval.subjects import content_words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # Messages to the model's text; "" when it is not to be asked.
    Write = Callable[[Sequence[Message]], str]

_INSTRUCTION = (
    "Rewrite the last question so that it is understood without the conversation: put what its "
    "pronouns stand for in their place. Add nothing else. Write the question alone."
)
_TURNS, _LETTERS_OF_A_TURN = 6, 500


def rewritten(question: str, history: Sequence[Message], write: Write) -> str:
    """The question in full as the model says it; "" when what it says cannot be trusted.

    It is trusted when it is one question that keeps the words of content of the original, and adds
    only words that the conversation has: a model that answers, or makes things up, is not believed.
    """
    text = write(_messages(question, history)).strip().strip("\"'“”")
    said = _stems(text)
    known = _stems(" ".join([question, *(message.content for message in history)]))
    is_one_question = text.count("?") == 1 and text.endswith("?")
    return text if is_one_question and _stems(question) <= said <= known else ""


def _messages(question: str, history: Sequence[Message]) -> list[Message]:
    turns = [
        f"{'User' if message.role == 'user' else 'Assistant'}: "
        f"{' '.join(message.content.split())[:_LETTERS_OF_A_TURN]}"
        for message in history[-_TURNS:]
        if message.role != "system"
    ]
    talk = "\n".join([*turns, f"User: {question}"])
    return [Message("user", f"{_INSTRUCTION}\n\n{talk}")]


def _stems(text: str) -> set[str]:
    """The words of content without their endings, roughly: "seats" and "seat" are one."""
    return {
        word.casefold().replace("’", "'").removesuffix("'s").rstrip("s")
        for word in content_words(text)
    }
