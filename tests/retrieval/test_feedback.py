"""Feedback moves a question towards its first hits, and no further."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from quoth.datatypes import FloatArray
from retrieval.feedback import moved_towards


def unit(*values: float) -> FloatArray:
    vector = np.array(values, dtype=np.float32)
    return vector / np.linalg.norm(vector)


QUESTION = unit(1, 0, 0)
VECTORS = {1: unit(0, 1, 0), 2: unit(0, 0, 1), 3: unit(1, 1, 0), 4: unit(-1, 0, 0)}


def test_the_moved_question_is_of_unit_length_and_nearer_to_the_best_hit() -> None:
    moved = moved_towards([(1, 1.0)], QUESTION, VECTORS, 0.5)
    assert np.linalg.norm(moved) == pytest.approx(1, abs=1e-6)
    assert moved @ VECTORS[1] > QUESTION @ VECTORS[1]
    assert moved @ QUESTION > moved @ VECTORS[1]


def test_a_hit_with_a_higher_score_pulls_harder() -> None:
    moved = moved_towards([(1, 0.9), (2, 0.1)], QUESTION, VECTORS, 0.5)
    assert moved @ VECTORS[1] > moved @ VECTORS[2] > 0


def test_only_the_first_two_hits_pull() -> None:
    ranked = [(1, 0.9), (2, 0.8)]
    with_third = moved_towards([*ranked, (3, 0.7)], QUESTION, VECTORS, 0.5)
    assert np.array_equal(moved_towards(ranked, QUESTION, VECTORS, 0.5), with_third)


@pytest.mark.parametrize("ranked", [[], [(1, 0.0)]])
def test_without_a_believable_hit_the_question_stays(ranked: list[tuple[int, float]]) -> None:
    assert np.array_equal(moved_towards(ranked, QUESTION, VECTORS, 0.5), QUESTION)
