"""Questions made from a library's chunks: by a model that can, from headings where it cannot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from quoth import Quoth
from quoth.errors import TuningError
from quoth.tuning import generate_questions
from quoth.tuning.generating import first_question, is_about
from tests.quoth.tuning.making import CannedModel
from tests.sharing import sharing

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder


def about_the_longest_word(asked: str) -> str:
    passage = asked.partition("Passage: ")[2]
    return f"Question: What is said of {max(re.findall(r'[a-z]+', passage), key=len)}?\nAnswer: …"


def test_a_model_that_can_ask_is_believed(examples_library: Quoth) -> None:
    quoth = sharing(examples_library, model=CannedModel(about_the_longest_word))
    questions = generate_questions(quoth, 12)
    assert questions.origin.startswith("written by canned")
    assert len(questions.judged) >= 10
    for question in questions.judged:
        word = question.text.removeprefix("What is said of ").removesuffix("?")
        (place,) = question.places
        assert word in quoth.document(place.document_id).text[place.start : place.end] or any(
            word in hit.chunk.text_with_headings for hit in quoth.search(word)
        )
    assert generate_questions(quoth, 12) == questions


def test_headings_stand_in_for_a_model_that_babbles(examples_library: Quoth) -> None:
    quoth = sharing(examples_library, model=CannedModel(lambda _: "Sure! Here you are."))
    questions = generate_questions(quoth, 20)
    assert "too weak" in questions.origin
    paths = {
        " ".join(chunk.headings[-2:])
        for record in quoth.documents()
        for chunk in quoth.chunks(record.id)
    }
    assert questions.judged
    assert {question.text for question in questions.judged} <= paths


def test_all_passages_under_a_heading_answer_it_and_it_is_asked_once(
    tmp_path: Path, embedder: Embedder
) -> None:
    prose = "The pump moves water through the pipes of the house. " * 70
    (tmp_path / "pump.md").write_text(f"# Manual\n\n## Pump\n\n{prose}", encoding="utf-8")
    model = CannedModel(lambda _: "Yes.")
    with Quoth.open(tmp_path / "library", embedder=embedder, model=model) as quoth:
        quoth.ingest([tmp_path / "pump.md"])
        asked = {one.text: one.places for one in generate_questions(quoth, 99).judged}
        (record,) = quoth.documents()
        under = quoth.chunks(record.id)
    assert [chunk.headings for chunk in under] == [(), *[("Manual", "Pump")] * (len(under) - 1)]
    assert len(under) > 2
    assert [(place.start, place.end) for place in asked["Manual Pump"]] == [
        (chunk.start, chunk.end) for chunk in under
    ]


def test_without_headings_a_weak_model_is_an_error(tmp_path: Path, embedder: Embedder) -> None:
    (tmp_path / "plain.txt").write_text("The pump leaks when it is cold. " * 20, encoding="utf-8")
    model = CannedModel(lambda _: "")
    with Quoth.open(tmp_path / "library", embedder=embedder, model=model) as quoth:
        with pytest.raises(TuningError, match="nothing to ask about"):
            generate_questions(quoth, 5)
        quoth.ingest([tmp_path / "plain.txt"])
        with pytest.raises(TuningError, match="too weak"):
            generate_questions(quoth, 5)


@pytest.mark.parametrize(
    ("written", "question"),
    [
        ("What boils water?", "What boils water?"),
        ("Question: What boils water? Answer: a kettle.", "What boils water?"),
        ("Sure.\n1. “What boils water?”", "1. “What boils water?"),
        ("Here it is:\nQ1: What boils water?", "What boils water?"),
        ("It boils water.", ""),
    ],
)
def test_the_question_is_taken_out_of_what_was_written(written: str, question: str) -> None:
    assert first_question(written) == question


@pytest.mark.parametrize(
    ("question", "good"),
    [
        ("How long does the warranty of the kettle last?", True),
        ("What does the passage say about warranty?", False),
        ("Warranty?", False),
        ("Who won the cup in 1954 at home?", False),
        ("", False),
    ],
)
def test_a_question_must_stand_alone_and_be_about_the_passage(question: str, good: bool) -> None:
    assert is_about(question, "The warranty of the kettle lasts two years.") is good
