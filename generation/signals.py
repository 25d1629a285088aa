"""What tells, before anything is written, whether passages answer a question: one number a signal.

It knows the question, the hits and the evidence; what the numbers are worth is decided elsewhere.
"""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

import numpy as np

from generation import extractive
from generation.asked import topic
from generation.words import content, is_content, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generation.evidence import Embed, Evidence
    from quoth.datatypes import Hit

AROUND = 6  # sentences on each side of the best one that count as its surroundings
MOST_WORDS = 250
ALONE = 5.0  # margin of the best sentence when there is no other passage
MANY_NEW = 10
AGREED = 2  # both retrievers rank the best hit this high or higher


@dataclass(frozen=True, slots=True)
class Signals:
    """The signals of one question. "Best" is the sentence that most likely holds the answer."""

    mean_cosine: float  # of the question and the mean of the sentences around the best one
    odds: float  # log-odds that the best sentence answers
    nearness: float  # mean over the question's words of the nearest word beside the best sentence
    similarity: float  # highest of a hit
    window_cosine: float  # of the question and the best sentence with its neighbours
    score_gap: float  # from the best hit's fused score to the next one's, as a share of it
    agreement: float  # 1 when both retrievers put the best hit at the top
    second_similarity: float
    least_nearness: float  # of the question's word that is farthest from any word around
    margin: float  # of the best sentence's log-odds over those of another passage
    standing_out: float  # of the highest cosine, in standard deviations over all sentences
    cosine: float  # of the best sentence
    coverage: float  # of the question's words in the best sentence
    new_words: float  # what the best sentence says beyond the question

    def values(self) -> tuple[float, ...]:
        """The numbers, in the order above."""
        return astuple(self)


def read_signals(evidence: Evidence, hits: Sequence[Hit], embed: Embed) -> Signals:
    """The signals; there must be a sentence and a hit. `embed` is asked once."""
    found, odds = extractive.scored(evidence)
    stating = extractive.states(evidence)
    if stating.any():  # what states nothing answers nothing, however near to the question
        odds = np.where(stating, odds, odds.min() - ALONE)
    best = int(np.argmax(odds))
    around, beside = _around(evidence, best, AROUND), _around(evidence, best, 1)
    window = " ".join(evidence.sentences[i].text for i in beside)
    near, nearest, window_vector = _meaning(evidence, around, beside, window, embed)
    similarities = sorted((hit.similarity for hit in hits), reverse=True)
    mean = evidence.vectors[around].mean(axis=0)
    cosines = found[:, 0]
    said = content(evidence.sentences[best].text) - content(topic(evidence.question))
    return Signals(
        mean_cosine=float(mean @ evidence.question_vector / max(np.linalg.norm(mean), 1e-9)),
        odds=float(odds[best]),
        nearness=float(nearest.mean()) if nearest.size else 0.0,
        similarity=similarities[0],
        window_cosine=float(window_vector @ evidence.question_vector),
        score_gap=_gap(hits),
        agreement=float(_agree(hits[0])),
        second_similarity=similarities[1] if len(hits) > 1 else 0.0,
        least_nearness=float(near.min()) if near.size else 0.0,
        margin=_margin(evidence, odds, best),
        standing_out=float((cosines.max() - cosines.mean()) / (cosines.std() + 1e-6)),
        cosine=float(cosines[best]),
        coverage=float(found[best, 1]),
        new_words=min(1.0, len(said) / MANY_NEW),
    )


def _around(evidence: Evidence, best: int, reach: int) -> list[int]:
    """The sentences of the same passage at most `reach` away."""
    passage = evidence.sentences[best].passage
    near = range(max(0, best - reach), min(len(evidence.sentences), best + reach + 1))
    return [i for i in near if evidence.sentences[i].passage == passage]


def _agree(hit: Hit) -> bool:
    ranks = {finding.retriever: finding.rank for finding in hit.found_by}
    return len(ranks) > 1 and all(rank <= AGREED for rank in ranks.values())


def _gap(hits: Sequence[Hit]) -> float:
    first, *rest = sorted((hit.score for hit in hits), reverse=True)
    return 1.0 - rest[0] / max(first, 1e-9) if rest else 1.0


def _margin(evidence: Evidence, odds: NDArray[np.float64], best: int) -> float:
    passage = evidence.sentences[best].passage
    others = [odds[i] for i, s in enumerate(evidence.sentences) if s.passage != passage]
    return float(odds[best] - max(others)) if others else ALONE


def _meaning(
    evidence: Evidence, around: Sequence[int], beside: Sequence[int], window: str, embed: Embed
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """For each word of the question the highest cosine to a word around and to one beside the best.

    And the vector of the window's text.
    """
    headings = evidence.headings(around[0])
    asked = _content_words(evidence.question)
    told = [
        _content_words(" ".join([headings, *(evidence.sentences[i].text for i in rows)]))
        for rows in (around, beside)
    ]
    vectors = embed([window, *asked, *told[0], *told[1]])
    questions, rest = vectors[1 : 1 + len(asked)], vectors[1 + len(asked) :]
    parts = rest[: len(told[0])], rest[len(told[0]) :]
    none = np.zeros(0, dtype=np.float32)
    near, nearest = (
        (questions @ part.T).max(axis=1) if asked and len(part) else none for part in parts
    )
    return near, nearest, vectors[0]


def _content_words(text: str) -> list[str]:
    return list(dict.fromkeys(w.folded for w in words(text) if is_content(w)))[:MOST_WORDS]
