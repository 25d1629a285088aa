from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.words import content, dates, negated, number_values, numbers, stated_numbers, words


@given(st.text(max_size=200))
def test_words_stand_where_they_say(text: str) -> None:
    for word in words(text):
        assert text[word.start : word.end] == word.text


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,234.50 euros", {"1234.5"}),
        ("twelve of 12", {"12"}),
        ("in 007 and 0", {"7", "0"}),
        ("12 March 1999", {"12", "3", "1999"}),
        ("1.234.567", {"1234567"}),
        ("no number", set()),
        ("twenty-one of Thirty - second", {"21", "32"}),
    ],
)
def test_numbers_are_compared_by_value(text: str, values: set[str]) -> None:
    assert number_values(text) == values


def test_a_number_has_its_unit_and_what_it_counts() -> None:
    money, distance, men = numbers("It cost $5 million over 12 kilometers, for 300 workers.")
    assert (money.unit, distance.unit, men.unit) == ("million", "kilometre", "")
    assert men.counted == "worke"


def test_a_decade_has_no_seconds_and_a_million_is_an_amount() -> None:
    decade, sold = numbers("In the 1990s it sold 1.25 million copies.")
    assert (decade.unit, decade.amount) == ("", "1990")
    assert (sold.unit, sold.amount) == ("million", "1250000")


def test_one_of_them_is_not_a_count() -> None:
    assert stated_numbers("It was one of the first.") == ()


def test_content_leaves_out_small_words_and_endings() -> None:
    assert content("The pumps were lasting") == {"pump", "lasti"}
    assert content("The pump lasts") & content("How long did pumps last?") == {"pump", "last"}
    assert content("東京都") == {"東京", "京都"}


def test_not_reaches_the_words_after_it() -> None:
    assert negated("It does not cover batteries.") == (("cover", "batte"),)
    assert negated("It was not until 1990 that it opened, not only here.") == ()
    assert negated("No. It opened.") == ()


def test_a_month_has_its_day_and_year() -> None:
    assert dates("March 3, 1999 and in May") == {("march", "3"), ("march", "1999")}
