"""Picks the sentences of the sources that best answer a question; it writes nothing itself.

It knows the evidence alone: no language model, no retrieval.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from generation.asked import asked_for, holds, topic
from generation.words import content
from quoth.datatypes import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generation.evidence import Evidence

# Log-odds that a sentence holds the answer: a logistic regression over the sentences of the five
# best passages for the 1,190 English XQuAD questions, by benchmarks/calibrate_refusal.py. Cross-
# validated, the gold answer is in the first sentence for .80 of them, in the first two for .915.
INTERCEPT = -10.04
COSINE = 4.36
COVERAGE = 5.39
KIND_MISSING = -1.44
RECIPROCAL_RANK = 4.68

LEAST_SHARE = 0.1  # of the best sentence's probability; costs .005, saves a quarter of the text


def extract(evidence: Evidence, *, max_sentences: int = 2) -> tuple[Sentence, ...]:
    """The sentences that best answer the question, in reading order, each its own quote.

    The texts are those of the sources with single spaces between them; a row of a table is given
    with the names of its columns, and quoted with its header. `support` is the
    probability that the sentence holds the answer; one far less likely than the best is left
    out. Empty when no sentence of the context states anything.
    """
    texts = [sentence.text for sentence in evidence.sentences]
    states = np.array([not _states_nothing(text) for text in texts], dtype=bool)
    if not states.any():
        return ()
    odds = np.where(states, log_odds(evidence), -np.inf)
    chances = 1 / (1 + np.exp(-odds))
    order = np.argsort(-odds, kind="stable")[: min(max_sentences, int(states.sum()))].tolist()
    best = sorted(index for index in order if chances[index] >= LEAST_SHARE * chances[order[0]])
    return tuple(
        Sentence(
            text=" " * (position > 0) + " ".join(evidence.sentences[index].text.split()),
            quotes=evidence.sentences[index].quotes,
            support=float(chances[index]),
            verdict="supported",
        )
        for position, index in enumerate(best)
    )


def _states_nothing(text: str) -> bool:
    """Whether it is a title, a question or the lead-in to a list: near to what was asked, no answer."""
    shouted = text.isupper() and text[-1].isalpha()
    return text.startswith("#") or text.endswith(("?", ":", "：")) or shouted


def log_odds(evidence: Evidence) -> NDArray[np.float64]:
    """For each sentence the log-odds that it answers the question: float64 (n,)."""
    weights = np.array([COSINE, COVERAGE, KIND_MISSING, RECIPROCAL_RANK])
    odds: NDArray[np.float64] = INTERCEPT + features(evidence) @ weights
    return odds


def features(evidence: Evidence) -> NDArray[np.float64]:
    """What is known of each sentence: cosine, coverage, kind missing, 1 / rank: float64 (n, 4)."""
    question, kind = evidence.question, asked_for(evidence.question)
    texts = [sentence.text for sentence in evidence.sentences]
    passages = evidence.context.passages
    ranks = [passages[sentence.passage].rank for sentence in evidence.sentences]
    columns = [
        evidence.vectors @ evidence.question_vector,
        coverage(question, [content(text) for text in texts]),
        np.array([not holds(kind, text, question) for text in texts], dtype=float),
        1.0 / np.array(ranks, dtype=float),
    ]
    return np.column_stack(columns).astype(float)


def coverage(question: str, contents: Sequence[frozenset[str]]) -> NDArray[np.float64]:
    """The share of the question's words in each text, rare ones weighing more: float64 (n,).

    Words are weighted by their inverse document frequency over the texts given, so that one in
    none of them weighs most. 0 for a question without content words.
    """
    asked = content(topic(question))
    count = Counter(word for found in contents for word in found & asked)
    n = len(contents)
    weight = {w: float(np.log1p((n - count[w] + 0.5) / (count[w] + 0.5))) for w in asked}
    total = sum(weight.values()) or 1.0
    return np.array([sum(weight[w] for w in found & asked) / total for found in contents])
