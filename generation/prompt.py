"""The wording: instruction, sources, examples, history and question become messages.

It knows words and their order, not tokens. What repeats from question to question stands first,
so that a follow-up question shares its prefix with the one before and only the end is evaluated;
the question stands last, where models heed it most.
"""

from __future__ import annotations

import itertools
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from generation.unseen import without_unseen
from quoth.datatypes import Message, Passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.config import GenerationConfig

INSTRUCTION = (
    "You answer questions about the sources below. "
    "Use only what they say, and answer in one or two short sentences."
)
NO_SOURCES = "There are no sources."
_FENCE = '"""'
_LABEL_LIMIT = 120  # characters; titles come from documents and may be of any length


def build_messages(
    question: str,
    passages: Sequence[Passage],
    history: Sequence[Message],
    settings: GenerationConfig,
) -> tuple[Message, ...]:
    """The conversation to render: system with sources, examples, history, then the question.

    `settings.system_prompt` replaces the instruction; the sources follow it all the same.
    `history` may be any turns: see `conversation`.
    """
    sources = "\n\n".join(passage_block(passage) for passage in passages) or NO_SOURCES
    system = f"{settings.system_prompt or INSTRUCTION}\n\n{sources}"
    examples = [
        message
        for example in settings.examples
        for message in (Message("user", example.question), Message("assistant", example.answer))
    ]
    return (
        Message("system", system),
        *examples,
        *(message for turn in conversation(history) for message in turn),
        Message("user", question),
    )


def passage_block(passage: Passage) -> str:
    """A passage as it stands in the prompt: a line that says where it is from, then its text.

    Characters that nobody would see on the page are left out: they hide instructions.
    The fence around the text is longer than any in it, so that text cannot end it.
    """
    text = without_unseen(passage.text)
    fence = _FENCE
    while fence in text:
        fence += _FENCE[0]
    return f"{_label(passage)}\n{fence}\n{text}\n{fence}"


def conversation(history: Sequence[Message]) -> tuple[tuple[Message, Message], ...]:
    """The finished turns of a history, each a question with its answer, oldest first.

    Chat templates insist on user and assistant in turn, so a question without an answer, an
    answer without a question and system messages are left out.
    """
    turns = [m for m in history if m.role != "system" and m.content.strip()]
    return tuple(
        (question, answer)
        for question, answer in itertools.pairwise(turns)
        if question.role == "user" and answer.role == "assistant"
    )


def _label(passage: Passage) -> str:
    name = PurePosixPath(passage.source.replace("\\", "/")).name or passage.source
    pages = (
        f"page {passage.first_page}"
        if passage.first_page == passage.last_page
        else f"pages {passage.first_page}-{passage.last_page}"
    )
    where = " > ".join((f"{name}, {pages}", *passage.headings))
    line = without_unseen(" ".join(where.split()))
    return f"[{passage.number}] {line[:_LABEL_LIMIT]}"
