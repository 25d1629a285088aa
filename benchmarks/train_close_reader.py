"""Trains the small cross-encoder that reads a question and a sentence together.

    python -m benchmarks.train_close_reader [--data FOLDER] [--cache FOLDER]

Once on what was written for it (benchmarks/written.py), and once over the cases of
benchmarks/cases.py: the sentences that hold the gold against those that the product ranks high beside
them; the weights of both are averaged. A model that has seen a question's sentences says nothing
honest of them, so three are trained on the cases, each without a third of the questions (an XQuAD
article is never in two), and their readings of what they were not trained on are kept in the cache,
for benchmarks/calibrate_reading.py. The one that is shipped is trained on all: writes
retrieval/close_reader.safetensors. Some two hours on two cores.
"""

from __future__ import annotations

import json
import random
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import written
from benchmarks.calibrate_refusal import COLLECTIONS, cases_with_evidence, is_gold, options
from benchmarks.fine_tuning import SEED, averaged, packed, train
from benchmarks.reporting import Options, tell
from benchmarks.written import marked
from generation.close_reading import likeliest, with_around
from generation.extractive import scored, states
from quoth.config import EMBEDDED
from retrieval.close_reader import WEIGHTS, CloseReader
from vectorstore import find_folder

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from benchmarks.cases import Case
    from benchmarks.written import Pair
    from generation.evidence import Evidence

FOLDS = 3
EPOCHS = 2
SHARE = 0.6  # of the model trained on the cases, in the average


def held_out_file(chosen: Options) -> Path:
    """Where the readings of what was not trained on are kept, in the order of the cases."""
    return chosen.cache / "close-readings.json"


def pairs_of(case: Case, evidence: Evidence, chance: random.Random) -> Iterator[Pair]:
    """The pairs of one case: what answers, and what nearly does.

    Where the answer is there, two sentences that hold it, and five of the twelve likeliest others;
    where it is not, the three likeliest, or six of CLAPnq's, which are of one passage on the subject;
    of a question asked of another collection the likeliest.
    """
    odds = np.where(states(evidence), scored(evidence)[1], -np.inf)
    order = np.argsort(-odds, kind="stable").tolist()
    if case.collection not in COLLECTIONS:
        chosen, holding = order[:1], []
    else:
        gold = is_gold(evidence, case)
        holding = [i for i in order if gold[i]][:2] if case.answerable else []
        chosen = _near_misses(case, order, gold, chance)
    yield from marked(case.question, holding, chosen, partial(with_around, evidence))


def _near_misses(
    case: Case, order: Sequence[int], gold: Sequence[bool], chance: random.Random
) -> list[int]:
    if not case.answerable:
        return list(order[: 6 if case.collection == "clapnq" else 3])
    others = [i for i in order[:12] if not gold[i]]
    return others[:3] + chance.sample(others[3:], min(2, len(others[3:])))


def readings(
    weights: Path, cases: Sequence[Case], evidences: Sequence[Evidence]
) -> Iterator[dict[int, float]]:
    """What a model says of the sentences of each case that the product would have it read."""
    reader = CloseReader(weights)
    for number, (case, evidence) in enumerate(zip(cases, evidences, strict=True), 1):
        rows = likeliest(evidence)
        found = reader(case.question, [with_around(evidence, i) for i in rows])
        yield dict(zip(rows, found.tolist(), strict=True))
        tell(f"read {number}/{len(cases)}", last=number == len(cases))


def on_what_was_written(folder: Path) -> dict[str, Any]:
    """The changes by what was written, its held out passages left out."""
    chance = random.Random(SEED)
    kept = [passage for passage in written.passages() if not passage.is_held_out]
    questions = [pair for passage in kept for pair in written.question_pairs(passage, chance)]
    claims = [pair for passage in kept for pair in written.claim_pairs(passage, chance)]
    return train([*questions, *claims], folder, EPOCHS)


def main() -> None:
    """Train on what was written; without each third, which is read; then on all."""
    from safetensors.torch import save_file
    from sklearn.model_selection import StratifiedGroupKFold

    chosen, folder = options(__doc__), find_folder(EMBEDDED)
    cases, evidences, _ = cases_with_evidence(chosen)
    chance = random.Random(SEED)
    pairs = [list(pairs_of(c, e, chance)) for c, e in zip(cases, evidences, strict=True)]
    by_written = on_what_was_written(folder)

    def trained(rows: Sequence[int]) -> dict[str, Any]:
        by_cases = train([pair for i in rows for pair in pairs[i]], folder, EPOCHS)
        return packed(averaged(by_cases, by_written, SHARE))

    held_out: dict[int, dict[int, float]] = {}
    strata = [f"{case.collection} {case.answerable}" for case in cases]
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    for train_on, test in folds.split(cases, strata, [case.group for case in cases]):
        weights = held_out_file(chosen).with_suffix(".safetensors")
        save_file(trained(train_on), weights)
        tested = readings(weights, [cases[i] for i in test], [evidences[i] for i in test])
        held_out |= dict(zip(map(int, test), tested, strict=True))
    kept = [held_out[i] for i in range(len(cases))]
    held_out_file(chosen).write_text(json.dumps(kept), encoding="utf-8")
    save_file(trained(range(len(cases))), WEIGHTS)


if __name__ == "__main__":
    main()
