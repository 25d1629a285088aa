from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from retrieval import close_reader

AROUND = "Nordvand. The firm makes pumps in Aarhus. It has 40 employees."


ASKED = [  # a question, what answers it, and what is said of the same thing
    (
        "How long does the warranty last?",
        "The warranty lasts 24 months from the date of purchase.",
        "The warranty does not cover batteries or wear.",
    ),
    (
        "Who designed the lighthouse?",
        "The lighthouse was designed by the engineer Ada Berg.",
        "The lighthouse stands on the western pier of the harbour.",
    ),
    (
        "Where are guinea pigs kept at night?",
        "At night guinea pigs are kept in a wooden hutch indoors.",
        "Guinea pigs live four to eight years and eat hay.",
    ),
    (
        "Why was the bridge closed?",
        "The bridge was closed because its cables had rusted.",
        "The bridge was painted green and has two towers.",
    ),
]


@pytest.mark.parametrize(("question", "answers", "does_not"), ASKED)
def test_a_sentence_that_answers_is_told_from_one_on_the_same_thing(
    question: str, answers: str, does_not: str
) -> None:
    given = [(does_not, AROUND), (answers, AROUND), ("Boats are red.", "Harbours.")]
    odds = close_reader()(question, given)
    assert odds.dtype == np.float64
    assert int(np.argmax(odds)) == 1
    assert int(np.argmin(odds)) == 2


def test_a_reading_hardly_depends_on_what_is_read_beside_it() -> None:
    sentences = [("The warranty lasts 24 months.", AROUND), ("It does not cover wear.", "")]
    long = [("The pump has " + "many parts and " * 60 + "a filter.", AROUND)] * 5
    alone = close_reader()("How long does the warranty last?", sentences)
    among = close_reader()("How long does the warranty last?", [*long, *sentences])
    assert np.allclose(alone, among[-2:], atol=0.2)  # bfloat16 rounds by how a batch is padded


def test_nothing_to_read_gives_nothing() -> None:
    assert close_reader()("Who?", []).shape == (0,)


def test_threads_read_the_same() -> None:
    questions = [f"Who sold {n} pumps?" for n in range(8)]
    sentences = [(f"Karen sold {n} pumps in 1999.", "") for n in range(8)]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda q: close_reader()(q, sentences).tolist(), questions))
    assert together == [close_reader()(q, sentences).tolist() for q in questions]
