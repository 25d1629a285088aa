"""Checks a library against the model: the same state, nothing twice, nothing lost, searches right.

Only the library's public methods are used, so that it holds for any storage and any index.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.crash.child import failure
from tests.crash.kinds import CONVERTED, config_of
from tests.crash.model import (
    COLLECTIONS,
    N_NUMBERS,
    HashEmbedder,
    State,
    chunks,
    document,
    own_word,
)
from vectorstore import LocalLibrary, failures

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

EVERYTHING = 100_000
# What an index may lose by storing vectors with less precision.
TOLERANCE = 5e-3
# The share of the three best of five questions that a search of compressed vectors finds at least.
RECALL = 0.8


def check(folder: Path, allowed: Sequence[State]) -> State:
    """Open the library, check all of it, and give the one of the `allowed` states that it is in."""
    library = LocalLibrary(folder, config_of(folder).index)
    try:
        return check_open(library, allowed)
    finally:
        library.close()


def check_open(library: LocalLibrary, allowed: Sequence[State]) -> State:
    """The same for a library that is open."""
    state = state_of(library)
    assert state in allowed, (state, allowed)
    assert library.verify() == ()
    expected = expected_chunks(state)
    assert library.statistics()["chunks"] == expected.total()
    check_dense(library, state, expected)
    check_lexical(library, state)
    return state


def state_of(library: LocalLibrary) -> State:
    """What the library says it holds; every document must be whole."""
    files = {}
    for record in library.documents():
        number = int(record.metadata["number"])
        kept = library.document(record.id)
        made = document(number, scanned=CONVERTED not in kept.warnings)
        assert record.id == made.id
        assert (kept.pages, kept.title, kept.headings) == (made.pages, made.title, made.headings)
        assert record.sources
        for source in record.sources:
            assert (record.collection, source) not in files
            files[record.collection, source] = number
            known = library.known_file(record.collection, source)
            assert known is not None
            assert known.document_id == record.id
    failed = {}
    for collection in library.collections():
        for source, found in failures.failures(library, collection).items():
            assert found == failure(source, found.size)
            failed[collection, source] = found.size
    name = library.embedder
    return State(files, int(name.partition("@")[2]) if name else 0, failed)


def expected_chunks(state: State) -> Counter[tuple[str, str]]:
    """(chunk id, text with headings) of every chunk; a document of two collections has them twice."""
    size = HashEmbedder(state.embedder).chunk_size
    kept = {(collection, number) for (collection, _), number in state.files.items()}
    return Counter(
        (chunk.id, chunk.text_with_headings)
        for _, number in kept
        for chunk in chunks(document(number), size)
    )


def check_dense(
    library: LocalLibrary,
    state: State,
    expected: Counter[tuple[str, str]],
    question: str = "whales",
) -> None:
    """The dense index holds exactly the chunks, and ranks as brute force does."""
    embedder = HashEmbedder(state.embedder)
    vector = embedder.embed_question(question)
    found = library.dense(vector, EVERYTHING, collection=None, where=None)
    held = library.chunks([row for row, _ in found])
    assert len({row for row, _ in found}) == len(found)
    assert Counter((held[r].id, held[r].text_with_headings) for r, _ in found) == expected
    if not found:
        return
    texts = [held[row].text_with_headings for row, _ in found]
    cosines = embedder.embed_passages(texts) @ vector
    assert [score for _, score in found] == pytest.approx(cosines.tolist(), abs=TOLERANCE)
    assert [s for _, s in found] == sorted((s for _, s in found), reverse=True)
    stored = library.vectors([row for row, _ in found])
    true = embedder.embed_passages(texts)
    assert np.array_equal(np.stack([stored[row] for row, _ in found]), true)
    check_ranking(library, embedder)


def check_ranking(library: LocalLibrary, embedder: HashEmbedder) -> None:
    """A short list goes another way than all; a compressed index may miss some of the best."""
    found = wanted = 0
    for number in range(5):
        vector = embedder.embed_question(own_word(number))
        everything = library.dense(vector, EVERYTHING, collection=None, where=None)
        best = library.dense(vector, 3, collection=None, where=None)
        assert len(best) == min(3, len(everything))
        assert [s for _, s in best] == sorted((s for _, s in best), reverse=True)
        assert set(best) <= set(everything)
        worst = everything[: len(best)][-1][1] - TOLERANCE
        found += sum(score >= worst for _, score in best)
        wanted += len(best)
    exact = str(library.index_facts()["kind"]).startswith("exact")
    assert found >= (wanted if exact else RECALL * wanted), library.index_facts()


def check_lexical(library: LocalLibrary, state: State) -> None:
    """Each document is found by its own word in its own collections, and nothing else is."""
    size = HashEmbedder(state.embedder).chunk_size
    everything = library.lexical("whales", EVERYTHING, collection=None, where=None)
    assert len({row for row, _ in everything}) == len(everything)
    assert len(everything) == expected_chunks(state).total(), (len(everything), everything)
    for collection in set(COLLECTIONS) & set(library.collections()):
        there = {number for (c, _), number in state.files.items() if c == collection}
        for number in range(N_NUMBERS):
            found = library.lexical(own_word(number), EVERYTHING, collection=collection, where=None)
            ids = Counter(c.id for c in library.chunks([row for row, _ in found]).values())
            wanted = chunks(document(number), size) if number in there else ()
            assert ids == Counter(chunk.id for chunk in wanted), (number, collection)
