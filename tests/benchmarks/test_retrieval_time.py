"""The time of a search, on a made-up library that was made larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from benchmarks.reporting import Options
from benchmarks.retrieval_time import enlarged, measure
from benchmarks.watching import WatchedEmbedder
from quoth import Config
from tests.benchmarks.making import write_collection
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from vectorstore import Embedder

CORPUS = {
    subject: (
        subject.title(),
        f"Whoever wants to learn about a {subject} reads here what there is to be known of it.",
    )
    for subject in ("glacier", "violin", "tomato", "volcano")
}
QUESTIONS = {subject: f"What is known of the {subject}?" for subject in CORPUS}
GRADES = {subject: {subject: 1} for subject in CORPUS}


@pytest.fixture(scope="module")
def options(tmp_path_factory: pytest.TempPathFactory) -> Options:
    folder = tmp_path_factory.mktemp("times")
    write_collection(folder / "data" / "made", CORPUS, QUESTIONS, GRADES)
    return Options(folder / "data", folder / "cache")


def test_a_search_is_timed_by_its_parts_with_the_embedding_of_its_question(
    options: Options, embedder: Embedder
) -> None:
    watched = WatchedEmbedder(embedder)
    figures = measure("made", 24, options, watched)
    assert (figures["chunks"], figures["questions"]) == (24, 4)
    assert watched.watch.calls["question"] > 0
    search, parts = figures["search"], figures["search_parts"]
    assert 0 < search["embedding"]["p50"] < search["total"]["p50"]
    assert search["processor"]["p95"] > 0
    assert set(parts) == {"dense", "lexical", "vectors", "chunks", "fusion and rest"}


def test_the_large_library_holds_the_small_one_and_nothing_twice(
    options: Options, embedder: Embedder
) -> None:
    measure("made", 24, options, WatchedEmbedder(embedder))
    small = next(options.cache.glob("*/library"))
    contents = {}
    for folder in (small, enlarged(small, 24)):
        library = LocalLibrary(folder, Config().index, create=False)
        rows = range(1, library.statistics()["chunks"] + 1)
        texts = {chunk.text_with_headings for chunk in library.chunks(rows).values()}
        contents[folder.name] = texts, np.stack(list(library.vectors(rows).values()))
        library.close()
    (first, _), (texts, vectors) = contents.values()
    assert len(first) == 4
    assert first < texts
    assert len(texts) == len(vectors) == len(np.unique(vectors, axis=0)) == 24
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert (vectors @ vectors.T > 0.8).sum(axis=1).tolist() == [6] * 24
