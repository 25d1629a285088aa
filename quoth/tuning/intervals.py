"""Means over questions with what chance leaves open. Knows numbers only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_RESAMPLES = 10_000
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its bootstrap interval."""

    mean: float
    low: float
    high: float


def bootstrap(values: Sequence[float], confidence: float = 0.95) -> Interval:
    """The mean of one value a question and its percentile interval, the same every time.

    `confidence` is in (0, 1). Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979.
    """
    import numpy as np

    sample = np.asarray(values, dtype=np.float64)
    random = np.random.default_rng(0)
    means = np.concatenate(
        [
            sample[random.integers(len(sample), size=(_AT_ONCE, len(sample)))].mean(axis=1)
            for _ in range(_RESAMPLES // _AT_ONCE)
        ]
    )
    beyond = (1 - confidence) / 2
    low, high = np.quantile(means, [beyond, 1 - beyond])
    return Interval(float(sample.mean()), float(low), float(high))


def bootstrap_difference(
    ours: Sequence[float], theirs: Sequence[float], confidence: float
) -> Interval:
    """The mean of `ours - theirs`, question by question, with its interval."""
    return bootstrap([a - b for a, b in zip(ours, theirs, strict=True)], confidence)
