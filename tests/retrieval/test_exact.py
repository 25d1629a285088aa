"""What a question wants to the letter is read from it, and wins."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.exact import granted, wishes_of

RANKED = [(1, 0.9), (2, 0.5), (3, 0.4), (4, 0.1)]


@pytest.mark.parametrize(
    ("question", "phrases"),
    [
        ('who sang "Let it go" in 2013?', ("Let it go",)),
        ("what is “net  worth” and „Soll und Haben“?", ("net  worth", "Soll und Haben")),
        ("où est «la clé» ?", ("la clé",)),
        ("「吾輩は猫」は誰が書いた", ("吾輩は猫",)),
        ('models from "artificial spermatids."', ("artificial spermatids",)),
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
        ('jaguar -"big cat" speed?', "jaguar   speed?", ("big cat",)),
        ("what does tar -xzf do?", "what does tar -xzf do?", ()),
        ("a well-known fact", "a well-known fact", ()),
        ("temperatures below -40", "temperatures below -40", ()),
        ("-car", "-car", ()),
        ("rm -rf", "rm -rf", ()),
    ],
)
def test_words_to_leave_out_stand_at_the_end_and_phrases_anywhere(
    question: str, text: str, excluded: tuple[str, ...]
) -> None:
    found = wishes_of(question)
    assert (found.text, found.excluded) == (text, excluded)


def test_in_a_long_question_quotation_marks_are_seldom_a_wish() -> None:
    long = "There has been work on systems with weights, and some on a " + "very " * 20
    assert wishes_of(long + '"virtual" one').phrases == ()


@pytest.mark.parametrize(
    "code",
    [
        *("XK-200/7", "E4042", "0x80070057", "4.2.1", "MAX_SIZE", "v1.2", "ISO-9001", "run_target"),
        *("6799890", "2708-6254", "x7301"),
    ],
)
def test_codes(code: str) -> None:
    assert wishes_of(f"What does {code} mean?").codes == (code,)


@pytest.mark.parametrize("word", ["1999", "2.5", "12:30", "well-known", "a", "NATO", "5-year"])
def test_what_is_no_code(word: str) -> None:
    assert wishes_of(f"What about {word} then?").codes == ()


@pytest.mark.parametrize(
    "question", ["§ 3.1 fee", "the fee in Section 3.1?", "was sagt Kapitel 3.1"]
)
def test_the_number_of_a_section_is_a_code(question: str) -> None:
    assert wishes_of(question).codes == wishes_of(question).sections == ("3.1",)


def test_of_a_compound_the_code_is_a_code_and_one_spoken_of_beside_others_does_not_win() -> None:
    wishes = wishes_of("LSD1-positive cells and MSX2")
    assert (wishes.codes, wishes.telling) == (("LSD1", "MSX2"), ())
    assert [row for row, _ in granted(RANKED, {3: "LSD1"}, wishes)] == [1, 2, 3, 4]
    assert wishes_of("the 2 days of 1871").names == ("1871",)


def test_names_count_and_the_only_word_is_a_code() -> None:
    assert wishes_of("who met Ada Lovelace in Turin?").names == ("Ada Lovelace", "Turin")
    assert wishes_of("zorblax?").codes == ("zorblax",)


def test_a_text_with_the_phrase_comes_first_whatever_its_score() -> None:
    texts = {1: "it may go", 2: "it go let", 3: "now LET  it\ngo!", 4: "let it gone"}
    ranked = granted(RANKED, texts, wishes_of('"let it go"'))
    assert [row for row, _ in ranked] == [3, 1, 2, 4]


def test_without_the_phrase_anywhere_nothing_changes() -> None:
    assert granted(RANKED, {}, wishes_of('"let it go"')) == RANKED


def test_a_text_with_a_word_to_leave_out_is_gone() -> None:
    texts = {1: "A fast Car.", 2: "cars and cards", 3: "the car", 4: "a cat"}
    assert [row for row, _ in granted(RANKED, texts, wishes_of("jaguar -car"))] == [2, 4]


def test_a_code_that_few_have_wins_and_one_that_many_have_lifts_a_little() -> None:
    texts = {1: "E40421", 2: "XE4042", 3: "see E4042.", 4: "e-4042"}
    assert [row for row, _ in granted(RANKED, texts, wishes_of("fix E4042"))] == [3, 1, 2, 4]
    many = [(row, 0.5) for row in range(6)]
    held = dict.fromkeys(range(6), "E4042")
    ranked = granted([(6, 0.9), (7, 0.55), *many], held, wishes_of("fix E4042"))
    assert [row for row, _ in ranked] == [6, *range(6), 7]


def test_a_section_is_its_own_place_before_those_that_refer_to_it() -> None:
    texts = {1: "as clause 3.1 says", 2: "13.1 Fees", 3: "3.1.2 Fees", 4: "Terms\n### 3.1 Duties"}
    ranked = granted(RANKED, texts, wishes_of("clause 3.1"))
    assert [row for row, _ in ranked] == [4, 1, 2, 3]
    del texts[4]
    assert [row for row, _ in granted(RANKED, texts, wishes_of("clause 3.1"))] == [1, 2, 3, 4]


def test_a_name_lifts_its_text_a_little() -> None:
    texts = {1: "Jane Smith", 2: "John Smythe", 3: "JOHN\nSMITH"}
    ranked = granted([(1, 0.55), (2, 0.52), (3, 0.5)], texts, wishes_of("where is John Smith?"))
    assert [row for row, _ in ranked] == [3, 1, 2]


@given(question=st.text(max_size=60), text=st.text(max_size=60))
def test_any_question_can_be_read_and_granted(question: str, text: str) -> None:
    ranked = granted(RANKED, dict.fromkeys(range(1, 5), text), wishes_of(question))
    scores = [score for _, score in ranked]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
