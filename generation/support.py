"""Finds the quote that each sentence of an answer stands on, and says when there is none.

It knows the answer's text and the evidence; not who wrote the answer.
"""

from __future__ import annotations

import itertools
import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generation.claims import is_talk, marked, split, without_marks
from generation.evidence import Embed, Evidence, joined
from generation.facts import Lexicon, read_lexicon
from generation.grounding import Ground, objection
from generation.words import content
from quoth.datatypes import Quote, Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# Log-odds that a span carries a claim: a logistic regression by benchmarks/calibrate_support.py on
# the 300 sentences of CLAPnq's human answers, with their passage in the library and without
# (.98 right, cross-validated). With the facts checked, .95 of true claims are supported; the rules
# on facts were mended on these same claims.
INTERCEPT = -6.22
COSINE = 2.85
OVERLAP = 7.61

SUPPORTED = 0.5
CONTRADICTED = 0.25  # the most support of a claim whose quote lacks one of its facts
SHORT_CLAIM = 4  # content words; a shorter claim is read together with its question
SENTENCE_COST = 1.0  # log-odds by which two sentences must beat one
MARK_BONUS = 0.5  # log-odds for a span of a passage that the model cited
WIDENED = 3  # spans that are tried together with another sentence when none is near enough
NOWHERE = "the sources do not say this"


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Sentences, alone and together: their indices, quotes, texts, vectors (n, d), words."""

    rows: tuple[tuple[int, ...], ...]
    quotes: tuple[tuple[Quote, ...], ...]
    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    contents: tuple[frozenset[str], ...]


def check(answer: str, evidence: Evidence, embed: Embed) -> tuple[Sentence, ...]:
    """The sentences of an answer, each with its quotes and a verdict; joined, they are `answer`.

    A claim is supported when one span of the sources is near it in meaning and in words, holds its
    numbers, units, names and negation, and none of them stands there in another's place. A span
    is a sentence or two neighbours, and where these are not enough, with one more of the passage. A
    name or number may also stand in the headings above or elsewhere in the passage, where it fits;
    that is then quoted too. `support` in [0, 1] is calibrated; `reason` says what is wrong.
    """
    parts = split(answer)
    claims = [part for part in parts if not is_talk(part)]
    if not claims:
        return tuple(Sentence(part, (), 0.0, "not a claim") for part in parts)
    spans = read_spans(evidence)
    texts = [_completed(without_marks(claim).strip(), evidence.question) for claim in claims]
    vectors = embed(texts)
    odds = log_odds(features(texts, vectors, spans, evidence), spans)
    odds += _mark_bonus(claims, spans, evidence)
    lexicon = read_lexicon([evidence.question, *(s.text for s in evidence.sentences)])
    checked: Iterator[Sentence] = (
        _judge(
            claim,
            _nearest(text, vector, row, spans, evidence),
            max(row, default=-math.inf),
            evidence,
            lexicon,
        )
        for claim, text, vector, row in zip(claims, texts, vectors, odds, strict=True)
    )
    return tuple(
        Sentence(part, (), 0.0, "not a claim") if is_talk(part) else next(checked) for part in parts
    )


def read_spans(evidence: Evidence) -> Spans:
    """Every sentence of the evidence, then every two that follow each other in a passage.

    A row of a table stands alone: in two rows together a figure fits either label.
    """
    sentences, n = evidence.sentences, len(evidence.sentences)
    neighbours = [
        (i, i + 1)
        for i in range(n - 1)
        if sentences[i].passage == sentences[i + 1].passage
        and not (sentences[i].is_row or sentences[i + 1].is_row)
    ]
    return _spans([*((i,) for i in range(n)), *neighbours], evidence)


def _wider(spans: Spans, chosen: Sequence[int], evidence: Evidence) -> Spans:
    """Each chosen span with each other sentence of its passage; rows of tables stay alone."""
    sentences = evidence.sentences
    rows = {
        tuple(sorted((*spans.rows[index], i)))
        for index in chosen
        for i, sentence in enumerate(sentences)
        if i not in spans.rows[index]
        and sentence.passage == sentences[spans.rows[index][0]].passage
        and not (sentence.is_row or sentences[spans.rows[index][0]].is_row)
    }
    return _spans(sorted(rows), evidence)


def _spans(rows: Sequence[tuple[int, ...]], evidence: Evidence) -> Spans:
    width = evidence.vectors.shape[1]
    sums = [evidence.vectors[list(row)].sum(axis=0) for row in rows]
    vectors = np.array(sums, dtype=np.float32).reshape(len(rows), width)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    texts = ["\n".join(evidence.sentences[i].text for i in row) for row in rows]
    quotes = tuple(_joined(row, evidence) for row in rows)
    return Spans(tuple(rows), quotes, tuple(texts), vectors, tuple(map(content, texts)))


def _joined(row: Sequence[int], evidence: Evidence) -> tuple[Quote, ...]:
    """The quotes of sentences; of those that follow each other, one."""
    first = evidence.sentences[row[0]]
    passage = evidence.context.passages[first.passage]
    quotes = list(first.quotes)
    for before, index in itertools.pairwise(row):
        quote = evidence.sentences[index].quote
        if index == before + 1:
            quotes[-1] = joined(quotes[-1], quote, passage)
        else:
            quotes.append(quote)
    return tuple(quotes)


def log_odds(found: NDArray[np.float64], spans: Spans) -> NDArray[np.float64]:
    """The log-odds that each span carries each claim, by `features`: float64 (claims, spans)."""
    added = np.array([len(row) - 1 for row in spans.rows], dtype=float)
    odds: NDArray[np.float64] = INTERCEPT + found @ np.array([COSINE, OVERLAP])
    return odds - SENTENCE_COST * added


def features(
    claims: Sequence[str], vectors: NDArray[np.float32], spans: Spans, evidence: Evidence
) -> NDArray[np.float64]:
    """Cosine and share of the claim's words found, of each claim and span: (claims, spans, 2).

    Words weigh by their inverse document frequency over the source sentences; those of the
    headings above a span count as found.
    """
    n = len(evidence.sentences)
    count = Counter(word for sentence in evidence.sentences for word in content(sentence.text))
    headings = [content(evidence.headings(row[0])) for row in spans.rows]
    said = [a | b for a, b in zip(spans.contents, headings, strict=True)]
    overlap = np.zeros((len(claims), len(said)))
    for row, claim in enumerate(claims):
        words = content(claim)
        weight = {w: float(np.log1p((n - count[w] + 0.5) / (count[w] + 0.5))) for w in words}
        total = sum(weight.values()) or 1.0
        overlap[row] = [sum(weight[w] for w in words & found) / total for found in said]
    return np.stack([vectors @ spans.vectors.T, overlap], axis=-1)


def _completed(claim: str, question: str) -> str:
    """The claim; when it is a fragment ("In 1990."), after its question."""
    return claim if len(content(claim)) >= SHORT_CLAIM else f"{question} {claim}".strip()


def _mark_bonus(claims: Sequence[str], spans: Spans, evidence: Evidence) -> NDArray[np.float64]:
    passages = evidence.context.passages
    numbers = [passages[evidence.sentences[first].passage].number for first, *_ in spans.rows]
    return np.array(
        [[MARK_BONUS * (number in cited) for number in numbers] for cited in map(marked, claims)]
    )


def _nearest(
    text: str,
    vector: NDArray[np.float32],
    odds: NDArray[np.float64],
    spans: Spans,
    evidence: Evidence,
) -> Ground | None:
    """The span that likeliest carries a claim; where none does, a span with one sentence more."""
    order = np.argsort(-odds, kind="stable")
    if not order.size or odds[order[0]] >= 0:
        return _ground(int(order[0]), odds, spans) if order.size else None
    spans = _wider(spans, order[:WIDENED].tolist(), evidence)
    if not spans.rows:
        return None
    odds = log_odds(features([text], vector[None], spans, evidence), spans)[0]
    best = int(np.argmax(odds))
    return _ground(best, odds, spans) if odds[best] >= 0 else None


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
