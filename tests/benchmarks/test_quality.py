"""How an answer is judged."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from benchmarks.quality import holds, judge, normalised
from quoth import Answer, Context, Quote, Sentence

QUOTE = Quote("d", "/files/p0.md", 1, 0, 30, "The Panthers gave up 308 points.")
ANSWER = Answer(
    "How many points?",
    (Sentence("They gave up 308 points.", (QUOTE,), 0.9, "supported"),),
    refused=False,
    context=Context(),
    stop_reason="end",
)
ENTRY: dict[str, Any] = {"answerable": True, "answers": ["308"]}


@pytest.mark.parametrize(
    ("text", "gold", "found"),
    [
        ("It was the Eiffel Tower.", "Eiffel tower", True),
        ("It was 1308 points.", "308", False),
        ("It was 308, not more.", "the 308", True),
        ("", "308", False),
    ],
)
def test_gold_must_stand_in_the_text_as_whole_words(text: str, gold: str, found: bool) -> None:
    assert holds([text], [gold]) is found


def test_case_punctuation_and_articles_do_not_count() -> None:
    assert normalised("  The U.S. —an A-side! ") == "u s — side"


def test_a_right_answer_counts_in_text_and_quotes() -> None:
    judged = dict(judge(ANSWER, ENTRY, "p0"))
    assert judged["gold in answer"] == judged["gold in quotes"] == 1.0
    assert judged["gold passage quoted"] == 1.0
    assert judged["gold passage in context"] == 0.0
    assert judged["answerable refused"] == 0.0
    assert judged["supported sentences, of those answered"] == 1.0


def test_a_refusal_is_wrong_where_there_is_an_answer_even_if_it_names_it() -> None:
    judged = dict(judge(replace(ANSWER, refused=True), ENTRY, "p0"))
    assert judged["answerable refused"] == 1.0
    assert judged["gold in answer"] == judged["gold in quotes"] == 0.0
    assert "extractive, of those answered" not in judged


def test_an_unanswerable_question_counts_for_its_refusal_alone() -> None:
    entry = {"answerable": False, "answers": []}
    assert dict(judge(ANSWER, entry, "")) == {"unanswerable refused": 0.0}
    assert dict(judge(replace(ANSWER, refused=True), entry, "")) == {"unanswerable refused": 1.0}


def test_long_golds_are_not_looked_for_word_by_word() -> None:
    entry = {"answerable": True, "answers": ["a " * 30]}
    assert "gold in answer" not in dict(judge(ANSWER, entry, "p0"))
