"""Follow-ups are searched together with what they lean on, and nothing else is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.datatypes import Message
from retrieval import standalone
from retrieval.followups import leans
from retrieval.subjects import content_words, names, subject_of

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST = "How long is the warranty of the X200?"
HISTORY = (Message("user", FIRST), Message("assistant", "Two years."))


@pytest.mark.parametrize(
    "question", ["What does it exclude?", "And what does it exclude?", "Who pays for that?"]
)
def test_a_question_with_a_pronoun_takes_what_it_is_about_along(question: str) -> None:
    assert standalone(question, HISTORY) == f"{question} warranty of the X200 {question}"


@pytest.mark.parametrize(
    "question",
    [
        "What about the X300?",
        "Why?",
        "And the X300?",
        "Und beim X300?",
        "¿Y el X300?",
        "Which parts?",
    ],
)
def test_a_question_cut_short_takes_the_one_before_along(question: str) -> None:
    assert standalone(question, HISTORY) == f"{FIRST}\n{question}"


@pytest.mark.parametrize(
    "question",
    [
        "Which countries does the company deliver replacement parts to?",
        "What is BPE?",
        "what is bpe?",
        "What did Luther tell monks and nuns about their vows?",
        "How old was Peyton Manning when he played in Super Bowl 50?",
        "When did Setanta Sports say it would launch?",
        "What is it called when a government is overthrown?",
        "Who wrote the paper that the reconstruction was based on?",
        "Y chromosomes are passed on by whom?",
        "Who was one French reformer of the 15th century?",
    ],
)
def test_a_question_that_stands_alone_stays_as_it_is(question: str) -> None:
    assert standalone(question, HISTORY) == question


@pytest.mark.parametrize(
    "question",
    [
        "Who led New France's reinforcements in it?",
        "Prior to Manning, who owned it?",
        "What are its limits?",
        "Are these covered?",
        "How much does the second one cost?",
    ],
)
def test_what_a_name_cannot_explain_leans(question: str) -> None:
    assert leans(question)


@given(st.text())
def test_a_first_question_is_never_changed(question: str) -> None:
    assert standalone(question, ()) == question
    assert standalone(question, (Message("assistant", "Hello! It is me."),)) == question


@given(st.text(), st.lists(st.text(), max_size=3))
def test_the_question_is_always_in_what_is_searched_for(question: str, before: list[str]) -> None:
    history = [Message("user", text) for text in before]
    assert question in standalone(question, history)


def test_a_pasted_page_is_not_read_to_its_end() -> None:
    pasted = "x" * 1_000_000
    assert pasted in standalone(pasted, HISTORY)
    assert standalone("Why?", (Message("user", pasted),)) == f"{pasted}\nWhy?"


def test_the_subject_outlives_questions_that_lean_on_it() -> None:
    history = (*HISTORY, Message("user", "What does it exclude?"), Message("assistant", "Water."))
    assert "warranty of the X200" in standalone("Who decides about it?", history)
    assert standalone("And the X300?", history) == f"{FIRST}\nAnd the X300?"


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("How long is the warranty of the X200?", "warranty of the X200"),
        ("Where was Marlee Matlin born?", "Marlee Matlin"),
        (
            "What is Jacksonville's ranking in the United States?",
            "Jacksonville ranking in the United States",
        ),
        ("how does a heat pump work", "heat pump work"),
        ("Why?", ""),
    ],
)
def test_a_question_is_about_its_names_or_its_last_words(question: str, subject: str) -> None:
    assert subject_of(question) == subject


def test_names_are_runs_of_capitals_and_numbers_not_the_word_that_opens_a_sentence() -> None:
    assert names("Where is it? The University of Chicago, or MIT in 1960?") == [
        "University of Chicago",
        "MIT",
        "1960",
    ]
    assert names("Kettles boil.") == []
    assert content_words("What is the name of the pump?") == ["pump"]


class Writer:
    """A model that writes one text; `asked` holds what it was given."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.asked: list[str] = []

    def __call__(self, messages: Sequence[Message]) -> str:
        self.asked.append(messages[-1].content)
        return self.text


NAMELESS = (
    Message("user", "how does a heat pump warm a house?"),
    Message("assistant", "It moves heat from the ground."),
)


def test_the_model_says_it_where_rules_would_guess() -> None:
    writer = Writer(" “How loud is a heat pump?”\n")
    assert standalone("How loud is it?", NAMELESS, writer) == "How loud is a heat pump?"
    assert "User: how does a heat pump warm a house?" in writer.asked[0]


def test_the_model_is_not_asked_where_rules_suffice() -> None:
    writer = Writer("How loud is a heat pump?")
    for question in (
        "What does it exclude?",
        "And the X300?",
        "Which pumps are the best ones to buy here?",
    ):
        standalone(question, HISTORY, writer)
    standalone("How loud is a heat pump?", NAMELESS, writer)
    assert writer.asked == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "It is 40 decibels loud.",
        "How loud is a Vaillant heat pump?",  # a word from nowhere
        "How does a heat pump warm a house?",  # its own question is lost
        "How loud is a heat pump? What is a heat pump?",
    ],
)
def test_a_model_that_makes_things_up_is_not_believed(text: str) -> None:
    question = "How loud is it?"
    expected = f"{question} pump warm house {question}"
    assert standalone(question, NAMELESS, Writer(text)) == expected
