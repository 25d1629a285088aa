from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.spans import Score, score, union

spans = st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: (pair[0], sum(pair)))
lists = st.lists(spans, min_size=1, max_size=6)


def test_overlapping_chunks_are_paid_for_twice_and_found_once() -> None:
    found = score([(10, 20)], [(0, 20), (10, 30)], elsewhere=10)
    assert found == Score(recall=1.0, precision=pytest.approx(0.2), iou=pytest.approx(0.2))


def test_what_is_missed_lowers_recall_and_iou() -> None:
    assert score([(0, 10), (50, 60)], [(0, 20)]) == Score(0.5, 0.5, pytest.approx(1 / 3))


def test_nothing_found_is_nothing() -> None:
    assert score([(0, 10)], [(20, 30)]) == Score(0, 0, 0)


@given(lists, lists)
def test_scores_agree_with_sets_of_characters(
    wanted: list[tuple[int, int]], got: list[tuple[int, int]]
) -> None:
    want = {at for start, end in wanted for at in range(start, end)}
    have = [at for start, end in got for at in range(start, end)]
    common = len(want & set(have))
    found = score(wanted, got)
    assert found.recall == pytest.approx(common / len(want))
    assert found.precision == pytest.approx(common / len(have))
    assert found.iou == pytest.approx(common / (len(have) + len(want) - common))
    assert {at for s, e in union(wanted) for at in range(s, e)} == want
