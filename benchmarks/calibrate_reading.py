"""Fits what a close reading counts for refusal and for the sentences that answer, and states the gain.

    python -m benchmarks.calibrate_reading [--data FOLDER] [--cache FOLDER]

After benchmarks/train_close_reader.py, whose readings of what it was not trained on are used. Figures
are means over several divisions into folds. Prints the weights, to be pasted into
generation/refusal.py, and how often two sentences hold the gold by what a reading counts.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.calibrate_refusal import (
    COLLECTIONS,
    FOLDS,
    boosted,
    cases_with_evidence,
    is_gold,
    options,
    signals_of,
    weights_of,
)
from benchmarks.train_close_reader import held_out_file
from generation import extractive
from generation.refusal import THRESHOLDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from benchmarks.cases import Case
    from generation.evidence import Evidence

DIVISIONS, INNER = 6, 4
WRONG_REFUSALS = (0.05, 0.10, 0.15)
COUNTED = (0.0, 0.1, 0.2, 0.4)  # what a reading may count beside a sentence's log-odds


def with_held_out(
    evidences: Sequence[Evidence], readings: Sequence[Mapping[str, float]]
) -> list[Evidence]:
    """The evidences with the readings that were held out for them, in the same order."""
    read = []
    for evidence, found in zip(evidences, readings, strict=True):
        values = np.full(len(evidence.sentences), np.nan)
        for index, value in found.items():
            values[int(index)] = value
        read.append(replace(evidence, readings=values if found else None))
    return read


class Division:
    """The cases with their signals and highest readings, to be divided into folds in several ways."""

    def __init__(
        self, cases: Sequence[Case], signals: NDArray[Any], highest: NDArray[np.float64]
    ) -> None:
        self.names = np.array([case.collection for case in cases])
        self.answerable = np.array([case.answerable for case in cases])
        self._signals, self._highest = signals, highest
        self._weights = weights_of(cases)
        self._strata = np.array([f"{case.collection} {case.answerable}" for case in cases])
        self._groups = np.array([case.group for case in cases])

    def predicted(self, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The probabilities of trees alone and of both, cross-validated: (cases,) each."""
        alone, both = np.zeros((2, len(self.names)))
        everything = np.arange(len(self.names))
        for train, test in self._folds(everything, FOLDS, seed):
            alone[test] = self._trees(train, test)
            both[test] = self.joined(train).predict_proba(self._stack(alone[test], test))[:, 1]
        return alone, both

    def joined(self, train: NDArray[np.int_]) -> Any:
        """The regression over log-odds of trees that have not seen the case, and its reading."""
        from sklearn.linear_model import LogisticRegression

        unseen = np.zeros(len(train))
        for inside, outside in self._folds(train, INNER, seed=9):
            unseen[outside] = self._trees(train[inside], train[outside])
        model = LogisticRegression(C=10)
        stack = self._stack(unseen, train)
        return model.fit(stack, self.answerable[train], sample_weight=self._weights[train])

    def _folds(self, rows: NDArray[np.int_], n_folds: int, seed: int) -> Any:
        from sklearn.model_selection import StratifiedGroupKFold

        folds = StratifiedGroupKFold(n_folds, shuffle=True, random_state=seed)
        return folds.split(rows, self._strata[rows], self._groups[rows])

    def _trees(self, train: NDArray[np.int_], test: NDArray[np.int_]) -> NDArray[np.float64]:
        weights, labels = self._weights[train], self.answerable[train]
        model = boosted().fit(self._signals[train], labels, sample_weight=weights)
        chances: NDArray[np.float64] = model.predict_proba(self._signals[test])[:, 1]
        return chances

    def _stack(self, chances: NDArray[np.float64], rows: NDArray[np.int_]) -> NDArray[np.float64]:
        return np.column_stack([np.log(chances / (1 - chances)), self._highest[rows]])


def tell_refusals(division: Division) -> None:
    """Print the curves and what each policy refuses, means over the divisions."""
    found = [division.predicted(seed) for seed in range(DIVISIONS)]
    for label, predictions in zip(
        ("trees", "with readings"), zip(*found, strict=True), strict=True
    ):
        for name in COLLECTIONS:
            here = division.names == name
            rows = [_curve(p[here], division.answerable[here]) for p in predictions]
            spread = np.std(rows, axis=0)[len(WRONG_REFUSALS) - 1]
            print(f"{label}, {name}: {np.round(np.mean(rows, axis=0), 3)}, at .15 ± {spread:.3f}")
        for policy, threshold in THRESHOLDS.items():
            shares = [_refused(division, predictions, n, threshold) for n in set(division.names)]
            print(f"{label}, {policy} {threshold}: {'; '.join(sorted(shares))}")


def _curve(chances: NDArray[np.float64], answerable: NDArray[np.bool_]) -> list[float]:
    """The share rightly refused at each share refused wrongly, and the area under the curve."""
    from sklearn.metrics import roc_auc_score

    bounds = np.quantile(chances[answerable], WRONG_REFUSALS)
    right = [float((chances[~answerable] < bound).mean()) for bound in bounds]
    return [*right, float(roc_auc_score(answerable, chances))]


def _refused(
    division: Division, predictions: Sequence[NDArray[np.float64]], name: str, threshold: float
) -> str:
    shares = []
    for kind in (True, False):
        rows = (division.names == name) & (division.answerable == kind)
        if rows.any():
            shares.append(f"{np.mean([(p[rows] < threshold).mean() for p in predictions]):.2f}")
    return f"{name} {' / '.join(shares)}"


def tell_ranking(cases: Sequence[Case], evidences: Sequence[Evidence]) -> None:
    """Print how often one and two sentences hold the gold, by what a reading counts."""
    for counted in COUNTED:
        held: dict[str, list[tuple[bool, bool]]] = {}
        for case, evidence in zip(cases, evidences, strict=True):
            if not case.answerable or evidence.readings is None:
                continue
            stating = extractive.states(evidence)
            least = np.nanmin(evidence.readings)
            readings = np.where(np.isnan(evidence.readings), least, evidence.readings)
            odds = extractive.log_odds(extractive.features(evidence)) + counted * readings
            order = np.argsort(-np.where(stating, odds, -np.inf))
            marked = np.array(is_gold(evidence, case))[order]
            held.setdefault(case.collection, []).append(
                (bool(marked[:1].any()), bool(marked[:2].any()))
            )
        shares = [f"{name} {np.round(np.mean(marks, axis=0), 3)}" for name, marks in held.items()]
        print(f"a reading counts {counted}: {', '.join(shares)}")


def main() -> None:
    """Fit and print."""
    chosen = options(__doc__)
    file = held_out_file(chosen)
    if not file.exists():
        raise SystemExit(f"{file} is missing; run python -m benchmarks.train_close_reader first")
    cases, evidences, embed = cases_with_evidence(chosen)
    read = with_held_out(evidences, json.loads(file.read_text(encoding="utf-8")))
    tell_ranking(cases, read)
    highest = np.array([-5.0 if e.readings is None else np.nanmax(e.readings) for e in read])
    division = Division(cases, signals_of(cases, evidences, embed), highest)
    model = division.joined(np.arange(len(cases)))
    print("refusal: intercept", np.round(model.intercept_, 2), "weights", np.round(model.coef_, 2))
    tell_refusals(division)


if __name__ == "__main__":
    main()
