"""Finds the quote that each sentence of an answer stands on, and says when there is none.

It knows the answer's text and the evidence; not who wrote the answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generation.claims import is_talk, marked, split, without_marks
from generation.evidence import Embed, Evidence, joined
from generation.facts import Lexicon, missing_fact, missing_name, read_lexicon
from generation.words import content
from quoth.datatypes import Quote, Sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

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
PAIR_COST = 1.0  # log-odds by which two sentences must beat one
MARK_BONUS = 0.5  # log-odds for a span of a passage that the model cited
CANDIDATES = 6  # spans whose facts are compared with the claim's
NOWHERE = "the sources do not say this"


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Sentences and pairs of neighbours: first and last index, quote, text, vectors (n, d), words."""

    bounds: tuple[tuple[int, int], ...]
    quotes: tuple[Quote, ...]
    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    contents: tuple[frozenset[str], ...]


def check(answer: str, evidence: Evidence, embed: Embed) -> tuple[Sentence, ...]:
    """The sentences of an answer, each with its quotes and a verdict; joined, they are `answer`.

    A claim is supported when one span of the sources, of one sentence or two neighbours, is near
    it in meaning and in words and holds its numbers, units, names and negation. A name may also
    stand in the headings above the span or in another sentence of its passage, which is then
    quoted too. `support` in [0, 1] is calibrated; `reason` says what is not in the sources.
    """
    parts = split(answer)
    claims = [part for part in parts if not is_talk(part)]
    if not claims:
        return tuple(Sentence(part, (), 0.0, "not a claim") for part in parts)
    spans = read_spans(evidence)
    texts = [_completed(without_marks(claim).strip(), evidence.question) for claim in claims]
    found = features(texts, embed(texts), spans, evidence)
    odds = log_odds(found, spans) + _mark_bonus(claims, spans, evidence)
    lexicon = read_lexicon([evidence.question, *(s.text for s in evidence.sentences)])
    checked = iter(
        [
            _judge(claim, row, spans, evidence, lexicon)
            for claim, row in zip(claims, odds, strict=True)
        ]
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
    bounds = [*((i, i) for i in range(n)), *neighbours]
    pairs = [evidence.vectors[i] + evidence.vectors[j] for i, j in neighbours]
    vectors = np.vstack([evidence.vectors, *pairs])
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    single = [s.quote for s in sentences]
    quotes = [
        single[i]
        if i == j
        else joined(single[i], single[j], evidence.context.passages[sentences[i].passage])
        for i, j in bounds
    ]
    texts = tuple(
        sentences[i].text if i == j else f"{sentences[i].text}\n{sentences[j].text}"
        for i, j in bounds
    )
    return Spans(tuple(bounds), tuple(quotes), texts, vectors, tuple(map(content, texts)))


def log_odds(found: NDArray[np.float64], spans: Spans) -> NDArray[np.float64]:
    """The log-odds that each span carries each claim, by `features`: float64 (claims, spans)."""
    pairs = np.array([first != last for first, last in spans.bounds], dtype=float)
    odds: NDArray[np.float64] = INTERCEPT + found @ np.array([COSINE, OVERLAP]) - PAIR_COST * pairs
    return odds


def features(
    claims: Sequence[str], vectors: NDArray[np.float32], spans: Spans, evidence: Evidence
) -> NDArray[np.float64]:
    """Cosine and share of the claim's words found, of each claim and span: (claims, spans, 2).

    Words weigh by their inverse document frequency over the source sentences; those of the
    headings above a span count as found.
    """
    n = len(evidence.sentences)
    count = Counter(word for found in spans.contents[:n] for word in found)
    headings = [content(evidence.headings(first)) for first, _ in spans.bounds]
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
    numbers = [passages[evidence.sentences[first].passage].number for first, _ in spans.bounds]
    return np.array(
        [[MARK_BONUS * (number in cited) for number in numbers] for cited in map(marked, claims)]
    )


def _judge(
    claim: str, odds: NDArray[np.float64], spans: Spans, evidence: Evidence, lexicon: Lexicon
) -> Sentence:
    """The best span whose facts fit; without one, the best span and what it lacks."""
    plain = without_marks(claim).strip()
    order = np.argsort(-odds, kind="stable")[:CANDIDATES]
    first_reason = ""
    for index in order:
        support = float(1 / (1 + np.exp(-odds[index])))
        if support < SUPPORTED:
            break
        reason, quotes = _quotes(plain, int(index), spans, evidence, lexicon)
        if not reason:
            return Sentence(claim, quotes, support, "supported")
        first_reason = first_reason or reason
    if not order.size:
        return Sentence(claim, (), 0.0, "unsupported", NOWHERE)
    most = CONTRADICTED if first_reason else SUPPORTED
    support = min(float(1 / (1 + np.exp(-odds[order[0]]))), most)
    quotes = (spans.quotes[order[0]],) if first_reason else ()
    return Sentence(claim, quotes, support, "unsupported", first_reason or NOWHERE)


def _quotes(
    claim: str, index: int, spans: Spans, evidence: Evidence, lexicon: Lexicon
) -> tuple[str, tuple[Quote, ...]]:
    """What the span lacks of the claim's facts, and the span with the sentences that name names."""
    (first, _), said = spans.bounds[index], spans.texts[index]
    header = evidence.sentences[first].header
    quotes = (spans.quotes[index],) if header is None else (spans.quotes[index], header)
    headings = evidence.headings(first)
    reason = missing_fact(claim, said)
    if reason:
        return reason, quotes
    name = missing_name(claim, f"{headings} {said}", lexicon)
    if not name:
        return "", quotes
    passage = evidence.sentences[first].passage
    for sentence in evidence.sentences:
        both = f"{headings} {said} {sentence.text}"
        if sentence.passage == passage and not missing_name(claim, both, lexicon):
            return "", (*quotes, sentence.quote)
    return name, quotes
