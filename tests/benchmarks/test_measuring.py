"""The arithmetic of the benchmarks."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.measuring import (
    Comparison,
    bootstrap,
    interleaved,
    percentile,
    proportion,
    seconds_of,
)


def test_the_interval_of_equal_values_is_a_point() -> None:
    interval = bootstrap([0.25] * 40)
    assert (interval.mean, interval.low, interval.high) == (0.25, 0.25, 0.25)


def test_the_interval_has_the_width_that_the_normal_approximation_gives() -> None:
    values = np.random.default_rng(7).normal(0.5, 0.2, size=400)
    interval = bootstrap(list(values))
    assert interval.low < interval.mean < interval.high
    expected = 2 * 1.96 * values.std() / math.sqrt(len(values))
    assert interval.high - interval.low == pytest.approx(expected, rel=0.05)


def test_the_interval_of_a_share_is_wilson_s_and_no_point_where_all_are_true() -> None:
    half = proportion([True, False] * 50)
    assert (half.mean, half.low, half.high) == pytest.approx((0.5, 0.4038, 0.5962), abs=1e-4)
    whole = proportion([True] * 40)
    assert (whole.mean, whole.high) == pytest.approx((1.0, 1.0))
    assert whole.low == pytest.approx(0.9124, abs=1e-4)
    with pytest.raises(ValueError, match="no marks"):
        proportion([])


def test_the_interval_covers_the_true_mean_about_95_times_of_100() -> None:
    dice = np.random.default_rng(11)
    intervals = [bootstrap(list(dice.random(60)), resamples=400, seed=i) for i in range(300)]
    covered = sum(one.low <= 0.5 <= one.high for one in intervals) / len(intervals)
    assert 0.90 <= covered <= 0.99


def test_the_same_values_give_the_same_interval_whatever_the_number_of_resamples_at_once() -> None:
    values = [0.0, 1.0, 1.0, 0.0, 1.0]
    assert bootstrap(values) == bootstrap(values)
    assert bootstrap(values, resamples=1_001).mean == pytest.approx(0.6)


def test_nothing_to_resample_is_an_error() -> None:
    with pytest.raises(ValueError, match="no values"):
        bootstrap([])


def test_a_percentile_is_interpolated() -> None:
    assert percentile([1.0, 2.0, 3.0, 4.0], 0.5) == 2.5
    assert percentile(range(101), 0.95) == 95.0


def test_runs_take_turns_and_are_compared_pair_by_pair() -> None:
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return 1.0 if len(order) == 1 else 2.0

    def theirs() -> float:
        order.append("theirs")
        return 6.0

    compared = interleaved(ours, theirs, 3)
    assert order == ["ours", "theirs"] * 3
    assert compared == Comparison((1.0, 2.0, 2.0), (6.0, 6.0, 6.0))
    assert compared.ratios == (6.0, 3.0, 3.0)
    assert compared.ratio == 3.0


def test_the_time_of_work_is_the_time_until_it_returns() -> None:
    done: list[bool] = []
    assert seconds_of(lambda: done.append(True)) >= 0
    assert done == [True]
