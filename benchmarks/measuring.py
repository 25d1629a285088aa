"""The arithmetic of measuring: times, medians, interleaving, bootstrap intervals. Knows no Quoth.

This machine is shared with others, so a wall time means little and the ratio of two times taken
one after the other means something. Times are seconds.
"""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_RESAMPLES = 10_000
# Resamples are drawn this many at a time: all at once would take hundreds of megabytes.
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with the bounds of its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.mean:.4f} [{self.low:.4f}, {self.high:.4f}]"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Times of ours and theirs, taken in turn: `ours[i]` and `theirs[i]` are one pair."""

    ours: tuple[float, ...]
    theirs: tuple[float, ...]

    @property
    def ratios(self) -> tuple[float, ...]:
        """How many times longer theirs took, pair by pair."""
        return tuple(b / a for a, b in zip(self.ours, self.theirs, strict=True))

    @property
    def ratio(self) -> float:
        """The median of the ratios of the pairs."""
        return statistics.median(self.ratios)


def interleaved(ours: Callable[[], float], theirs: Callable[[], float], repeats: int) -> Comparison:
    """Run ours, theirs, ours, theirs, …; each gives the seconds it took."""
    pairs = [(ours(), theirs()) for _ in range(repeats)]
    return Comparison(tuple(a for a, _ in pairs), tuple(b for _, b in pairs))


def seconds_of(work: Callable[[], object]) -> float:
    """How long `work` takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` in [0, 1] of the values do not exceed, interpolated."""
    return float(np.quantile(np.asarray(values, dtype=np.float64), share))


def bootstrap(values: Sequence[float], *, resamples: int = _RESAMPLES, seed: int = 0) -> Interval:
    """The mean of one value a question, with its 95 % percentile interval over questions.

    Efron, "Bootstrap Methods: Another Look at the Jackknife", 1979. Raises ValueError when there
    are no values.
    """
    sample = np.asarray(values, dtype=np.float64)
    if not len(sample):
        raise ValueError("there are no values to resample")
    random = np.random.default_rng(seed)
    means = np.concatenate(
        [
            sample[random.integers(len(sample), size=(rows, len(sample)))].mean(axis=1)
            for rows in _split(resamples)
        ]
    )
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(sample.mean()), float(low), float(high))


def proportion(marks: Sequence[bool]) -> Interval:
    """The share that is true, with its 95 % score interval: never a point, even where all are.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927. Raises
    ValueError when there are no marks.
    """
    n, z = len(marks), 1.96
    if not n:
        raise ValueError("there are no marks to count")
    share = sum(marks) / n
    centre = (share + z * z / 2 / n) / (1 + z * z / n)
    reach = z * math.sqrt(share * (1 - share) / n + z * z / 4 / n / n) / (1 + z * z / n)
    return Interval(share, max(centre - reach, 0.0), min(centre + reach, 1.0))


def _split(resamples: int) -> list[int]:
    whole, rest = divmod(resamples, _AT_ONCE)
    return [_AT_ONCE] * whole + [rest] * bool(rest)
