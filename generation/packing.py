"""Fits passages, history and question into the model's window, exactly.

It knows tokens through the LanguageModel alone. Nothing is estimated: whatever is taken in is
rendered and counted first, so prompt and reserved answer never exceed the window.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.passages import counted, make_passages
from generation.prompt import build_messages, conversation
from quoth.datatypes import Context, Hit, LeftOut, Message, Passage
from quoth.errors import ConfigError, QuestionTooLongError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.model import LanguageModel, Prompt
    from generation.passages import TextOf
    from quoth.config import AnswerConfig, GenerationConfig

_WINDOW_FULL = "the window of {} tokens is full"
_OVER_BUDGET = "over the budget of {} tokens for passages"
_TOO_MANY = "more than {} passages"

_Turn = tuple[Message, Message]


@dataclass(frozen=True, slots=True)
class Packed:
    """A prompt that fits, and what is in it. `history` holds the turns kept, oldest first."""

    context: Context
    messages: tuple[Message, ...]
    prompt: Prompt
    history: tuple[Message, ...]


def pack(
    question: str,
    hits: Sequence[Hit],
    history: Sequence[Message],
    *,
    model: LanguageModel,
    generation: GenerationConfig,
    answer: AnswerConfig,
    text_of: TextOf | None = None,
) -> Packed:
    """Choose what goes into the window: `len(prompt) + max_new_tokens <= context_size`, always.

    Space goes to instruction, examples and question; then the best hit; then the latest turn;
    then the other hits by rank; then older turns, newest first. A hit goes in whole or not at
    all, and one too large makes room for smaller ones after it. Every hit is in the context or,
    with the reason, in `context.left_out`.

    Raises QuestionTooLongError when the question leaves no room even alone, ConfigError when the
    reserve or the configured prompt takes more than its share.
    """
    packer = _Packer(question, model, generation, answer, text_of)
    packer.check_question()
    ranked = sorted(hits, key=lambda hit: hit.rank)
    turns = list(conversation(history))
    if not packer.add_all(ranked, turns):
        packer.add_hits(ranked[:1])
        packer.add_turns(turns[-1:])
        packer.add_hits(ranked[1:])
        if packer.turns == turns[-1:]:
            packer.add_turns(turns[:-1])
    return packer.packed()


def pack_into(
    context: Context,
    question: str,
    history: Sequence[Message],
    *,
    model: LanguageModel,
    generation: GenerationConfig,
) -> Packed | None:
    """The prompt for another question over the same context, or None when it does not fit.

    The context stays as it is, so that the prompt shares its prefix with the one before; the
    oldest turns go when space is short.
    """
    turns = conversation(history)
    for first in range(len(turns) + 1):
        kept = [message for turn in turns[first:] for message in turn]
        messages = build_messages(question, context.passages, kept, generation)
        prompt = model.render(messages)
        if len(prompt) + generation.max_new_tokens <= model.context_size:
            return Packed(context, messages, prompt, tuple(kept))
    return None


class _Packer:
    """What is taken in so far; grows by whatever still fits."""

    def __init__(
        self,
        question: str,
        model: LanguageModel,
        generation: GenerationConfig,
        answer: AnswerConfig,
        text_of: TextOf | None,
    ) -> None:
        self.question = question
        self.model = model
        self.generation = generation
        self.answer = answer
        self._text_of = text_of
        self.hits: list[Hit] = []
        self.turns: list[_Turn] = []
        self.left_out: list[LeftOut] = []
        self.passages: tuple[Passage, ...] = ()
        self._count = functools.cache(model.count_tokens)
        self.messages, self.prompt = self._rendered((), [])

    def check_question(self) -> None:
        """Raise when not even the bare question fits beside the reserve."""
        window, reserve = self.model.context_size, self.generation.max_new_tokens
        if not 0 < reserve <= window // 2:
            raise ConfigError(
                f"generation.max_new_tokens = {reserve} does not fit; it takes 1 to {window // 2}, "
                f"half the window of {window} tokens"
            )
        if len(self.prompt) + reserve <= window:
            return
        n_question = self._count(self.question)
        limit = window - reserve - (len(self.prompt) - n_question)
        if limit < 1:
            raise ConfigError(
                f"instruction and examples leave no room in the window of {window} tokens; shorten "
                "generation.system_prompt and generation.examples, or raise model.context_size"
            )
        raise QuestionTooLongError(
            f"the question has {n_question} tokens and at most {limit} fit into the window of "
            f"{window} beside the {reserve} kept for the answer; shorten it, lower "
            "generation.max_new_tokens or raise model.context_size"
        )

    def add_all(self, hits: Sequence[Hit], turns: Sequence[_Turn]) -> bool:
        """Take in all turns and all hits within the budgets, if the window holds them together.

        The common case, with one rendering; the result is the same as one by one.
        """
        taken: list[Hit] = []
        left_out: list[LeftOut] = []
        passages: tuple[Passage, ...] = ()
        for hit in hits:
            more, reason = self._passages_of([*taken, hit])
            if reason:
                left_out.append(LeftOut(hit, reason))
            else:
                taken.append(hit)
                passages = more
        messages, prompt = self._rendered(passages, turns)
        if not self._fits(prompt):
            return False
        self.hits, self.turns, self.left_out = taken, list(turns), left_out
        self.passages, self.messages, self.prompt = passages, messages, prompt
        return True

    def add_hits(self, hits: Sequence[Hit]) -> None:
        """Take in each hit that fits, best first, and note why the others don't."""
        for hit in hits:
            passages, reason = self._passages_of([*self.hits, hit])
            if reason:
                self.left_out.append(LeftOut(hit, reason))
                continue
            messages, prompt = self._rendered(passages, self.turns)
            if not self._fits(prompt):
                reason = _WINDOW_FULL.format(self.model.context_size)
                self.left_out.append(LeftOut(hit, reason))
                continue
            self.hits.append(hit)
            self.passages, self.messages, self.prompt = passages, messages, prompt

    def add_turns(self, turns: Sequence[_Turn]) -> None:
        """Take in turns from the newest back, until one does not fit."""
        for turn in reversed(turns):
            messages, prompt = self._rendered(self.passages, [turn, *self.turns])
            if not self._fits(prompt):
                return
            self.turns.insert(0, turn)
            self.messages, self.prompt = messages, prompt

    def packed(self) -> Packed:
        """The result."""
        assert self._fits(self.prompt)
        context = Context(
            passages=self.passages,
            n_tokens=sum(passage.n_tokens for passage in self.passages),
            left_out=tuple(self.left_out),
        )
        kept = tuple(message for turn in self.turns for message in turn)
        return Packed(context, self.messages, self.prompt, kept)

    def _passages_of(self, hits: Sequence[Hit]) -> tuple[tuple[Passage, ...], str]:
        """The passages, and why they are too many, or too much, whatever the window; else ""."""
        passages = make_passages(hits, self._text_of)
        if len(passages) > max(self.answer.max_passages, 0):
            return passages, _TOO_MANY.format(self.answer.max_passages)
        passages = tuple(counted(passage, self._count) for passage in passages)
        budget = self.answer.max_context_tokens
        if budget > 0 and sum(passage.n_tokens for passage in passages) > budget:
            return passages, _OVER_BUDGET.format(budget)
        return passages, ""

    def _fits(self, prompt: Prompt) -> bool:
        return len(prompt) + self.generation.max_new_tokens <= self.model.context_size

    def _rendered(
        self, passages: Sequence[Passage], turns: Sequence[_Turn]
    ) -> tuple[tuple[Message, ...], Prompt]:
        history = [message for turn in turns for message in turn]
        messages = build_messages(self.question, passages, history, self.generation)
        return messages, self.model.render(messages)
