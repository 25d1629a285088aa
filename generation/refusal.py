"""Estimates, before anything is written, whether the passages hold the answer at all.

It knows the question, the hits and the evidence; the language model is not asked.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from generation.boosting import Boosted, read_boosted
from generation.signals import BY_READING, WITHOUT_READING, read_signals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.evidence import Embed, Evidence
    from quoth.datatypes import Hit

REFUSAL = "The documents in this library do not answer that."

# The least probability at which Quoth speaks; what each refuses is in docs/decisions/0019.
THRESHOLDS: Mapping[str, float] = {"silent": 0.65, "balanced": 0.37, "talkative": 0.2, "never": 0.0}


def answerability(evidence: Evidence, hits: Sequence[Hit], embed: Embed) -> float:
    """The probability in [0, 1] that the passages answer the question; 0 without any sentence.

    For a question that is as likely answerable as not. Boosted trees over `Signals`, trained by
    benchmarks/calibrate_refusal.py on questions of three collections; those for evidence that was
    read closely know the readings too.
    """
    if not evidence.sentences or not hits:
        return 0.0
    signals = read_signals(evidence, hits, embed)
    trees = _trees(was_read=evidence.readings is not None)
    return trees.probability(signals.values(trees.signals))


@cache
def _trees(*, was_read: bool) -> Boosted:
    name = "answerable_by_reading.json" if was_read else "answerable.json"
    trees = read_boosted(Path(__file__).with_name(name))
    if trees.signals != (BY_READING if was_read else WITHOUT_READING):
        raise AssertionError(f"{name} is not of these signals; calibrate again")
    return trees
