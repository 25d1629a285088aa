"""A question becomes ranked hits: both indexes are asked, their scores fused, chunks fetched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from quoth.datatypes import Finding, Hit, Where
from retrieval.distinct import are_fewer, distinct
from retrieval.diversity import LOOKED_AT as SPREAD
from retrieval.diversity import spread
from retrieval.exact import granted, holds, wishes_of
from retrieval.feedback import moved_towards
from retrieval.fusion import convex_fusion
from retrieval.languages import LOOKED_AT, fitting
from retrieval.named import named_in, preferred
from retrieval.neighbours import pulled_together
from retrieval.one_thread import on_one_thread
from retrieval.reading import ReadOnce
from retrieval.subjects import names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from quoth.config import RetrievalConfig
    from quoth.datatypes import Collections, FloatArray
    from retrieval.distinct import Distinct
    from retrieval.exact import Wishes
    from retrieval.reranking import Reranking
    from vectorstore import Embedder, Library

    Ranked = Sequence[tuple[int, float]]

# Where words are to be left out, many candidates may have them.
_DEEPER = 5


@dataclass(frozen=True, slots=True)
class Ranking:
    """All candidates of a search, with what each stage made of them; rows name chunks.

    `found` has what each retriever gave, `stages` the ranking after each stage, in the order in
    which they ran: (row, score), best first. `order` is the last one, with scores of before the
    reranker. `vector` is the question's, `vectors` those of the rows, all of unit length; `read`
    gives the chunks, `sources` every source of each row's document. Where the question names
    documents, `named` are their ids, and `rest` is what it asks of them.
    """

    found: Mapping[str, Ranked]
    stages: Mapping[str, Ranked]
    order: Ranked
    similarities: Mapping[int, float]
    vector: FloatArray
    vectors: Mapping[int, FloatArray]
    read: ReadOnce
    sources: Callable[[Sequence[int]], Mapping[int, Sequence[str]]]
    named: frozenset[str] = frozenset()
    rest: str = ""

    def asked_of(self, hits: Sequence[Hit], question: str) -> str:
        """What a question asks of these hits: its rest, where all are of documents that it names."""
        is_rest = bool(hits) and all(hit.chunk.document_id in self.named for hit in hits)
        return self.rest if is_rest else question


@on_one_thread
def rank(
    question: str,
    library: Library,
    embedder: Embedder,
    config: RetrievalConfig,
    *,
    k: int,
    collection: Collections = None,
    where: Where | None = None,
    reranking: Reranking | None = None,
) -> Ranking:
    """Every candidate for a question, ranked; at least `k` texts where there are so many."""
    wishes = wishes_of(question)
    vector = embedder.embed_question(wishes.text)
    asking = _Asking(wishes, vector, embedder, config, k, reranking is not None)
    depth = max(config.candidates, k) * (_DEEPER if wishes.excluded else 1)
    ranking = _ranked(asking, library, depth, collection, where)
    if _is_crowded(ranking, k, depth):
        ranking = _ranked(asking, library, _DEEPER * depth, collection, where)
    return ranking if reranking is None else _reranked(ranking, question, reranking)


@dataclass(frozen=True, slots=True)
class _Asking:
    """A question on its way: what it wants, its vector, by which embedder, and how it is ranked."""

    wishes: Wishes
    vector: FloatArray
    embedder: Embedder
    config: RetrievalConfig
    k: int
    is_reranked: bool


def _ranked(
    asking: _Asking, library: Library, depth: int, collection: Collections, where: Where | None
) -> Ranking:
    """The `depth` best of each index, through every stage but the reranker.

    Of documents that the question names, the `depth` best for the rest of it as well.
    """
    read = ReadOnce(library.chunks)
    found = _found(asking, library, depth, read, collection=collection, where=where)
    asked = asking.wishes.text
    sources = library.sources(_rows(found)) if names(asked) else {}
    named = named_in(asked, set(chain.from_iterable(sources.values())))
    if named is None:
        return _staged(asking, library, read, found, frozenset())
    rows = [row for row, every in sources.items() if not named.sources.isdisjoint(every)]
    ids = frozenset(chunk.document_id for chunk in read(rows).values())
    there = replace(where or Where(), document_ids=tuple(sorted(ids)))
    asking = _without_names(asking, named.rest)
    inside = _found(asking, library, depth, read, collection=collection, where=there)
    found = {name: _joined(inside.get(name, ()), pairs) for name, pairs in found.items()}
    return replace(_staged(asking, library, read, found, ids), named=ids, rest=named.rest)


def _found(
    asking: _Asking, library: Library, depth: int, read: ReadOnce, **within: Any
) -> dict[str, Ranked]:
    """What each retriever finds."""
    wishes = asking.wishes
    found: dict[str, Ranked] = {
        "dense": library.dense(asking.vector, depth, **within),
        "lexical": library.lexical(wishes.text, depth, **within),
    }
    if wishes.exactly:
        more = library.lexical(wishes.exactly, depth, **within)
        found["phrase"] = _that_hold(more, wishes, read)
    return found


def _staged(
    asking: _Asking,
    library: Library,
    read: ReadOnce,
    found: Mapping[str, Ranked],
    named: frozenset[str],
) -> Ranking:
    """What was found, ranked by every stage but the reranker; `named` documents gain."""
    wishes, vector = asking.wishes, asking.vector
    # Each index gave the scores of its own candidates only. What follows needs both of them all: one
    # that the other index has at 101 is not one that it does not know.
    vectors = library.vectors(_rows(found))
    words = {} if named else {row: score for row, score in found["lexical"] if row in vectors}
    words |= library.lexical_scores(wishes.text, [row for row in vectors if row not in words])
    told = _texts(read, list(words)[:LOOKED_AT])
    settings = fitting(asking.config, asking.embedder.fingerprint, list(told.values()))
    if asking.is_reranked or wishes.exactly:
        # A reranker decides for itself, and who quotes a phrase or names a code wants what has it.
        settings = replace(settings, diversity=0.0)
    stages = dict(_stages(vector, vectors, words, settings))
    if named:
        stages["named"] = preferred(list(stages.values())[-1], read(vectors), named)
    stages |= _by_texts(list(stages.values())[-1], wishes, read, settings, asking.k, named)
    order = list(stages.values())[-1]
    similarities = _cosines(vector, vectors)
    return Ranking(found, stages, order, similarities, vector, vectors, read, library.sources)


def _without_names(asking: _Asking, rest: str) -> _Asking:
    """The question without the names of documents, which say where to look and not for what."""
    wishes = replace(wishes_of(rest), excluded=asking.wishes.excluded)
    return replace(asking, wishes=wishes, vector=asking.embedder.embed_question(wishes.text))


def _joined(first: Ranked, others: Ranked) -> list[tuple[int, float]]:
    """The rows of `first`, then the others that are not among them."""
    had = {row for row, _ in first}
    return [*first, *(pair for pair in others if pair[0] not in had)]


def _rows(found: Mapping[str, Ranked]) -> list[int]:
    return list(dict.fromkeys(row for pairs in found.values() for row, _ in pairs))


def _is_crowded(ranking: Ranking, k: int, depth: int) -> bool:
    """Whether copies of a few texts are all that was found, and an index may have more."""
    if max(map(len, ranking.found.values())) < depth:
        return False
    return are_fewer(ranking.order, ranking.read, k)


def _reranked(ranking: Ranking, question: str, reranking: Reranking) -> Ranking:
    best = distinct(ranking.order, ranking.read, reranking.candidates, ranking.vectors)
    first = reranking.ranked(question, [(one.row, one.chunk) for one in best])
    stages = {**ranking.stages, "reranker": first}
    return replace(ranking, stages=stages, order=_led_by(first, ranking.order))


@on_one_thread
def hits_of(ranking: Ranking, k: int) -> tuple[Hit, ...]:
    """The `k` best chunks of a ranking, best first; fewer when there are no more.

    The same text found in several documents is given once, under the best of them, and names
    all their sources.
    """
    found_by = findings_of(ranking)
    best = distinct(ranking.order, ranking.read, k, ranking.vectors)
    sources = ranking.sources([row for one in best for row in one.same])
    return tuple(
        Hit(
            one.chunk,
            one.score,
            place,
            ranking.similarities[one.row],
            found_by[one.row],
            _also_in(one, sources),
        )
        for place, one in enumerate(best, 1)
    )


def _also_in(one: Distinct, sources: Mapping[int, Sequence[str]]) -> tuple[str, ...]:
    """The other sources of a text: first those of its own document, then the others' by rank."""
    every = dict.fromkeys(source for row in one.same for source in sources.get(row, ()))
    return tuple(source for source in every if source != one.chunk.source)


def _stages(
    vector: FloatArray,
    vectors: Mapping[int, FloatArray],
    words: Mapping[int, float],
    config: RetrievalConfig,
) -> Iterator[tuple[str, Ranked]]:
    """The ranking by each stage that is switched on, in their order."""
    order: Ranked = convex_fusion(_cosines(vector, vectors), words, config.dense_weight)
    yield "fusion", order
    if config.feedback_weight > 0:
        moved = moved_towards(order, vector, vectors, config.feedback_weight)
        order = convex_fusion(_cosines(moved, vectors), words, config.dense_weight)
        yield "feedback", order
    if config.neighbour_weight > 0:
        yield "neighbours", pulled_together(order, vectors, config.neighbour_weight)


def _by_texts(
    order: Ranked,
    wishes: Wishes,
    read: ReadOnce,
    config: RetrievalConfig,
    k: int,
    named: frozenset[str],
) -> Iterator[tuple[str, Ranked]]:
    """The ranking by each stage after that which looks at the chunks' texts."""
    if wishes:
        order = granted(order, _texts(read, (row for row, _ in order)), wishes)
        yield "exact", order
    if config.diversity > 0:
        chunks = read(row for row, _ in order[: max(SPREAD, k)])
        yield "diversity", spread(order, chunks, wishes.text, config.diversity, named)


def _that_hold(ranked: Ranked, wishes: Wishes, read: ReadOnce) -> list[tuple[int, float]]:
    """The rows that hold a phrase or code; others, which have its words apart, would be noise."""
    texts = _texts(read, (row for row, _ in ranked))
    return [(row, score) for row, score in ranked if holds(texts.get(row, ""), wishes)]


def _texts(read: ReadOnce, rows: Iterable[int]) -> dict[int, str]:
    return {row: chunk.text_with_headings for row, chunk in read(rows).items()}


def findings_of(ranking: Ranking) -> dict[int, tuple[Finding, ...]]:
    """Who found each row, and what the reranker made of it."""
    reranked = {name: pairs for name, pairs in ranking.stages.items() if name == "reranker"}
    return findings({**ranking.found, **reranked})


def findings(ranked: Mapping[str, Ranked]) -> dict[int, tuple[Finding, ...]]:
    """Who ranked each row where, in the order of `ranked`."""
    found: dict[int, tuple[Finding, ...]] = {}
    for name, pairs in ranked.items():
        for place, (row, score) in enumerate(pairs, 1):
            found[row] = (*found.get(row, ()), Finding(name, place, score))
    return found


def _cosines(vector: FloatArray, vectors: Mapping[int, FloatArray]) -> dict[int, float]:
    """The cosine of each row with `vector`; all are of unit length."""
    if not vectors:
        return {}
    found = np.stack(list(vectors.values())) @ vector
    return dict(zip(vectors, found.tolist(), strict=True))


def _led_by(first: Ranked, fused: Ranked) -> Ranked:
    """The rows of `first` in their order, then the others in theirs, all with fused scores."""
    scores = dict(fused)
    rows = dict.fromkeys([*(row for row, _ in first), *scores])
    return [(row, scores[row]) for row in rows]
