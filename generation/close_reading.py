"""Has the sentences that likeliest answer a question read together with it.

It knows the evidence and a function that reads; not which model that is, nor what its word is worth.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from generation import extractive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generation.evidence import Evidence

READ = 6  # sentences; each costs what embedding it costs
LONGEST = 500  # characters of a sentence
HEADINGS, BEFORE, AFTER = 80, 200, 120  # characters of what stands around it


class Read(Protocol):
    """What `retrieval.CloseReader` is."""

    def __call__(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """The log-odds that each sentence, given with what stands around it, answers: (n,)."""
        ...


def read_closely(evidence: Evidence, read: Read | None) -> Evidence:
    """The evidence with the readings of the sentences that answer likeliest by all else."""
    if read is None or not evidence.sentences:
        return evidence
    chosen = likeliest(evidence)
    if not chosen:
        return evidence
    readings = np.full(len(evidence.sentences), np.nan)
    readings[chosen] = read(evidence.question, [with_around(evidence, i) for i in chosen])
    return replace(evidence, readings=readings)


def carried(evidence: Evidence, before: Evidence) -> Evidence:
    """The evidence of what is left of a context, with the readings that the whole one had."""
    if before.readings is None:
        return evidence
    known = {
        (s.quote.document_id, s.quote.start, s.quote.end): reading
        for s, reading in zip(before.sentences, before.readings, strict=True)
    }
    readings = [
        known.get((s.quote.document_id, s.quote.start, s.quote.end), np.nan)
        for s in evidence.sentences
    ]
    return replace(evidence, readings=None if np.isnan(readings).all() else np.array(readings))


def likeliest(evidence: Evidence) -> list[int]:
    """The indices of the sentences to be read, the likeliest first; of those that state something."""
    return extractive.ranked(evidence)[:READ]


def with_around(evidence: Evidence, index: int) -> tuple[str, str]:
    """A sentence, and the end of its headings and of the sentence before, the start of the next."""
    sentences = evidence.sentences
    passage = sentences[index].passage
    before = sentences[index - 1] if index else None
    after = sentences[index + 1] if index + 1 < len(sentences) else None
    told = [
        each.text if each is not None and each.passage == passage else ""
        for each in (before, after)
    ]
    return given(sentences[index].text, evidence.headings(index), *told)


def given(sentence: str, headings: str, before: str, after: str) -> tuple[str, str]:
    """What a reader is given of a sentence and of what stands around it, cut to length."""
    around = f"{headings[-HEADINGS:]}. {before[-BEFORE:]} {after[:AFTER]}"
    return sentence[:LONGEST], around
