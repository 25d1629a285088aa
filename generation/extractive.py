"""Picks the sentences of the sources that best answer a question; it writes nothing itself.

It knows the evidence alone: no language model, no retrieval.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from generation.asked import asked_for, holds, topic
from generation.unseen import without_unseen
from generation.words import content
from quoth.datatypes import Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generation.evidence import Evidence
    from quoth.datatypes import Quote

# Log-odds that a sentence holds the answer: a logistic regression over the sentences of what the
# product packed for questions of English XQuAD (1,190), chunking_evaluation (276) and CLAPnq (137), by
# benchmarks/calibrate_refusal.py. Fitted again on a later search, SCORE came out a third higher and two
# sentences held no more: what weighs the search's score less outlives changes of the search. Fitted apart,
# NUMBER_MISSING came out at -2.3 (docs/decisions/0030).
INTERCEPT = -13.24
COSINE = 3.00
COVERAGE = 3.32
KIND_MISSING = -0.70  # a person, a place, a time
NUMBER_MISSING = -2.00
SCORE = 9.84
LEANS_BACK = 0.31
# Not fitted, for the collections have no tables: a row is of what its label says (docs/decisions/0032).
OTHER_LABEL = -1.0

# What the log-odds of a close reading count beside these. A regression over both gives .4; that wins
# .006 for XQuAD's first two sentences and loses .02 of CLAPnq's, .1 wins .004 and .02 elsewhere, and
# loses nothing (docs/decisions/0033).
READING = 0.2

_LEANS_BACK = re.compile(
    r"(?:he|she|it|they|this|that|these|those|his|her|its|their|such)\b", re.IGNORECASE
)
_OF_ALL = content("total overall worldwide consolidated company thousands millions billions")
LEAST_SHARE = 0.1  # of the best sentence's probability; costs .005, saves a quarter of the text


def extract(evidence: Evidence, *, max_sentences: int = 2) -> tuple[Sentence, ...]:
    """The sentences that best answer the question, in reading order, each its own quote.

    The texts are those of the sources without unseen characters, single spaces between words. A
    row of a table is given with the names of its columns, and quoted with its header; a sentence
    that opens with "it" or "they" is quoted with the one before. `support` is the
    probability that the sentence holds the answer; one far less likely than the best is left
    out. Empty when no sentence of the context states anything.
    """
    order = ranked(evidence)[:max_sentences]
    if not order:
        return ()
    chances = 1 / (1 + np.exp(-scored(evidence)[1]))
    best = sorted(index for index in order if chances[index] >= LEAST_SHARE * chances[order[0]])
    return tuple(
        Sentence(
            text=" " * (position > 0)
            + " ".join(without_unseen(evidence.sentences[index].text).split()),
            quotes=quotes_of(evidence, index),
            support=float(chances[index]),
            verdict="supported",
        )
        for position, index in enumerate(best)
    )


def quotes_of(evidence: Evidence, index: int) -> tuple[Quote, ...]:
    """The sentence's own quotes; where it leans on the sentence before, that one too."""
    sentence = evidence.sentences[index]
    before = evidence.sentences[index - 1] if index else sentence
    follows = index > 0 and before.passage == sentence.passage and _leans_back(sentence.text)
    return (*sentence.quotes, before.quote) if follows else sentence.quotes


def ranked(evidence: Evidence) -> list[int]:
    """The indices of the sentences that state something, the likeliest to answer first."""
    stating = states(evidence)
    odds = np.where(stating, scored(evidence)[1], -np.inf)
    order: list[int] = np.argsort(-odds, kind="stable")[: int(stating.sum())].tolist()
    return order


def states(evidence: Evidence) -> NDArray[np.bool_]:
    """Which sentences state something: bool (n,). A title, a question or a lead-in answers nothing."""
    return np.array([not _states_nothing(s.text) for s in evidence.sentences], dtype=bool)


def _states_nothing(text: str) -> bool:
    shouted = text.isupper() and text[-1].isalpha()
    return text.startswith("#") or text.endswith(("?", ":", "：")) or shouted


@lru_cache(maxsize=4)
def scored(evidence: Evidence) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The `features` of each sentence and its log-odds of answering, (n, 7) and (n,), read-only.

    Kept for the evidences asked for last: refusing, narrowing, judging and quoting all ask.
    """
    found = features(evidence)
    odds = log_odds(found)
    if evidence.readings is not None:
        odds = with_readings(odds, evidence.readings)
    found.setflags(write=False)
    odds.setflags(write=False)
    return found, odds


def log_odds(found: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds that each sentence answers the question, by its `features`: float64 (n,)."""
    weights = np.array(
        [COSINE, COVERAGE, KIND_MISSING, NUMBER_MISSING, SCORE, LEANS_BACK, OTHER_LABEL]
    )
    odds: NDArray[np.float64] = INTERCEPT + found @ weights
    return odds


def with_readings(odds: NDArray[np.float64], readings: NDArray[np.float64]) -> NDArray[np.float64]:
    """The log-odds (n,) of sentences of which some were read; the rest count as the worst of these."""
    known = np.where(np.isnan(readings), np.nanmin(readings), readings)
    joined: NDArray[np.float64] = odds + READING * known
    return joined


def features(evidence: Evidence) -> NDArray[np.float64]:
    """What is known of each sentence: float64 (n, 7).

    Cosine, coverage, whether it lacks the person, place or time asked for, whether it lacks the
    number asked for, score of its hit, whether it opens with a pronoun, and of a row, where a
    number is asked for, the share of its label's words that the question lacks.
    """
    question, kind = evidence.question, asked_for(evidence.question)
    texts = [sentence.text for sentence in evidence.sentences]
    missing = np.array([not holds(kind, text, question) for text in texts], dtype=float)
    columns = [
        evidence.vectors @ evidence.question_vector,
        coverage(question, [content(text) for text in texts]),
        missing * (kind != "number"),
        missing * (kind == "number"),
        evidence.scores,
        np.array([_leans_back(text) for text in texts], dtype=float),
        np.array([_strange(one.label, question) for one in evidence.sentences])
        * (kind == "number"),
    ]
    return np.column_stack(columns).astype(float)


def _leans_back(text: str) -> bool:
    """Whether a sentence opens with a word for something named before it."""
    return _LEANS_BACK.match(text) is not None


def _strange(label: str, question: str) -> float:
    """The share in [0, 1] of a label's words of content that a question lacks; a total is of all."""
    said = content(label) - _OF_ALL
    return len(said - content(question)) / len(said) if said else 0.0


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
