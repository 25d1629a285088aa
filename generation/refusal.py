"""Estimates, before anything is written, whether the passages hold the answer at all.

It knows the question, the hits and the evidence; the language model is not asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from generation import extractive
from generation.evidence import Embed, Evidence
from generation.words import is_content, words
from quoth.datatypes import Hit

REFUSAL = "The documents in this library do not answer that."

# Fitted by benchmarks/calibrate_refusal.py; its docstring says on what, and with what result.
INTERCEPT = 0.0
WEIGHTS = (0.0, 0.0, 0.0, 0.0, 0.0)

# The least probability at which Quoth speaks.
THRESHOLDS: Mapping[str, float] = {"silent": 0.6, "balanced": 0.4, "talkative": 0.2, "never": 0.0}

MOST_WORDS = 400


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
    passage = evidence.sentences[best].passage
    rows = [i for i, sentence in enumerate(evidence.sentences) if sentence.passage == passage]
    mean = evidence.vectors[rows].mean(axis=0)
    return (
        max(hit.similarity for hit in hits),
        float(found[best, 0]),
        float(found[best, 1]),
        _nearness_of_words(evidence, best, embed),
        float(mean @ evidence.question_vector / max(float(np.linalg.norm(mean)), 1e-9)),
    )


def _nearness_of_words(evidence: Evidence, best: int, embed: Embed) -> float:
    """The mean over the question's words of the highest cosine to a word of the passage."""
    passage = evidence.context.passages[evidence.sentences[best].passage]
    asked = _content_words(evidence.question)
    told = _content_words(f"{' '.join(passage.headings)} {passage.text}")
    if not asked or not told:
        return 0.0
    vectors = embed([*asked, *told])
    return float((vectors[: len(asked)] @ vectors[len(asked) :].T).max(axis=1).mean())


def _content_words(text: str) -> list[str]:
    return list(dict.fromkeys(w.folded for w in words(text) if is_content(w)))[:MOST_WORDS]
