"""Search over the real examples with the real embedder and both real indexes."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quoth import Config, Quoth, Where
from retrieval import rank
from tests.conftest import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vectorstore import Embedder


def questions() -> list[dict[str, str]]:
    return tomllib.loads((EXAMPLES / "questions.toml").read_text())["question"]


def test_most_example_questions_find_their_answer_among_five_hits(examples_library: Quoth) -> None:
    asked = [q for q in questions() if "follow_up_of" not in q]
    found = [
        any(
            " ".join(q["answer"].split()) in " ".join(hit.chunk.text.split())
            for hit in examples_library.search(q["question"], k=5)
        )
        for q in asked
    ]
    assert sum(found) / len(asked) >= 0.9


def test_hits_are_ranked_and_say_who_found_them(examples_library: Quoth) -> None:
    hits = examples_library.search("How does byte-pair encoding work?", k=6)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5, 6]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert {finding.retriever for hit in hits for finding in hit.found_by} == {"dense", "lexical"}
    assert hits[0].chunk.source.endswith("tokenization.md")


def test_similarity_is_the_cosine_whoever_found_the_chunk(examples_library: Quoth) -> None:
    question = "Philip Gage 1994"
    embedder = examples_library._embedder
    for hit in examples_library.search(question, k=10):
        rows = embedder.embed_passages([hit.chunk.text_with_headings])
        expected = float(np.dot(rows[0], embedder.embed_question(question)))
        # bfloat16 sums differ in the third digit with the batch a text is embedded in.
        assert hit.similarity == pytest.approx(expected, abs=0.02)


@pytest.fixture(scope="module")
def letters(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Quoth]:
    """A library where the letter and the meaning disagree."""
    folder = tmp_path_factory.mktemp("letters")
    texts = {
        "pump": "The pump XK-200/7 stops with error E4042 when its filter is blocked.",
        "manual": "When a pump stops with an error, look whether the filter is blocked, clean it, "
        "and start the pump again; errors of pumps are mostly errors of filters.",
        "other": "The pump XK-300/7 stops with error E4043 when the water is cold.",
        "zoo": "A jaguar runs at 80 km/h; it is a big cat of the Americas.",
        "cars": "The Jaguar is a fast car and reaches a top speed of 250 km/h.",
        "song": "Frozen is a film. Its song about letting things go was written by two people.",
        "title": "In 2013 Idina Menzel recorded Let It Go.",
    }
    for name, text in texts.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    with Quoth.open(folder / "library", embedder=embedder) as quoth:
        quoth.ingest(sorted(folder.glob("*.md")))
        yield quoth


@pytest.mark.parametrize(
    ("question", "best"),
    [
        ("pump error E4042", "pump"),
        ("XK-300/7", "other"),
        ('who wrote the song "let it go" for the film?', "title"),
        ("How fast is a jaguar, top speed? -car", "zoo"),
    ],
)
def test_what_is_wanted_to_the_letter_comes_first(letters: Quoth, question: str, best: str) -> None:
    hits = letters.search(question)
    assert hits[0].chunk.source.endswith(f"{best}.md")
    assert all("car " not in hit.chunk.text for hit in hits) or "-car" not in question


def test_a_source_filter_leaves_only_that_document(examples_library: Quoth) -> None:
    hits = examples_library.search("temperature", where=Where(sources=("*.pdf",)))
    assert hits
    assert all(hit.chunk.source.endswith(".pdf") for hit in hits)


def test_chunks_are_exact_spans_of_their_documents(examples_library: Quoth) -> None:
    ids = [record.id for record in examples_library.documents()]
    documents = {one: examples_library.document(one) for one in ids}
    for question in questions():
        for hit in examples_library.search(question["question"]):
            chunk = hit.chunk
            assert documents[chunk.document_id].text[chunk.start : chunk.end] == chunk.text


def test_an_empty_library_gives_no_hits(tmp_path: Path, embedder: Embedder) -> None:
    with Quoth.open(tmp_path / "library", embedder=embedder) as quoth:
        assert quoth.search("anything at all") == ()


def test_what_only_the_meaning_found_has_its_words_counted_too(examples_library: Quoth) -> None:
    narrow = Config().with_values({"retrieval.candidates": 3}, "test")
    library, embedder = examples_library._library, examples_library._embedder
    n_counted = 0
    for asked in questions()[:10]:
        question = asked["question"]
        ranking = rank(question, library, embedder, narrow.retrieval, k=3)
        if "named" in ranking.stages:  # it is searched for without the document's name
            continue
        every = dict(library.lexical(question, 1000, collection=None, where=None))
        best = max(every.values())
        low, high = min(ranking.similarities.values()), max(ranking.similarities.values())
        by_words = {row for row, _ in ranking.found["lexical"]}
        for row, score in ranking.stages["fusion"]:
            n_counted += row in every and row not in by_words
            meaning = 0.6 * (ranking.similarities[row] - low) / (high - low)
            assert score == pytest.approx(meaning + 0.4 * every.get(row, 0.0) / best)
    assert n_counted > 0


def test_scores_of_rows_are_those_of_a_search(examples_library: Quoth) -> None:
    library = examples_library._library
    question = "How does byte-pair encoding work?"
    found = dict(library.lexical(question, 20, collection=None, where=None))
    assert library.lexical_scores(question, [*found, 10**9]) == pytest.approx(found)
    assert library.lexical_scores(question, []) == {}
    assert library.lexical_scores("the of and", list(found)) == {}
