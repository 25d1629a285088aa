"""Estimates, before anything is written, whether the passages hold the answer at all.

It knows the question, the hits and the evidence; the language model is not asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generation import extractive
from generation.words import is_content, words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generation.evidence import Embed, Evidence
    from quoth.datatypes import Hit

REFUSAL = "The documents in this library do not answer that."

# A logistic regression by benchmarks/calibrate_refusal.py on CLAPnq (137 answerable questions and
# 157 not) and English XQuAD (1,190 with and without their paragraph), the sets weighing alike.
# Cross-validated area under the curve: CLAPnq .895, XQuAD .950. The five signals were chosen among
# about forty on the same questions, so other documents may do a little worse.
INTERCEPT = -11.49
WEIGHTS = (3.05, 4.56, 2.00, 6.50, 2.84)

# The least probability at which Quoth speaks. Wrongly and rightly refused, cross-validated:
# silent    CLAPnq .24 / .90, XQuAD .21 / .94        balanced  CLAPnq .14 / .77, XQuAD .13 / .88
# talkative CLAPnq .07 / .57, XQuAD .05 / .72
THRESHOLDS: Mapping[str, float] = {"silent": 0.65, "balanced": 0.45, "talkative": 0.2, "never": 0.0}

AROUND = 6
MOST_WORDS = 250


def answerability(evidence: Evidence, hits: Sequence[Hit], embed: Embed) -> float:
    """The probability in [0, 1] that the passages answer the question; 0 without any sentence.

    A logistic regression on `signals`, for a question that is as likely answerable as not.
    """
    if not evidence.sentences or not hits:
        return 0.0
    odds = INTERCEPT + float(np.dot(WEIGHTS, signals(evidence, hits, embed)))
    return float(1 / (1 + np.exp(-odds)))


def signals(
    evidence: Evidence, hits: Sequence[Hit], embed: Embed
) -> tuple[float, float, float, float, float]:
    """Five numbers in [-1, 1] that each grow with the chance of an answer.

    The highest similarity of a hit; of the sentence that answers best the cosine to the question
    and the share of its words covered; of that sentence's passage, how near its words come to
    each word of the question in meaning, and the cosine of its mean sentence.
    """
    found = extractive.features(evidence)
    best = int(np.argmax(extractive.log_odds(evidence)))
    rows = _around(evidence, best)
    mean = evidence.vectors[rows].mean(axis=0)
    return (
        max(hit.similarity for hit in hits),
        float(found[best, 0]),
        float(found[best, 1]),
        _nearness_of_words(evidence, rows, embed),
        float(mean @ evidence.question_vector / max(float(np.linalg.norm(mean)), 1e-9)),
    )


def _around(evidence: Evidence, best: int) -> list[int]:
    """The sentences of the same passage near one: about a chunk, however long the passage is."""
    passage = evidence.sentences[best].passage
    near = range(max(0, best - AROUND), min(len(evidence.sentences), best + AROUND + 1))
    return [i for i in near if evidence.sentences[i].passage == passage]


def _nearness_of_words(evidence: Evidence, rows: Sequence[int], embed: Embed) -> float:
    """The mean over the question's words of the highest cosine to a word of the sentences."""
    texts = [evidence.sentences[i].text for i in rows]
    asked = _content_words(evidence.question)
    told = _content_words(" ".join([evidence.headings(rows[0]), *texts]))
    if not asked or not told:
        return 0.0
    vectors = embed([*asked, *told])
    return float((vectors[: len(asked)] @ vectors[len(asked) :].T).max(axis=1).mean())


def _content_words(text: str) -> list[str]:
    return list(dict.fromkeys(w.folded for w in words(text) if is_content(w)))[:MOST_WORDS]
