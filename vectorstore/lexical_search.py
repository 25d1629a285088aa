"""Asks the lexical index: a question becomes a query, its best chunks are taken. Knows no disk."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.lexical_words import LANGUAGES, words_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import RowArray
    from vectorstore.selection import Selection

# A chunk's own words, and those of the chunk and its neighbours.
FIELDS = ("words", "around")
# A query for one of 2,000 documents takes some 4 ms beside one without, for 100,000 some 75 ms.
_FEW_DOCUMENTS = 2_000


def question_query(question: str, searcher: Any, schema: Any) -> Any:
    """A query for any of the words of a question, None when it has none.

    A word counts as often as the question says it. It is sought in the form that it has in each
    language that the index holds, for a question is too short to tell its own.
    """
    import tantivy

    counts: Counter[str] = Counter()
    for language in LANGUAGES:
        if searcher.doc_freq("language", language):
            counts |= Counter(words_of(question, language))
    if not counts:
        return None
    should = tantivy.Occur.Should
    terms = [
        (should, _weighted(tantivy.Query.term_query(schema, field, word, "freq"), count))
        for field in FIELDS
        for word, count in counts.items()
    ]
    return tantivy.Query.boolean_query(terms)


def _weighted(query: Any, count: int) -> Any:
    import tantivy

    return query if count == 1 else tantivy.Query.boost_query(query, float(count))


def best_chunks(
    searcher: Any, schema: Any, query: Any, k: int, allowed: Selection | None
) -> list[tuple[int, float]]:
    """The `k` best (row, score) of what is allowed, best first. Raises ValueError for torn files."""
    if allowed is not None:
        terms = _terms(allowed, schema)
        if terms is None:
            return _best_among(searcher, query, k, allowed.rows)
        query = _both(query, terms)
    return list(zip(*_best(searcher, query, k), strict=True))


def scores_of(
    searcher: Any, schema: Any, query: Any, rows: Sequence[int]
) -> list[tuple[int, float]]:
    """The (row, score) of those among `rows` that the query finds. Raises ValueError for torn files."""
    import tantivy

    these = tantivy.Query.term_set_query(schema, "row", list(rows))
    return list(zip(*_best(searcher, _both(query, these), len(rows)), strict=True))


def _best(searcher: Any, query: Any, k: int) -> tuple[list[int], list[float]]:
    """The rows and scores of the `k` best chunks, best first."""
    hits = searcher.search(query, k, count=False).hits
    rows = searcher.fast_field_values("row", [address for _, address in hits]) if hits else []
    return [int(row) for row in rows], [float(score) for score, _ in hits]


def _best_among(searcher: Any, query: Any, k: int, allowed: RowArray) -> list[tuple[int, float]]:
    """The `k` best of many allowed rows: asks for more until enough are left."""
    depth = 2 * k * max(1, searcher.num_docs // len(allowed))
    while True:
        rows, scores = _best(searcher, query, depth)
        found = np.array(rows, dtype=np.int64)
        places = np.minimum(np.searchsorted(allowed, found), len(allowed) - 1)
        kept = np.flatnonzero(allowed[places] == found)[:k]
        if len(kept) == k or len(rows) < depth:
            return [(rows[at], scores[at]) for at in kept]
        depth *= 4


def _terms(allowed: Selection, schema: Any) -> Any:
    """A query for what may be found, None where that is too much to list."""
    import tantivy

    if allowed.collections is not None:
        return tantivy.Query.term_set_query(schema, "collection", list(allowed.collections))
    if allowed.documents is not None and len(allowed.documents) <= _FEW_DOCUMENTS:
        return tantivy.Query.term_set_query(schema, "document", list(allowed.documents))
    return None


def _both(query: Any, terms: Any) -> Any:
    """The query AND the terms, whose own score is constant zero."""
    import tantivy

    must = tantivy.Occur.Must
    return tantivy.Query.boolean_query(
        [(must, query), (must, tantivy.Query.const_score_query(terms, 0.0))]
    )
