"""Candidates that are alike pull each other's scores together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.neighbours import pulled_together
from tests.vectorstore.making import unit_vectors

if TYPE_CHECKING:
    from quoth.datatypes import FloatArray


def around(*centre: float, n: int, seed: int) -> list[FloatArray]:
    """`n` unit vectors that are close to one."""
    noise = np.random.default_rng(seed).normal(scale=0.05, size=(n, len(centre)))
    found = (np.array(centre) + noise).astype(np.float32)
    return list(found / np.linalg.norm(found, axis=1, keepdims=True))


def test_one_of_a_crowd_overtakes_an_equal_one_that_stands_alone() -> None:
    crowd = around(1, 0, 0, n=11, seed=1)
    strangers = around(0, 1, 0, n=11, seed=2)
    vectors = dict(enumerate([*crowd, *strangers]))
    # Row 0 and row 11 score alike; those around row 0 do well, those around row 11 do not.
    ranked = [(0, 0.6), (11, 0.6)]
    ranked += [(row, 0.5) for row in range(1, 11)] + [(row, 0.1) for row in range(12, 22)]
    pulled = pulled_together(ranked, vectors, 0.3)
    assert pulled[0][0] == 0
    assert dict(pulled)[11] == pytest.approx(0.7 * 0.6 + 0.3 * 0.1, abs=1e-6)


def test_without_weight_the_scores_stay() -> None:
    vectors = dict(enumerate(unit_vectors(5)))
    ranked = [(row, 1 - row / 10) for row in range(5)]
    assert pulled_together(ranked, vectors, 0.0) == ranked


@pytest.mark.parametrize("n", [0, 1, 2])
def test_so_few_have_no_neighbours(n: int) -> None:
    ranked = [(row, 0.5) for row in range(n)]
    assert pulled_together(ranked, dict(enumerate(unit_vectors(2))), 0.5) == ranked


@given(
    scores=st.lists(st.floats(0, 1), min_size=3, max_size=30),
    weight=st.floats(0, 1),
    seed=st.integers(0, 9),
)
def test_scores_fall_and_stay_between_the_least_and_the_best(
    scores: list[float], weight: float, seed: int
) -> None:
    vectors = dict(enumerate(unit_vectors(len(scores), seed)))
    pulled = pulled_together(list(enumerate(scores)), vectors, weight)
    values = [score for _, score in pulled]
    assert sorted(row for row, _ in pulled) == list(range(len(scores)))
    assert values == sorted(values, reverse=True)
    assert min(scores) - 1e-6 <= values[-1] <= values[0] <= max(scores) + 1e-6
