from __future__ import annotations

import pytest

from generation.asked import asked_for, holds, quantities


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How much were the sales of 2022?", "number"),
        ("What were Nordvand's full-year 2022 sales?", "number"),
        ("What was the average price paid per share?", "number"),
        ("When were the sales highest?", "time"),
        ("What was the cause of falling sales?", ""),
        ("What are the largest regions?", ""),
    ],
)
def test_a_figure_is_asked_for_by_its_name_too(question: str, kind: str) -> None:
    assert asked_for(question) == kind


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Results for the fourth quarter and full year 2022 (January 24, 2023)", set()),
        ("Sales: Q4 2021: $24,804; 2022: $2019", {"24804", "2019"}),
        ("the 4th of May, COVID-19 and the X300", set()),
        ("It grew by 4.6% to 2000 litres.", {"4.6", "2000"}),
        ("Four hundred people and twelve dogs", {"4", "12"}),
    ],
)
def test_a_date_a_rank_and_a_code_are_no_quantities(text: str, values: set[str]) -> None:
    assert quantities(text) == values


def test_a_quantity_of_the_question_itself_is_no_answer() -> None:
    question = "How much do 40 filters cost?"
    assert not holds("number", "All 40 filters cost the same since 2019.", question)
    assert holds("number", "40 filters cost 90 dollars.", question)


def test_a_date_may_tell_how_long() -> None:
    assert holds("number", "It lasted from 1918 to 1921.", "How long did the war last?")
