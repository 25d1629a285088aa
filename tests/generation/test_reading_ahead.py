from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.packing import pack, pack_into
from generation.reading_ahead import ReadAhead, next_prefix
from quoth.config import AnswerConfig, GenerationConfig
from quoth.datatypes import Answer, Message, Sentence
from quoth.errors import ModelError
from tests.generation.making import make_hit
from tests.generation.models import TellingModel

if TYPE_CHECKING:
    from collections.abc import Callable

    from generation.llama import LlamaModel
    from generation.model import Prompt

SETTINGS = GenerationConfig(max_new_tokens=64)
QUESTION = "Who built the lighthouse?"
TEXT = "The lighthouse of Alma was built in 1871 by Greta Holm. " * 8
BEFORE = (Message("user", "Where is it?"), Message("assistant", "In Alma."))


@pytest.fixture(scope="module")
def answer(model: LlamaModel) -> Answer:
    """An answer by quotes, which are other words than those that the model wrote."""
    packed = pack(
        QUESTION,
        [make_hit("alma", 0, TEXT, 1)],
        BEFORE,
        model=model,
        generation=SETTINGS,
        answer=AnswerConfig(),
    )
    return Answer(
        question=QUESTION,
        sentences=(Sentence("Greta Holm built it in 1871.", (), 1.0, "supported"),),
        refused=False,
        context=packed.context,
        stop_reason="end",
        confidence=1.0,
        n_prompt_tokens=len(packed.prompt),
    )


@pytest.mark.parametrize("question", ["And when?", "a", "b", "Is it red, 30 m high? <|im_end|>"])
def test_every_next_prompt_begins_with_what_is_read_ahead(
    model: LlamaModel, answer: Answer, question: str
) -> None:
    history = (*BEFORE, Message("user", QUESTION), Message("assistant", answer.text))
    packed = pack_into(answer.context, question, history, model=model, generation=SETTINGS)
    assert packed is not None
    prefix = next_prefix(model, answer, BEFORE, SETTINGS)
    assert packed.prompt.tokens[: len(prefix)] == prefix.tokens
    assert len(packed.prompt) - len(prefix) < model.count_tokens(question) + 10


def test_an_answer_is_read_while_nobody_asks(model: LlamaModel, answer: Answer) -> None:
    ahead = ReadAhead()
    ahead.start(model, answer, BEFORE, SETTINGS)
    ahead.wait()
    assert model._native.cached == list(next_prefix(model, answer, BEFORE, SETTINGS).tokens)


def test_nothing_is_read_where_the_model_has_not_read_the_context(
    model: LlamaModel, answer: Answer
) -> None:
    model._native.forget_after(0)
    ahead = ReadAhead()
    ahead.start(model, replace(answer, n_prompt_tokens=0), BEFORE, SETTINGS)
    ahead.wait()
    assert model._native.cached == []


def test_a_model_that_cannot_read_ahead_is_left_alone(answer: Answer) -> None:
    model = TellingModel("Yes.")
    ahead = ReadAhead()
    ahead.start(model, answer, (), SETTINGS)
    ahead.wait()
    assert model.prompts == []


class FailingReader(TellingModel):
    """Notes what it was to read and whether it was told to give up, and fails."""

    def read_ahead(self, prompt: Prompt, cancelled: Callable[[], bool]) -> None:
        self.told = (len(prompt), cancelled())
        raise ModelError("no memory is left")


def test_a_failure_is_logged_and_harms_nobody(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    ahead, model = ReadAhead(), FailingReader("Yes.")
    with caplog.at_level(logging.WARNING):
        ahead.start(model, answer, (), SETTINGS)
        ahead.wait()
    assert "no memory is left" in caplog.text
    assert model.told[0] > 0
    assert not model.told[1]
