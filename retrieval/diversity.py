"""Lets other documents come forward where one crowds the best hits. Knows rows and chunks only."""

from __future__ import annotations

import heapq
import math
import re
from collections import Counter
from typing import TYPE_CHECKING

from retrieval.subjects import content_words

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from quoth.datatypes import Chunk

LOOKED_AT = 40
# A document is asked for when so many of its chunks hold a word of the question, and when they are
# this share of all that hold it.
_CHUNKS, _SHARE = 3, 0.8
# In a script without spaces a run of letters is no word, but its pairs are.
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]{2,}"
)


def spread(
    ranked: Sequence[tuple[int, float]],
    chunks: Mapping[int, Chunk],
    question: str,
    weight: float,
    named: Collection[str] = (),
) -> list[tuple[int, float]]:
    """The rows ranked anew: of a document's second chunk `weight` of the score is taken off.

    Of each further one as much of what is left. A document that the question asks for keeps its
    scores: one that nearly alone holds a word of it, as a name, and those `named` by their ids. Carbonell and Goldstein, "The Use
    of MMR, Diversity-Based Reranking", 1998, with chunks alike that are of one document. The best
    chunks of the documents stay in their order. `chunks` are those of the first rows; what comes
    after stays after.
    """
    first = [(row, score) for row, score in ranked if row in chunks]
    asked_for = _asked_for(question, chunks).union(named)
    of_document: dict[str, list[tuple[int, float]]] = {}
    for row, score in first:
        of_document.setdefault(chunks[row].document_id, []).append((row, score))
    heads = [(-pairs[0][1], pairs[0][0], name, 0) for name, pairs in of_document.items()]
    heapq.heapify(heads)
    found: list[tuple[int, float]] = []
    while heads:
        negative, row, name, place = heapq.heappop(heads)
        found.append((row, -negative))
        if (place := place + 1) < len(of_document[name]):
            row, score = of_document[name][place]
            kept = 1.0 if name in asked_for else (1 - weight) ** place
            heapq.heappush(heads, (-kept * score, row, name, place))
    least = found[-1][1] if found else math.inf
    return found + [(row, min(score, least)) for row, score in ranked if row not in chunks]


def _asked_for(question: str, chunks: Mapping[int, Chunk]) -> set[str]:
    """The documents that nearly alone hold some word of the question."""
    texts = [(c.document_id, c.text_with_headings.casefold()) for c in chunks.values()]
    found = set()
    for word in _words(question):
        holders = Counter(name for name, text in texts if word in text)
        name, n_chunks = max(holders.items(), key=lambda pair: pair[1], default=("", 0))
        if n_chunks >= max(_CHUNKS, _SHARE * holders.total()):
            found.add(name)
    return found


def _words(question: str) -> set[str]:
    plain = content_words(_UNSPACED.sub(" ", question))
    runs = _UNSPACED.findall(question)
    pairs = (run[at : at + 2] for run in runs for at in range(len(run) - 1))
    return {word.casefold() for word in (*plain, *pairs)}
