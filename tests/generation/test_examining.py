"""What the embedded model expects, against what it writes and what llama.cpp draws from."""

from __future__ import annotations

import ctypes
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quoth.config import GenerationConfig
from quoth.interpretation import reshaped
from tests.generation.test_llama import ask, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.llama import LlamaModel
    from generation.llama_native import NativeModel
    from quoth.datatypes import FloatArray, TokenStep

PLAIN = GenerationConfig(temperature=0, repeat_penalty=1, max_new_tokens=24)


def test_each_token_that_a_greedy_model_wrote_is_the_likeliest(model: LlamaModel) -> None:
    prompt = ask(model, "Name three colours.")
    text = text_of(model, prompt, PLAIN)
    steps = model.examine(prompt, text)
    assert "".join(step.text for step in steps[:-1]) == text
    best = [step.token == step.candidates[0].token for step in steps[:-1]]
    assert sum(best) >= len(best) - 1, "but for a tie, where batches differ in the last bit"
    for step in steps[:-1]:
        assert step.probability == pytest.approx(
            math.exp(step.candidates[0].logit - step.log_total), rel=0.05
        )


def test_probabilities_are_of_the_whole_vocabulary(model: LlamaModel) -> None:
    (step,) = model.examine(ask(model, "Hello?"), "", candidates=10**6)
    assert step.token == -1
    assert step.probability == 0
    assert len(step.candidates) == step.n_vocabulary == model.facts.vocabulary_size
    total = sum(math.exp(c.logit - step.log_total) for c in step.candidates)
    assert total == pytest.approx(1, abs=1e-4)
    logits = [c.logit for c in step.candidates]
    assert logits == sorted(logits, reverse=True)


def test_words_that_do_not_belong_are_unlikely(model: LlamaModel) -> None:
    prompt = ask(model, "What is the capital of France?")
    (paris, *_), (kettle, *_) = (
        model.examine(prompt, f"The capital of France is {word}.")[5:]
        for word in ("Paris", "kettle")
    )
    assert paris.text.strip() == "Paris"
    assert paris.probability > 10 * kettle.probability


def test_what_is_written_afterwards_does_not_depend_on_the_look(model: LlamaModel) -> None:
    prompt = ask(model, "Name three animals.")
    before = text_of(model, prompt, PLAIN)
    model.examine(prompt, before)
    assert text_of(model, prompt, PLAIN) == before
    model.examine(ask(model, "Something else altogether, and longer than the other."), "No.")
    assert text_of(model, prompt, PLAIN) == before


def test_a_prompt_in_the_cache_is_not_read_again(model: LlamaModel) -> None:
    prompt = ask(model, "Name three trees.", system="Be brief. " * 30)
    text_of(model, prompt, PLAIN)
    native, decoded = model._native, []
    decode = native.decode

    def counting(tokens: Sequence[int]) -> bool:
        decoded.extend(tokens)
        return decode(tokens)

    native.decode = counting  # type: ignore[method-assign]
    try:
        model.examine(prompt, "Oak.")
    finally:
        del native.decode
    assert len(decoded) < 10 < len(prompt)


def test_a_look_can_be_cancelled_at_any_time(model: LlamaModel) -> None:
    prompt = ask(model, "Hello?")
    looks = iter([False] * 3)
    for cancelled in (lambda: True, lambda: next(looks, True)):
        assert model.examine(prompt, "word " * 40, cancelled=cancelled) == ()
    assert len(model.examine(prompt, "Yes.")) == 3


def test_a_look_ends_at_the_window(model: LlamaModel, monkeypatch: pytest.MonkeyPatch) -> None:
    prompt = ask(model, "Hello?")
    monkeypatch.setattr(model, "context_size", len(prompt) + 5)
    assert len(model.examine(prompt, "word " * 40)) == 5
    monkeypatch.setattr(model, "context_size", len(prompt))
    assert model.examine(prompt, "word") == ()


class Data(ctypes.Structure):
    _fields_ = (("id", ctypes.c_int32), ("logit", ctypes.c_float), ("p", ctypes.c_float))


def drawn_from(
    native: NativeModel, row: FloatArray, settings: GenerationConfig, before: Sequence[int]
) -> dict[int, float]:
    """The probabilities that llama.cpp's own samplers leave, by token."""
    c: Any = native._c
    array = (c.llama_token_data * len(row))()
    for token, logit in enumerate(row.tolist()):
        array[token].id, array[token].logit = token, logit
    data = c.llama_token_data_array(array, len(row), -1, False)
    with native.sampler(settings) as chain:
        for token in before:
            c.llama_sampler_accept(chain, token)
        c.llama_sampler_apply(chain, ctypes.byref(data))
        return {data.data[i].id: data.data[i].p for i in range(data.size)}


@pytest.fixture(scope="module")
def looked_at(model: LlamaModel) -> tuple[FloatArray, TokenStep, list[int]]:
    """The logits of one place, the step there, and the tokens before it."""
    prompt = ask(model, "Tell me of a colour.")
    text = "Blue is a colour, blue is a"
    step = model.examine(prompt, text)[-1]
    native = model._native
    before = native.vocabulary.data_tokens(text)
    native.abort.set(False)
    native.forget_after(0)
    native.decode([*prompt.tokens, *before][:-1])
    return native.logits(before[-1:])[0].copy(), step, before


@pytest.mark.parametrize(
    "settings",
    [
        GenerationConfig(temperature=1, top_k=40, top_p=1, min_p=0, repeat_penalty=1),
        GenerationConfig(temperature=0.4, top_k=40, top_p=0.9, min_p=0.05, repeat_penalty=1.1),
        GenerationConfig(temperature=0.9, top_k=100, top_p=0.98, min_p=0.02, repeat_penalty=1.05),
        GenerationConfig(temperature=2, top_k=7, top_p=0.5, min_p=0, repeat_penalty=1.3),
        GenerationConfig(temperature=1.5, top_k=0, top_p=0.6, min_p=0, repeat_penalty=1),
        GenerationConfig(temperature=0.05, top_k=0, top_p=1, min_p=0.3, repeat_penalty=2),
    ],
    ids=str,
)
def test_the_shares_are_those_that_llama_cpp_draws_by(
    model: LlamaModel,
    looked_at: tuple[FloatArray, TokenStep, list[int]],
    settings: GenerationConfig,
) -> None:
    row, step, before = looked_at
    theirs = drawn_from(model._native, row, settings, before)
    ours = {s.token: s.chance for s in reshaped(step, settings, before) if s.chance > 0}
    assert set(ours) == set(theirs)
    np.testing.assert_allclose(
        [ours[token] for token in theirs], list(theirs.values()), rtol=0.03, atol=1e-4
    )
