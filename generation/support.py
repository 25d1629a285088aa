"""Finds the quote that each sentence of an answer stands on, and says when there is none.

It knows the answer's text and the evidence; not who wrote the answer.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from generation.claims import is_talk, marked, split, without_marks
from generation.grounding import Ground, objection
from generation.naming import Lexicon, read_lexicon
from generation.spans import features, log_odds, read_spans, wider
from generation.words import content, words
from quoth.datatypes import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from generation.evidence import Embed, Evidence
    from generation.spans import Spans

SUPPORTED = 0.5
CONTRADICTED = 0.25  # the most support of a claim whose quote lacks one of its facts
SHORT_CLAIM = 4  # content words; a shorter claim is read together with its question
SHORTEST_SENTENCE = 3  # words of a sentence that may be copied without a look at what it says
SHORTEST_PART = 6  # the same of a part of one, which may stand there about something else
MARK_BONUS = 0.5  # log-odds for a span of a passage that the model cited
NEAR = 1.4  # log-odds of a span that needs no other sentence beside it
DOUBT = 1.4  # log-odds that a fragment must be nearer, or what a weak model wrote
WIDENED = 3  # spans that are tried together with another sentence when none is that near
NOWHERE = "the sources do not say this"


def check(
    answer: str, evidence: Evidence, embed: Embed, *, doubted: bool = False
) -> tuple[Sentence, ...]:
    """The sentences of an answer, each with its quotes and a verdict; joined, they are `answer`.

    A claim is supported when one span of the sources is near it in meaning and in words, holds its
    numbers, units, names and negation, and none of them stands there in another's place. A span
    is a sentence or two neighbours, and where these are not enough, with one more of the passage. A
    name or number may also stand in the headings above or elsewhere in the passage, where it fits;
    that is then quoted too. What is `doubted` must be nearer: a weak model joins the words of its
    sources to what they do not say; and so must fragments, since they borrow their question's words.
    `support` in [0, 1] is calibrated; `reason` says what is wrong.
    """
    parts = split(answer)
    claims = [part for part in parts if not is_talk(part)]
    if not claims:
        return tuple(Sentence(part, (), 0.0, "not a claim") for part in parts)
    spans = read_spans(evidence)
    plain = [without_marks(claim).strip() for claim in claims]
    texts = [_completed(claim, evidence.question) for claim in plain]
    vectors = embed(texts)
    odds = log_odds(features(texts, vectors, spans, evidence), spans)
    costs = [DOUBT * (doubted or text != claim) for text, claim in zip(texts, plain, strict=True)]
    odds += _mark_bonus(claims, spans, evidence) - np.array(costs)[:, None]
    lexicon = read_lexicon([evidence.question, *(s.text for s in evidence.sentences)])
    checked: Iterator[Sentence] = (
        _judge(
            claim,
            _copied(claim, evidence) or _nearest(text, vector, row, cost, spans, evidence),
            max(row, default=-math.inf),
            evidence,
            lexicon,
        )
        for claim, text, vector, row, cost in zip(claims, texts, vectors, odds, costs, strict=True)
    )
    return tuple(
        Sentence(part, (), 0.0, "not a claim") if is_talk(part) else next(checked) for part in parts
    )


def _completed(claim: str, question: str) -> str:
    """The claim; when it is a fragment ("In 1990."), after its question."""
    return claim if len(content(claim)) >= SHORT_CLAIM else f"{question} {claim}".strip()


def _mark_bonus(claims: Sequence[str], spans: Spans, evidence: Evidence) -> NDArray[np.float64]:
    passages = evidence.context.passages
    numbers = [passages[evidence.sentences[first].passage].number for first, *_ in spans.rows]
    return np.array(
        [[MARK_BONUS * (number in cited) for number in numbers] for cited in map(marked, claims)]
    )


def _copied(claim: str, evidence: Evidence) -> Ground | None:
    """The sentence of the sources that the claim is word for word, or a long part of."""
    said = _spelled(claim)
    n_words = said.count(" ") - 1
    if n_words < SHORTEST_SENTENCE:
        return None
    for row, sentence in enumerate(evidence.sentences):
        told = _spelled(sentence.text)
        if said == told or (n_words >= SHORTEST_PART and said in told):
            return Ground((row,), sentence.text, sentence.quotes, 1.0)
    return None


@lru_cache(maxsize=8192)
def _spelled(text: str) -> str:
    """The words of a text, each between spaces."""
    return f" {' '.join(word.folded for word in words(text))} "


def _nearest(
    text: str,
    vector: NDArray[np.float32],
    odds: NDArray[np.float64],
    cost: float,
    spans: Spans,
    evidence: Evidence,
) -> Ground | None:
    """The span that likeliest carries a claim, with one sentence more where that is nearer.

    None where neither is more likely to carry it than not.
    """
    order = np.argsort(-odds, kind="stable")
    if not order.size:
        return None
    near = _ground(int(order[0]), odds, spans)
    if odds[order[0]] >= NEAR:
        return near
    more = wider(spans, order[:WIDENED].tolist(), evidence)
    if more.rows:
        wide = log_odds(features([text], vector[None], more, evidence), more)[0] - cost
        best = int(np.argmax(wide))
        if wide[best] >= max(odds[order[0]], 0):
            return _ground(best, wide, more)
    return near if odds[order[0]] >= 0 else None


def _ground(index: int, odds: NDArray[np.float64], spans: Spans) -> Ground:
    support = float(1 / (1 + np.exp(-odds[index])))
    return Ground(spans.rows[index], spans.texts[index], spans.quotes[index], support)


def _judge(
    claim: str, ground: Ground | None, odds: float, evidence: Evidence, lexicon: Lexicon
) -> Sentence:
    """The claim on the one span nearest to it.

    The next ones are not asked: of a changed fact or a "not" one of them often happens not to speak.
    """
    if ground is None:
        support = min(1 / (1 + math.exp(-odds)), SUPPORTED)
        return Sentence(claim, (), support, "unsupported", NOWHERE)
    plain = without_marks(claim).strip()
    reason, quotes = objection(plain, ground, evidence, lexicon)
    if not reason:
        return Sentence(claim, quotes, ground.support, "supported")
    support = min(ground.support, CONTRADICTED)
    return Sentence(claim, ground.quotes, support, "unsupported", reason)
