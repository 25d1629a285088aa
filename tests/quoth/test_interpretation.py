from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.config import GenerationConfig
from quoth.datatypes import Candidate, TokenStep
from quoth.interpretation import reshaped


def step(*logits: float, n_vocabulary: int = 100, others: float = 0.0) -> TokenStep:
    """A step of these candidates; all other tokens together have the probability `others`."""
    ranked = sorted(logits, reverse=True)
    total = math.log(sum(map(math.exp, ranked)) / (1 - others))
    candidates = tuple(Candidate(n, f"t{n}", logit) for n, logit in enumerate(ranked))
    return TokenStep(0, "t0", ranked[0], candidates, total, n_vocabulary)


def settings(**values: float) -> GenerationConfig:
    off = {"temperature": 1, "top_k": 0, "top_p": 1, "min_p": 0, "repeat_penalty": 1}
    return GenerationConfig(**{**off, **values})  # type: ignore[arg-type]


def chances(*logits: float, others: float = 0.0, **values: float) -> list[float]:
    return [s.chance for s in reshaped(step(*logits, others=others), settings(**values))]


def test_settings_that_are_off_leave_the_probabilities_as_they_are() -> None:
    for share in reshaped(step(3, 2, 1, others=0.2), settings()):
        assert share.chance == pytest.approx(share.probability)


def test_at_temperature_0_the_likeliest_takes_all() -> None:
    assert chances(3, 2, 1, others=0.2, temperature=0) == [1, 0, 0, 0]


def test_a_high_temperature_evens_out_and_a_low_one_sharpens() -> None:
    cold, plain, hot = (chances(3, 2, 1, temperature=t)[0] for t in (0.5, 1, 2))
    assert cold > plain > hot
    assert chances(3, 2, temperature=0.5)[0] == pytest.approx(1 / (1 + math.exp(-2)))


def test_top_k_keeps_k_tokens() -> None:
    assert [c > 0 for c in chances(3, 2, 1, others=0.3, top_k=2)] == [True, True, False, False]


def test_top_p_keeps_what_makes_up_the_probability() -> None:
    # .665, .245, .090
    assert [c > 0 for c in chances(3, 2, 1, top_p=0.6)] == [True, False, False, False]
    assert [c > 0 for c in chances(3, 2, 1, top_p=0.7)] == [True, True, False, False]
    assert chances(3, 2, 1, others=0.5, top_p=0.9)[-1] > 0


def test_min_p_drops_what_is_far_less_likely_than_the_likeliest() -> None:
    assert [c > 0 for c in chances(3, 2, 1, others=0.1, min_p=0.2)] == [True, True, False, False]


def test_the_repeat_penalty_weakens_recent_tokens_alone() -> None:
    plain = settings(repeat_penalty=2)
    first = reshaped(step(3, 2), plain, before=[0])
    assert first[0].chance < first[1].chance
    long_ago = reshaped(step(3, 2), plain, before=[0, *[99] * 64])
    assert long_ago[0].chance > long_ago[1].chance
    below_0 = reshaped(step(-1, -2), plain, before=[0])
    assert below_0[0].chance == pytest.approx(below_0[1].chance)


@given(
    st.lists(st.floats(-30, 30), min_size=1, max_size=20),
    st.floats(0, 0.9),
    st.floats(0, 5),
    st.integers(0, 30),
    st.floats(0.01, 1),
    st.floats(0, 1),
    st.floats(0.5, 3),
)
def test_chances_always_sum_to_one_and_the_likeliest_always_stays(
    logits: list[float], others: float, temperature: float, top_k: int, top_p: float, min_p: float,
    penalty: float,
) -> None:  # fmt: skip
    chosen = settings(
        temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, repeat_penalty=penalty
    )
    shares = reshaped(step(*logits, others=others), chosen, before=[0])
    assert sum(s.chance for s in shares) == pytest.approx(1)
    assert all(0 <= s.chance <= 1 + 1e-9 for s in shares)
    assert max(s.chance for s in shares[:-1]) > 0
