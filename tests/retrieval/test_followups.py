"""Follow-ups are searched together with the question that they lean on."""

import pytest

from quoth.datatypes import Message
from retrieval import standalone

HISTORY = (
    Message("user", "How long is the warranty of the X200?"),
    Message("assistant", "Two years."),
)


@pytest.mark.parametrize(
    "question",
    ["And what does it exclude?", "What about the X300?", "Why?", "Who pays for that?"],
)
def test_a_leaning_question_takes_the_one_before_along(question: str) -> None:
    assert standalone(question, HISTORY) == f"How long is the warranty of the X200?\n{question}"


def test_a_question_that_stands_alone_stays_as_it_is() -> None:
    question = "Which countries does the company deliver replacement parts to?"
    assert standalone(question, HISTORY) == question


@pytest.mark.parametrize("question", ["And what does it exclude?", "Why?", "What is BPE?"])
def test_a_first_question_is_never_changed(question: str) -> None:
    assert standalone(question, ()) == question
