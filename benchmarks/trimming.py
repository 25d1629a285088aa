"""What is left of recall, and gained in IoU, when hits are cut down to their best sentences.

An experiment: the product shows and sends whole chunks. The twelve best chunks of a question are cut
into sentences, which are scored by the chunk's cosine, by the share of the question's words (weighted
by how rare they are) that they hold, and by that share of their better neighbour; kept are those near the best, and
no more than a budget. No sentence is embedded. The measures are those of `benchmarks.chunking`.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.chunking import material, score_of
from benchmarks.reporting import Result, Table
from ingest import chunk_document
from quoth import Config
from quoth.sentences import sentence_spans
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from benchmarks.chunking import Question
    from benchmarks.reporting import Options
    from quoth.datatypes import Chunk, Document

_CHUNKS, _MOST_TOKENS = 12, 1100
_OWN, _NEIGHBOUR = 0.4, 0.2
_BELOW_BEST = (0.25, 0.3, 0.35, 0.4)
_STOP = frozenset(
    re.findall(
        r"\w+",
        "the a an of in on for to and or is are was were be by with as at from that this it its "
        "what which who how did does do when where why",
    )
)
_ENDING = re.compile(r"(?:ies|es|s|ing|ed)$")


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence of chunk `chunk`, with its place in its document."""

    chunk: int
    start: int
    end: int
    words: frozenset[str]
    tokens: int


@dataclass(frozen=True, slots=True)
class _Kept:
    """What came of one question."""

    tokens: int
    recall: float
    iou: float


def run(options: Options) -> Result:
    """Measure at several thresholds; halves of the questions say how much chance is in it."""
    documents, questions = material(options)
    embedder = load_embedder(Config().embedder)
    chunks = [
        (name, chunk)
        for name, document in documents.items()
        for chunk in chunk_document(document, embedder.count_tokens, embedder.max_tokens)
    ]
    asked = np.stack([embedder.embed_question(question.text) for question in questions])
    texts = [chunk.text_with_headings for _, chunk in chunks]
    similarity = asked @ embedder.embed_passages(texts).T
    trimmer = _Trimmer(chunks, _sentences(documents, chunks, embedder.count_tokens))
    figures = {}
    for below in _BELOW_BEST:
        kept = [trimmer.kept(q, row, below) for q, row in zip(questions, similarity, strict=True)]
        figures[f"{below}"] = {
            "all": _means(kept), "even": _means(kept[::2]), "odd": _means(kept[1::2]),
        }  # fmt: skip
    return Result(figures, [_table(figures)], notes=(f"{len(questions)} questions",))


def _words(text: str) -> frozenset[str]:
    found = re.findall(r"\w+", text.casefold())
    return frozenset(_ENDING.sub("", word) for word in found if word not in _STOP)


def _sentences(
    documents: Mapping[str, Document],
    chunks: Sequence[tuple[str, Chunk]],
    count_tokens: Callable[[Sequence[str]], list[int]],
) -> list[_Sentence]:
    places = [
        (at, chunk.start + start, chunk.start + end)
        for at, (_, chunk) in enumerate(chunks)
        for start, end in sentence_spans(chunk.text)
        if chunk.text[start:end].strip()
    ]
    texts = [documents[chunks[at][0]].text[start:end] for at, start, end in places]
    # Two of the tokens are the embedder's own.
    counts = [n - 2 for n in count_tokens(texts)]
    return [
        _Sentence(*place, _words(text), n)
        for place, text, n in zip(places, texts, counts, strict=True)
    ]


class _Trimmer:
    """The sentences of all chunks, and how rare their words are."""

    def __init__(self, chunks: Sequence[tuple[str, Chunk]], every: Sequence[_Sentence]) -> None:
        self._chunks = chunks
        self._count = Counter(word for one in every for word in one.words)
        self._n = len(every)
        self._inside: dict[int, list[_Sentence]] = {}
        for one in every:
            self._inside.setdefault(one.chunk, []).append(one)

    def kept(self, question: Question, similarity: Sequence[float], below: float) -> _Kept:
        """The score of what is left of the best chunks for a question."""
        best = np.argsort(-np.asarray(similarity))[:_CHUNKS]
        words = _words(question.text)
        scored = [pair for at in best for pair in self._scored(int(at), words, similarity[at])]
        scored.sort(key=lambda pair: -pair[0])
        left: list[_Sentence] = []
        tokens = 0
        for score, one in scored:
            if score < scored[0][0] - below or tokens + one.tokens > _MOST_TOKENS:
                break
            left.append(one)
            tokens += one.tokens
        spans = [(self._chunks[one.chunk][0], (one.start, one.end)) for one in left]
        found = score_of(question, spans)
        return _Kept(tokens, found.recall, found.iou)

    def _scored(
        self, at: int, words: frozenset[str], similarity: float
    ) -> list[tuple[float, _Sentence]]:
        inside = self._inside.get(at, [])
        shares = [self._share(words, one) for one in inside]
        padded = [0.0, *shares, 0.0]
        beside = [max(padded[n], padded[n + 2]) for n in range(len(shares))]
        return [
            (similarity + _OWN * own + _NEIGHBOUR * near, one)
            for own, near, one in zip(shares, beside, inside, strict=True)
        ]

    def _share(self, words: frozenset[str], one: _Sentence) -> float:
        """The share of the question's words that are in the sentence, rare ones counting more."""
        return self._weight(words & one.words) / (self._weight(words) or 1.0)

    def _weight(self, words: frozenset[str]) -> float:
        return sum(math.log((self._n + 1) / (self._count[word] + 0.5)) for word in words)


def _means(kept: Sequence[_Kept]) -> dict[str, float]:
    return {
        name: float(np.mean([getattr(one, name) for one in kept]))
        for name in ("tokens", "recall", "iou")
    }


def _table(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> Table:
    rows = [["below the best", "questions", "tokens", "recall", "IoU"]]
    for below, parts in figures.items():
        for part, of in parts.items():
            cells = [f"{of['tokens']:.0f}", f"{100 * of['recall']:.1f}", f"{100 * of['iou']:.1f}"]
            rows.append([below, part, *cells])
    return Table("percent; tokens without heading paths", rows)
