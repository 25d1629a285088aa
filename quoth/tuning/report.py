"""What came of the trials: which settings are better than now, and which only seem so."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from quoth.tuning.intervals import Interval, bootstrap, bootstrap_difference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Verdict = Literal["better", "worse", "could be chance", "the same"]
DEPTH = 10
"""Hits looked at for the mean reciprocal rank."""
_CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Trial:
    """Settings other than now's, and each question's rank of the first right hit, 0 for none.

    `milliseconds` is the median time of a search.
    """

    settings: Mapping[str, Any]
    ranks: tuple[int, ...]
    milliseconds: float

    @property
    def reciprocal_ranks(self) -> list[float]:
        """One over the rank, 0 for a right hit beyond DEPTH."""
        return [1 / rank if 0 < rank <= DEPTH else 0.0 for rank in self.ranks]


@dataclass(frozen=True, slots=True)
class Compared:
    """A trial against now, both figures with 95 % intervals.

    `mrr` is the mean reciprocal rank of the first right hit among ten, `found` the share of
    questions with a right hit among the first `k`.
    `difference` in `mrr` has an interval widened for the number of trials (Bonferroni): with many
    of them one would seem better by chance.
    """

    settings: Mapping[str, Any]
    mrr: Interval
    found: Interval
    difference: Interval
    verdict: Verdict
    milliseconds: float


@dataclass(frozen=True, slots=True)
class TuningReport:
    """All of a tuning run. `chosen` are the settings to change, none when nothing is better.

    `notes` are lines on what was not tried and why.
    """

    n_questions: int
    origin: str
    k: int
    now: Compared
    trials: tuple[Compared, ...]
    chosen: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def compared(trial: Trial, now: Trial, *, k: int, n_trials: int) -> Compared:
    """A trial beside now, with a verdict that allows for `n_trials` having been made."""
    ours, theirs = trial.reciprocal_ranks, now.reciprocal_ranks
    difference = bootstrap_difference(ours, theirs, 1 - (1 - _CONFIDENCE) / max(1, n_trials))
    return Compared(
        settings=trial.settings,
        mrr=bootstrap(ours),
        found=bootstrap([float(0 < rank <= k) for rank in trial.ranks]),
        difference=difference,
        verdict=_verdict(ours, theirs, difference),
        milliseconds=trial.milliseconds,
    )


def _verdict(ours: list[float], theirs: list[float], difference: Interval) -> Verdict:
    if ours == theirs:
        return "the same"
    if difference.low > 0:
        return "better"
    return "worse" if difference.high < 0 else "could be chance"


def best_of_each(trials: Sequence[Compared]) -> dict[str, Any]:
    """For each setting the best value among those that are better than now beyond chance."""
    chosen: dict[str, Any] = {}
    for trial in sorted(trials, key=lambda one: one.mrr.mean):
        if trial.verdict == "better":
            chosen.update(trial.settings)
    return chosen
