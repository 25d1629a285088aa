"""A question that calls documents by their files' names is asked of these first, without the names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth import Quoth
from quoth.datatypes import Chunk
from retrieval import hits_of
from retrieval.named import named_in, preferred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vectorstore import Embedder

FILES = (
    "reports/ACME_2022_10K.pdf",
    "reports/BESTPUMPS_2023_10K.pdf",
    "reports/SMITH_SMITH_2022Q4.pdf",
    "reports/Globex 2022.pdf",
    "reports/Globex 2023.pdf",
)


@pytest.mark.parametrize(
    ("question", "named", "rest"),
    [
        ("What was ACME's net income?", ["ACME"], "What was net income?"),
        ("What was the net income of Acme?", ["ACME"], "What was the net income?"),
        ("How did sales of Best Pumps grow?", ["BESTPUMPS"], "How did sales grow?"),
        ("How did Best sales grow?", ["BESTPUMPS"], "How did sales grow?"),
        ("What did Smith & Smith earn?", ["SMITH"], "What did earn?"),
        ("Did Globex grow in 2022?", ["Globex"], "Did grow in 2022?"),
        ("Did Acme or Best Pumps grow?", ["ACME", "BESTPUMPS"], "Did or grow?"),
    ],
)
def test_names_of_files_are_found_and_taken_out(question: str, named: list[str], rest: str) -> None:
    found = named_in(question, FILES)
    assert found is not None
    expected = frozenset(file for file in FILES if any(name in file for name in named))
    assert (found.sources, found.rest) == (expected, rest)


@pytest.mark.parametrize(
    "question",
    [
        "What was the net income in 2022?",  # a number is no name
        "How do I acme a pump?",  # nor a word without a capital
        "What did Glo earn?",  # nor three letters that begin a word
        "Who is Umbrella?",
        "Acme?",  # what is left asks nothing
    ],
)
def test_what_is_no_name_of_a_file_changes_nothing(question: str) -> None:
    assert named_in(question, FILES) is None


def test_the_rows_of_documents_that_are_named_gain() -> None:
    chunks = {
        row: Chunk(f"{row}", name, f"{name}.md", "", 0, 1, 1, 1, (), 1)
        for row, name in enumerate("abb")
    }
    ranked = [(0, 1.0), (1, 0.8), (2, 0.1)]
    found = preferred(ranked, chunks, {"b"})
    assert [row for row, _ in found] == [1, 0, 2]
    assert all(0 <= score <= 1 for _, score in found)


@given(st.text(max_size=80), st.lists(st.text(max_size=20), max_size=4))
def test_any_question_and_any_file_names_will_do(question: str, files: list[str]) -> None:
    found = named_in(question, files)
    assert found is None or (found.sources <= set(files) and found.rest)


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[Quoth]:
    """Reports that say their company's name, but not beside their figures."""
    folder = tmp_path_factory.mktemp("companies")
    for name, figure in (("ACME", 310), ("GLOBEX", 420), ("INITECH", 530)):
        text = (
            f"# {name.title()} and its people\n\n{name.title()} is proud of its people. The net "
            f"income of {name.title()} depends on them.\n\n# {name.title()} and risks\n\n"
            f"{name.title()} is exposed to risks.\n\n"
            f"# Statement of operations\n\nNet income was ${figure} million in 2022.\n"
        )
        (folder / f"{name}_2022_10K.md").write_text(text, encoding="utf-8")
    with Quoth.open(folder / "library", embedder=embedder) as quoth:
        quoth.ingest(sorted(folder.glob("*.md")))
        yield quoth


def test_a_named_report_answers_before_the_others(companies: Quoth) -> None:
    for name, figure in (("Acme", 310), ("Globex", 420)):
        best, *others = companies.search(f"What was {name}'s net income in 2022?")
        assert f"${figure} million" in best.chunk.text
        assert any(name.upper() not in hit.chunk.source for hit in others)
        assert best.similarity > others[-1].similarity


def test_the_rest_is_asked_where_all_hits_are_of_documents_that_are_named(companies: Quoth) -> None:
    question = "What was Acme's net income in 2022?"
    ranking = companies._rank(question, 8, None, None)
    hits = hits_of(ranking, 8)
    assert ranking.asked_of(hits[:1], question) == "What was net income in 2022?"
    assert ranking.asked_of(hits, question) == question
    other = "What was the net income in 2022?"
    assert companies._rank(other, 8, None, None).asked_of(hits, other) == other
