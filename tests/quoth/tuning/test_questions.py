"""Questions to tune by: what a file of them may say, and which hits are right."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING

import pytest

from quoth.datatypes import Answer, Chunk, Context, Quote, Sentence, Turn
from quoth.errors import TuningError
from quoth.exports import evaluation_set
from quoth.tuning import JudgedQuestion, Place, load_questions
from quoth.tuning.questions import rank_of
from tests.conftest import EXAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from quoth import Quoth


def chunk(document: str, start: int, end: int) -> Chunk:
    return Chunk(f"{document}:{start}-{end}", document, "a.md", "…", start, end, 1, 1, (), 5)


@pytest.mark.parametrize(
    ("place", "right"),
    [
        (Place("d"), True),
        (Place("other"), False),
        (Place("d", 120, 140), True),  # within the chunk
        (Place("d", 0, 500), True),  # around it
        (Place("d", 190, 210), True),  # half of the place
        (Place("d", 191, 211), False),
        (Place("d", 150, 900), True),  # half of the chunk
        (Place("d", 151, 900), False),
    ],
)
def test_a_hit_is_right_that_shares_half_of_itself_or_of_the_place(
    place: Place, right: bool
) -> None:
    assert place.holds(chunk("d", 100, 200)) is right


def test_the_rank_is_that_of_the_first_right_chunk() -> None:
    question = JudgedQuestion("?", (Place("b"), Place("c")))
    chunks = [chunk(name, 0, 10) for name in "aacb"]
    assert rank_of(chunks, question) == 3
    assert rank_of(chunks[:2], question) == 0


def test_passages_of_the_examples_are_found_in_their_documents(
    tmp_path: Path, examples_library: Quoth
) -> None:
    told = tomllib.loads((EXAMPLES / "questions.toml").read_text())["question"]
    rows = [{"question": q["question"], "passage": q["answer"]} for q in told]
    file = tmp_path / "questions.jsonl"
    file.write_text("\n\n".join(map(json.dumps, rows)), encoding="utf-8")
    questions = load_questions(file, examples_library)
    assert len(questions.judged) == len(told)
    for question, row in zip(questions.judged, rows, strict=True):
        for place in question.places:
            text = examples_library.document(place.document_id).text[place.start : place.end]
            assert " ".join(text.split()) == " ".join(row["passage"].split())


def test_a_table_of_files_is_read_too(tmp_path: Path, examples_library: Quoth) -> None:
    file = tmp_path / "questions.csv"
    file.write_text(
        '\ufeffquestion,file,passage\n"What is a token, then?",tokenization.md,\n', encoding="utf-8"
    )
    (question,) = load_questions(file, examples_library).judged
    assert question.text == "What is a token, then?"
    (record,) = examples_library.find("tokenization.md")
    assert question.places == (Place(record.id),)


def test_rated_answers_are_read_as_they_are_exported(
    tmp_path: Path, examples_library: Quoth
) -> None:
    hits = examples_library.search("How does byte-pair encoding work?", k=2)
    quotes = [
        Quote(c.document_id, c.source, c.first_page, c.start, c.end, c.text)
        for c in (hit.chunk for hit in hits)
    ]
    said = Sentence("It merges pairs.", tuple(quotes), 1.0, "supported")
    answer = Answer("How does it work?", (said,), False, Context((), 0, ()), "end")
    rated = [
        Turn(
            1,
            "How does byte-pair encoding work?",
            "2026-01-01",
            "answered",
            "",
            answer,
            rating="good",
        ),
        Turn(2, "Who wrote this?", "2026-01-01", "answered", "", answer, rating="bad"),
    ]
    file = tmp_path / "rated.jsonl"
    file.write_text(evaluation_set(rated), encoding="utf-8")
    questions = load_questions(file, examples_library)
    (question,) = questions.judged
    assert question.text == "How does byte-pair encoding work?"
    assert {Place(q.document_id, q.start, q.end) for q in quotes} <= set(question.places)
    assert rank_of([hit.chunk for hit in hits], question) == 1
    assert "1 passed over" in questions.origin
    file.write_text(evaluation_set(rated[1:]), encoding="utf-8")
    with pytest.raises(TuningError, match="no questions whose answer it tells"):
        load_questions(file, examples_library)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"file": "tokenization.md"}', "line 2: there is no question"),
        ('{"question": "q", "file": "gone.md"}', "line 2: no document gone.md"),
        ('{"question": "q", "passage": "not in any document"}', "line 2: no document holds"),
        ('{"question": "q"}', "line 2: neither"),
        ('{"question"', "line 2 is not JSON"),
        ("[1]", "line 2 is not a JSON object"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(
    tmp_path: Path, examples_library: Quoth, line: str, said: str
) -> None:
    file = tmp_path / "questions.jsonl"
    file.write_text(f'{{"question": "q", "file": "tokenization.md"}}\n{line}\n', encoding="utf-8")
    with pytest.raises(TuningError, match=said):
        load_questions(file, examples_library)


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\xff"])
def test_a_file_without_questions_is_refused(
    tmp_path: Path, examples_library: Quoth, content: bytes | None
) -> None:
    file = tmp_path / "questions.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(TuningError, match=r"questions\.jsonl"):
        load_questions(file, examples_library)
