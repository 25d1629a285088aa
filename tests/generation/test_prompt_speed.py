from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation import prompt_speed
from generation.prompt_speed import PromptSpeed, fitted

if TYPE_CHECKING:
    from generation.llama import LlamaModel

TIMES = st.floats(1e-6, 10.0)


@given(TIMES, st.one_of(st.just(0.0), st.floats(1e-9, 1e-2)), st.floats(0, 100))
def test_as_many_tokens_are_read_in_time_as_there_is_time_for(
    first: float, further: float, seconds: float
) -> None:
    speed = PromptSpeed("Q8_0", first, further)
    n_tokens = speed.tokens_within(seconds)
    assert speed.seconds(n_tokens) <= seconds * 1.001 + 1e-9
    assert speed.seconds(n_tokens + 2) > seconds * 0.999


@given(TIMES, st.floats(1e-6, 1e-2), st.integers(129, 512))
def test_the_line_that_parts_of_a_prompt_lie_on_is_found(
    first: float, further: float, n_tokens: int
) -> None:
    true = PromptSpeed("Q8_0", first, further)
    ends = [*range(128, n_tokens, 128), n_tokens]
    parts = [true.seconds(end) - true.seconds(i * 128) for i, end in enumerate(ends)]
    found = fitted("Q8_0", n_tokens, parts)
    assert found.seconds(1000) == pytest.approx(true.seconds(1000), rel=1e-3)


def test_parts_that_get_faster_or_are_too_few_give_one_speed_for_all() -> None:
    assert fitted("Q4_1", 256, [2.56, 1.28]) == PromptSpeed("Q4_1", pytest.approx(0.015), 0.0)
    assert fitted("Q4_1", 100, [1.0]) == PromptSpeed("Q4_1", 0.01, 0.0)


def test_a_model_is_timed_and_answers_as_before(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompt_speed, "_LONG", 160)
    monkeypatch.setattr(prompt_speed, "_SLOW", 1e9)
    found = model.measure()
    assert (found.kind, len(model._native.cached)) == (model.facts.quantization, 160)
    assert found.seconds(160) > 0
    monkeypatch.setattr(prompt_speed, "_SLOW", 0.0)
    slow = model.measure()
    assert (slow.further, len(model._native.cached)) == (0.0, 32)


def test_a_model_knows_how_much_it_reads_in_time_once_it_is_told_its_speed(
    model: LlamaModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "speed", None)
    assert model.tokens_within(1) is None
    monkeypatch.setattr(model, "speed", PromptSpeed("Q4_1", 0.002, 0.0))
    assert model.tokens_within(1) == 500
