"""One document does not crowd out the others, unless the question asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth import Config, Quoth
from quoth.datatypes import Chunk
from retrieval.diversity import spread
from tests.sharing import sharing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vectorstore import Embedder

PARTS = (
    "filter", "hose", "valve", "gasket", "bearing", "nozzle", "piston", "seal", "spring", "lever",
)  # fmt: skip
BROAD = "How is a pump cleaned?"
WITHOUT = Config().with_values({"retrieval.diversity": 0.0}, "test")


def chunk(row: int, document: str, text: str = "") -> Chunk:
    return Chunk(f"{document}:{row}", document, f"{document}.md", text, row, row + 1, 1, 1, (), 1)


def of_documents(*names: str) -> dict[int, Chunk]:
    return {row: chunk(row, name) for row, name in enumerate(names)}


def test_each_further_chunk_of_a_document_counts_less() -> None:
    ranked = [(0, 1.0), (1, 0.96), (2, 0.95), (3, 0.9), (4, 0.2)]
    found = spread(ranked, of_documents("a", "a", "a", "b", "c"), "anything", 0.1)
    assert [row for row, _ in found] == [0, 3, 1, 2, 4]
    assert dict(found) == pytest.approx({0: 1.0, 3: 0.9, 1: 0.864, 2: 0.7695, 4: 0.2})


def test_a_document_that_alone_holds_a_word_of_the_question_keeps_its_places() -> None:
    ranked = [(0, 1.0), (1, 0.96), (2, 0.95), (3, 0.9), (4, 0.89)]
    chunks = {row: chunk(row, "a", "The Acme pump") for row in range(3)}
    chunks |= {3: chunk(3, "b", "The pump"), 4: chunk(4, "c", "A pump")}
    assert spread(ranked, chunks, "How do I clean the ACME pump?", 0.1) == ranked
    assert spread(ranked, chunks, "How do I clean a pump?", 0.1) != ranked
    chunks[3] = chunk(3, "b", "A pump, unlike Acme's")
    chunks[4] = chunk(4, "c", "A pump, unlike Acme's")
    assert spread(ranked, chunks, "How do I clean the ACME pump?", 0.1) != ranked


def test_words_without_spaces_between_them_name_a_document_too() -> None:
    ranked = [(0, 1.0), (1, 0.96), (2, 0.95), (3, 0.94)]
    chunks = {row: chunk(row, "a", "海豚牌水泵的说明") for row in range(3)} | {
        3: chunk(3, "b", "水泵")
    }
    assert spread(ranked, chunks, "海豚牌怎么清洗?", 0.1) == ranked
    assert spread(ranked, chunks, "水泵怎么清洗?", 0.1) != ranked


@given(
    st.lists(st.tuples(st.integers(0, 4), st.floats(0, 1)), max_size=30),
    st.floats(0, 1),
    st.integers(0, 30),
)
def test_it_orders_anew_and_leaves_documents_in_their_order(
    candidates: Sequence[tuple[int, float]], weight: float, n_read: int
) -> None:
    ranked = list(enumerate(sorted((score for _, score in candidates), reverse=True)))
    names = [f"d{number}" for number, _ in candidates]
    chunks = dict(list(of_documents(*names).items())[:n_read])
    found = spread(ranked, chunks, "anything", weight)
    scores = [score for _, score in found]
    assert sorted(row for row, _ in found) == [row for row, _ in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= before for (row, score) in found for before in [dict(ranked)[row]])

    def documents(rows: Sequence[tuple[int, float]]) -> list[str]:
        return list(dict.fromkeys(chunks[row].document_id for row, _ in rows if row in chunks))

    strict = len(set(dict(ranked).values())) == len(ranked)
    assert not strict or documents(found) == documents(ranked)
    assert spread(ranked, chunks, "anything", 0.0) == ranked


@pytest.fixture(scope="module")
def manuals(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Quoth]:
    """A long manual in which every section says how to clean, and short notes of others."""
    folder = tmp_path_factory.mktemp("manuals")
    sections = (
        f"## The {part}\n\n"
        + " ".join(
            f"To clean the {part} of the pump, step {step}: rinse it in warm water and let it dry."
            for step in range(1, 9)
        )
        for part in PARTS
    )
    (folder / "orca.md").write_text(
        "# Orca 3000\n\n" + "\n\n".join(sections) + "\n", encoding="utf-8"
    )
    notes = {
        "garden": "In our garden a pump is cleaned with vinegar once a year.",
        "aquarium": "The pump of an aquarium is cleaned with a soft brush, never with soap.",
        "cellar": "After a flood the cellar's pump is cleaned of mud before it is stored.",
    }
    for name, text in notes.items():
        (folder / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    with Quoth.open(folder / "library", embedder=embedder) as quoth:
        quoth.ingest(sorted(folder.glob("*.md")))
        yield quoth


def sources(quoth: Quoth, question: str) -> list[str]:
    return [hit.chunk.source.rsplit("/", 1)[-1] for hit in quoth.search(question, k=8)]


def test_a_broad_question_hears_every_document(manuals: Quoth) -> None:
    found = sources(manuals, BROAD)
    assert {"orca.md", "garden.md", "aquarium.md", "cellar.md"} == set(found)
    crowded = sources(sharing(manuals, config=WITHOUT), BROAD)
    assert set(crowded) == {"orca.md", "garden.md"}


def test_a_question_that_names_a_document_gets_that_one(manuals: Quoth) -> None:
    question = "How are the filter, the hose and the valve of the Orca cleaned?"
    assert sources(manuals, question) == sources(sharing(manuals, config=WITHOUT), question)
    assert sources(manuals, question)[:4] == ["orca.md"] * 4


def test_it_can_be_switched_off_and_a_quoted_phrase_does(manuals: Quoth) -> None:
    without = sharing(manuals, config=WITHOUT)
    assert "diversity" in {s.retriever for c in manuals.explain(BROAD) for s in c.stages}
    for considered in (without.explain(BROAD), manuals.explain('"rinse it in warm water"')):
        assert "diversity" not in {s.retriever for c in considered for s in c.stages}
