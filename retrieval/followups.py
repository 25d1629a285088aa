"""Makes a follow-up question stand alone, from the words of the conversation. Calls no model."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Message

_OPENING = re.compile(
    r"^\s*(and|but|or|so|also|then|what about|how about|why not)\b", re.IGNORECASE
)
_REFERENCE = re.compile(
    r"\b(it|its|they|them|their|he|him|his|she|her|this|that|these|those|there|one|ones|the same)\b",
    re.IGNORECASE,
)
_FEW_WORDS = 4


def standalone(question: str, history: Sequence[Message]) -> str:
    """The text to search for: the question, led by the one before when it leans on it.

    A question leans on the conversation when it opens with a conjunction, refers by a pronoun,
    or is only a few words long. A first question is returned as it is.
    """
    asked = [message.content for message in history if message.role == "user"]
    if not asked or not _leans(question):
        return question
    return f"{asked[-1]}\n{question}"


def _leans(question: str) -> bool:
    return (
        bool(_OPENING.search(question) or _REFERENCE.search(question))
        or len(question.split()) <= _FEW_WORDS
    )
