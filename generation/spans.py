"""Reads the spans of the evidence that a claim may stand on, and says how near each is to it.

It knows sentences, meaning and words; what a claim says of facts is looked at elsewhere.
"""

from __future__ import annotations

import itertools
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generation.evidence import joined
from generation.words import content

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generation.evidence import Evidence
    from quoth.datatypes import Quote

# Log-odds that a span carries a claim: a logistic regression by benchmarks/calibrate_support.py on
# sentences of CLAPnq's human answers, with their passage in the library and without. Its intercept was
# -6.22. True claims are spread wide and those without their passage lie far off, so the middle
# between them is too strict: 1.4 more lets changed facts pass no oftener (docs/decisions/0024).
INTERCEPT = -4.82
COSINE = 2.85
OVERLAP = 7.61

SENTENCE_COST = 1.0  # log-odds by which two sentences must beat one


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Sentences, alone and together: their indices, quotes, texts, vectors (n, d), words."""

    rows: tuple[tuple[int, ...], ...]
    quotes: tuple[tuple[Quote, ...], ...]
    texts: tuple[str, ...]
    vectors: NDArray[np.float32]
    contents: tuple[frozenset[str], ...]


def read_spans(evidence: Evidence) -> Spans:
    """Every sentence of the evidence, then every two that follow each other in a passage.

    A row of a table stands alone: in two rows together a figure fits either label.
    """
    sentences, n = evidence.sentences, len(evidence.sentences)
    stretches = evidence.stretches
    neighbours = [
        (i, i + 1)
        for i in range(n - 1)
        if stretches[sentences[i].passage] == stretches[sentences[i + 1].passage]
        and not (sentences[i].is_row or sentences[i + 1].is_row)
    ]
    return _spans([*((i,) for i in range(n)), *neighbours], evidence)


def wider(spans: Spans, chosen: Sequence[int], evidence: Evidence) -> Spans:
    """Each chosen span with each other sentence of its stretch; rows of tables stay alone."""
    sentences = evidence.sentences
    rows = {
        tuple(sorted((*spans.rows[index], i)))
        for index in chosen
        for i in evidence.beside(spans.rows[index][0])
        if i not in spans.rows[index]
        and not (sentences[i].is_row or sentences[spans.rows[index][0]].is_row)
    }
    return _spans(sorted(rows), evidence)


def _spans(rows: Sequence[tuple[int, ...]], evidence: Evidence) -> Spans:
    width = evidence.vectors.shape[1]
    sums = [evidence.vectors[list(row)].sum(axis=0) for row in rows]
    vectors = np.array(sums, dtype=np.float32).reshape(len(rows), width)
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
    texts = ["\n".join(evidence.sentences[i].text for i in row) for row in rows]
    quotes = tuple(_joined(row, evidence) for row in rows)
    said = [content(sentence.text) for sentence in evidence.sentences]
    contents = tuple(frozenset().union(*(said[i] for i in row)) for row in rows)
    return Spans(tuple(rows), quotes, tuple(texts), vectors, contents)


def _joined(row: Sequence[int], evidence: Evidence) -> tuple[Quote, ...]:
    """The quotes of sentences; of those that follow each other, one."""
    first = evidence.sentences[row[0]]
    passage = evidence.context.passages[first.passage]
    quotes = list(first.quotes)
    for before, index in itertools.pairwise(row):
        quote, same = evidence.sentences[index].quote, evidence.sentences[index].passage
        if index == before + 1 and same == first.passage == evidence.sentences[before].passage:
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
