from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generation.evidence import gather
from generation.extractive import extract
from generation.support import check
from generation.tables import tables
from quoth.datatypes import Context
from tests.generation.sources import chunk, hit, passage

if TYPE_CHECKING:
    from generation.evidence import Evidence
    from vectorstore import Embedder

SALES = (
    "The company reports in millions.\n\n"
    "| Year | Net sales | Staff |\n| --- | ---: | --- |\n"
    "| 2014 | 31,821 | 89,800 |\n| 2015 | 30,274 | 89,446 |\n| 2016 | 30,109 |  |\n\n"
    "Sales fell for two years."
)


def evidence(
    question: str, embedder: Embedder, text: str = SALES, headings: tuple[str, ...] = ()
) -> Evidence:
    context = Context((passage(1, hit(1, chunk("sales", text, headings, start=50))),))
    return gather(question, context, embedder.embed_passages)


def readings(text: str, headings: tuple[str, ...] = ()) -> list[str]:
    return [row.reading for _, rows in tables(text, headings) for row in rows]


def test_a_row_is_read_with_the_names_of_its_columns() -> None:
    assert readings(SALES) == [
        "Year: 2014; Net sales: 31,821; Staff: 89,800",
        "Year: 2015; Net sales: 30,274; Staff: 89,446",
        "Year: 2016; Net sales: 30,109",
    ]


def test_a_table_that_was_cut_finds_its_columns_in_the_heading() -> None:
    cut = "| Net sales | 34,229 | 35,355 |\n| a\\|b |  | 2 |"
    assert readings(cut, ("Report", "Item | 2022 | 2021")) == [
        "Item: Net sales; 2022: 34,229; 2021: 35,355",
        "Item: a|b; 2021: 2",
    ]
    assert readings(cut, ("Report",)) == ["Net sales; 34,229; 35,355", "a|b; 2"]


def test_columns_that_do_not_match_the_cells_name_none_of_them() -> None:
    cut = "| Net sales | 34,229 | 35,355 |"
    assert readings(cut, ("2022 | 2021",)) == ["Net sales; 2022: 34,229; 2021: 35,355"]
    assert readings(cut, ("a | b | c | d",)) == ["Net sales; 34,229; 35,355"]
    assert readings("| a | b | c |\n| --- | --- | --- |\n| 1 |") == ["1"]


def test_a_header_alone_and_a_bar_in_prose_are_no_table() -> None:
    assert readings("| Year | Net sales |\n| --- | --- |") == []
    assert readings("The value |x| is small. | is a bar.") == []


def test_a_row_that_answers_is_shown_by_column_and_quoted_with_its_header(
    embedder: Embedder,
) -> None:
    (found,) = extract(evidence("What were net sales in 2015?", embedder), max_sentences=1)
    assert found.text == "Year: 2015; Net sales: 30,274; Staff: 89,446"
    row, header = found.quotes
    assert row.text == "| 2015 | 30,274 | 89,446 |"
    assert header.text == "| Year | Net sales | Staff |"
    for quote in found.quotes:
        assert SALES[quote.start - 50 : quote.end - 50] == quote.text


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Net sales in 2015 were 30,274.", "supported"),
        ("Net sales in 2015 were 31,821.", "unsupported"),
        ("Net sales in 2013 were 30,274.", "unsupported"),
    ],
)
def test_a_claim_is_checked_against_one_row(claim: str, verdict: str, embedder: Embedder) -> None:
    source = evidence("What were net sales in 2015?", embedder)
    (sentence,) = check(claim, source, embedder.embed_passages)
    assert sentence.verdict == verdict
    if verdict == "supported":
        assert [quote.text for quote in sentence.quotes] == [
            "| 2015 | 30,274 | 89,446 |",
            "| Year | Net sales | Staff |",
        ]


@settings(max_examples=200, deadline=None)
@given(text=st.text(alphabet="|-: \\\nab1", max_size=80))
def test_rows_lie_in_their_table_and_say_something(text: str) -> None:
    for (start, end), rows in tables(text, ("a | b",)):
        for row in rows:
            assert start <= row.span[0] < row.span[1] <= end
            assert "\n" not in text[slice(*row.span)]
            assert row.reading.strip()
