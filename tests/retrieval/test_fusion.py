"""Fusion: scores of two retrievers become one ranking."""

import math

from hypothesis import given
from hypothesis import strategies as st

from retrieval.fusion import convex_fusion

ROWS = st.integers(0, 50)
COSINES = st.dictionaries(ROWS, st.floats(-1, 1, width=32), min_size=1)
WEIGHTS = st.floats(0, 1)


def test_a_row_both_retrievers_like_beats_one_that_only_one_likes() -> None:
    fused = convex_fusion({1: 0.9, 2: 0.8, 3: 0.1}, {2: 10.0, 3: 11.0}, 0.5)
    assert [row for row, _ in fused] == [2, 1, 3]


def test_the_weight_hands_the_ranking_to_one_retriever() -> None:
    cosines, words = {1: 0.9, 2: 0.5, 3: 0.1}, {3: 12.0, 2: 6.0}
    assert [row for row, _ in convex_fusion(cosines, words, 1.0)] == [1, 2, 3]
    assert [row for row, _ in convex_fusion(cosines, words, 0.0)] == [3, 2, 1]


def test_nothing_found_fuses_to_nothing() -> None:
    assert convex_fusion({}, {}, 0.5) == []


@given(cosines=COSINES, data=st.data(), weight=WEIGHTS)
def test_scores_lie_in_0_to_1_and_fall(
    cosines: dict[int, float], data: st.DataObject, weight: float
) -> None:
    words = data.draw(
        st.dictionaries(st.sampled_from(sorted(cosines)), st.floats(0, 100, width=32))
    )
    fused = convex_fusion(cosines, words, weight)
    scores = [score for _, score in fused]
    assert sorted(row for row, _ in fused) == sorted(cosines)
    assert scores == sorted(scores, reverse=True)
    assert all(-1e-9 <= score <= 1 + 1e-9 and not math.isnan(score) for score in scores)
