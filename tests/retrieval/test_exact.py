"""What a question wants to the letter is read from it, and wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.exact import Wishes, granted, wishes_of

RANKED = [(1, 0.9), (2, 0.5), (3, 0.4), (4, 0.1)]


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('who sang "Let it go" in 2013?', ("Let it go",)),
        ("what is “net  worth” and „Soll und Haben“?", ("net  worth", "Soll und Haben")),
        ("où est «la clé» ?", ("la clé",)),
        ("「吾輩は猫」は誰が書いた", ("吾輩は猫",)),
        ('an inch is 1" and a foot 12', ()),
        ('empty "" or "?!"', ()),
    ],
)
def test_quoted_phrases(question: str, phrases: tuple[str, ...]) -> None:
    assert wishes_of(question).phrases == phrases
    assert wishes_of(question).text == question


@pytest.mark.parametrize(
    ("question", "text", "excluded"),
    [
        ("jaguar top speed -car", "jaguar top speed", ("car",)),
        ('jaguar -car -"big cat"', "jaguar", ("car", "big cat")),
        ("what does tar -xzf do?", "what does tar -xzf do?", ()),
        ("a well-known fact", "a well-known fact", ()),
        ("temperatures below -40", "temperatures below -40", ()),
        ("-car", "-car", ()),
        ("rm -rf", "rm -rf", ()),
    ],
)
def test_words_to_leave_out_stand_at_the_end(
    question: str, text: str, excluded: tuple[str, ...]
) -> None:
    found = wishes_of(question)
    assert (found.text, found.excluded) == (text, excluded)


@pytest.mark.parametrize(
    "code",
    ["XK-200/7", "E4042", "0x80070057", "4.2.1", "MAX_SIZE", "v1.2", "ISO-9001", "run_target"],
)
def test_codes(code: str) -> None:
    assert wishes_of(f"What does {code} mean?").codes == (code,)


@pytest.mark.parametrize("word", ["1999", "2.5", "12:30", "well-known", "a", "NATO", "5-year"])
def test_what_is_no_code(word: str) -> None:
    assert wishes_of(f"What about {word} then?") == Wishes(f"What about {word} then?")


def test_a_text_with_the_phrase_comes_first_whatever_its_score() -> None:
    texts = {1: "it may go", 2: "it go let", 3: "now LET  it\ngo!", 4: "let it gone"}
    ranked = granted(RANKED, texts, wishes_of('"let it go"'))
    assert [row for row, _ in ranked] == [3, 1, 2, 4]


def test_without_the_phrase_anywhere_nothing_changes() -> None:
    assert granted(RANKED, {}, wishes_of('"let it go"')) == RANKED


def test_a_text_with_a_word_to_leave_out_is_gone() -> None:
    texts = {1: "A fast Car.", 2: "cars and cards", 3: "the car", 4: "a cat"}
    assert [row for row, _ in granted(RANKED, texts, wishes_of("jaguar -car"))] == [2, 4]


def test_a_code_lifts_its_text_over_one_that_is_only_a_little_better() -> None:
    texts = {1: "E40421", 2: "see E4042.", 3: "XE4042", 4: "e-4042"}
    ranked = granted([(1, 0.55), (2, 0.5), (3, 0.4), (4, 0.1)], texts, wishes_of("fix E4042"))
    assert [row for row, _ in ranked] == [2, 1, 3, 4]
    assert [row for row, _ in granted(RANKED, texts, wishes_of("fix E4042"))] == [1, 2, 3, 4]


@given(question=st.text(max_size=60), text=st.text(max_size=60))
def test_any_question_can_be_read_and_granted(question: str, text: str) -> None:
    ranked = granted(RANKED, dict.fromkeys(range(1, 5), text), wishes_of(question))
    scores = [score for _, score in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
