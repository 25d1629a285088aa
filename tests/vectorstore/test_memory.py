"""Texts embedded lately are not embedded again, and every text gets its own vector."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from vectorstore import RememberedVectors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import FloatArray


class Counting:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> FloatArray:
        self.asked += texts
        return np.array([[len(text), hash(text) % 97] for text in texts], np.float32).reshape(-1, 2)


def test_a_text_is_embedded_once_while_it_is_remembered() -> None:
    embed = Counting()
    remembered = RememberedVectors(embed)
    first = remembered(["a", "bb", "a"])
    again = remembered(["bb", "ccc"])
    assert embed.asked == ["a", "bb", "ccc"]
    assert np.array_equal(first[0], first[2])
    assert np.array_equal(first[1], again[0])


def test_the_least_recently_used_are_forgotten() -> None:
    embed = Counting()
    remembered = RememberedVectors(embed, capacity=2)
    for texts in (["a"], ["b"], ["a"], ["c"], ["a"], ["b"]):
        remembered(texts)
    assert embed.asked == ["a", "b", "c", "b"]


def test_nothing_asked_gives_no_rows() -> None:
    assert RememberedVectors(Counting())([]).shape == (0, 2)


@given(st.lists(st.lists(st.sampled_from("abcdefgh")), max_size=20), st.integers(1, 4))
def test_the_answers_are_those_of_the_function_itself(
    calls: list[list[str]], capacity: int
) -> None:
    remembered = RememberedVectors(Counting(), capacity)
    for texts in calls:
        assert np.array_equal(remembered(texts), Counting()(texts))
