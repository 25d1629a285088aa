"""Estimates, before anything is written, whether the passages hold the answer at all.

It knows the question, the hits and the evidence; the language model is not asked.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from generation.boosting import Boosted, read_boosted
from generation.signals import Signals, read_signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.evidence import Embed, Evidence
    from quoth.datatypes import Hit

REFUSAL = "The documents in this library do not answer that."

# The least probability at which Quoth speaks; what each refuses is in docs/decisions/0034.
THRESHOLDS: Mapping[str, float] = {"silent": 0.65, "balanced": 0.46, "talkative": 0.2, "never": 0.0}

# Of the regression, by benchmarks/calibrate_reading.py.
INTERCEPT, TREES, READING = 0.35, 0.65, 0.63


def answerability(evidence: Evidence, hits: Sequence[Hit], embed: Embed) -> float:
    """The probability in [0, 1] that the passages answer the question; 0 without any sentence.

    For a question that is as likely answerable as not. Boosted trees over `Signals`, trained by
    benchmarks/calibrate_refusal.py on questions of three collections; where sentences were read
    closely, a regression over the trees' log-odds and the highest reading.
    """
    if not evidence.sentences or not hits:
        return 0.0
    signals = read_signals(replace(evidence, readings=None), hits, embed)
    chance = _trees().probability(signals.values())
    if evidence.readings is None:
        return chance
    odds = math.log(chance / (1 - chance))
    highest = float(np.nanmax(evidence.readings))
    return 1 / (1 + math.exp(-(INTERCEPT + TREES * odds + READING * highest)))


@cache
def _trees() -> Boosted:
    trees = read_boosted(Path(__file__).with_name("answerable.json"))
    if trees.signals != tuple(Signals.__dataclass_fields__):
        raise AssertionError("answerable.json is not of these signals; calibrate again")
    return trees
