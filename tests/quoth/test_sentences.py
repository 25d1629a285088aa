"""Where a sentence ends, said in one place for chunks, citations and answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.sentences import sentence_spans


def _sentences(text: str, language: str = "en") -> list[str]:
    return [text[start:end].strip() for start, end in sentence_spans(text, language)]


@pytest.mark.parametrize("before", ["Mr.", "Ms.", "Mx.", "Amb.", "Atty."])
def test_a_title_does_not_end_a_sentence(before: str) -> None:
    assert _sentences(f"The board thanked {before} Lee. Then it rose.") == [
        f"The board thanked {before} Lee.",
        "Then it rose.",
    ]


def test_a_title_at_the_end_of_a_line_stays_with_the_name_on_the_next() -> None:
    assert _sentences("It thanked Ms.\nLee. Then it rose.")[0] == "It thanked Ms.\nLee."


@pytest.mark.parametrize("several", ["Eqs.", "Figs.", "Refs.", "Secs."])
def test_what_numbers_follow_does_not_end_a_sentence(several: str) -> None:
    assert len(_sentences(f"This is shown in {several} 3 and 4. Then more.")) == 2


def test_milliseconds_and_words_that_end_alike_do_end_one() -> None:
    assert len(_sentences("It took 5 ms. Then it went on. He wrote programs. They ran.")) == 4


@given(st.text(alphabet=" \n.?!aMsxEqFigs3é。", max_size=80))
def test_every_character_belongs_to_exactly_one_sentence(text: str) -> None:
    spans = sentence_spans(text)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(start < end for start, end in spans)
