from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quoth.datatypes import Context, Quote, Sentence
from quoth.ui.citations import Source, cited, number_quotes, segments, source_of_hit, sources
from quoth.ui.reader import page_body
from quoth.ui.widgets import source_card
from tests.samples import DOCUMENT, PAGE_1, answer, hit, quote

WARRANTY = quote("The warranty lasts two years")
RECEIPT = quote("Keep the receipt.")
REPAIRS = quote("Repairs are free within the warranty.")


def _answer(*cited: tuple[Quote, ...]):  # noqa: ANN202
    return answer(sentences=tuple(Sentence("So. ", quotes, 1, "supported") for quotes in cited))


def test_quotes_are_numbered_in_the_order_in_which_they_are_cited() -> None:
    numbers = number_quotes(_answer((REPAIRS,), (WARRANTY, REPAIRS)))
    assert numbers == {REPAIRS: 1, WARRANTY: 2}


def test_quotes_of_one_passage_share_a_source() -> None:
    found = sources(_answer((RECEIPT,), (REPAIRS,), (WARRANTY,)))
    assert [source.numbers for source in found] == [(1, 3), (2,)]
    assert found[0].text == PAGE_1
    assert found[0].headings == ("Kettle", "Warranty")


def test_a_source_names_the_others_that_hold_the_same_text() -> None:
    copied = replace(hit(), also_in=("old/kettle.pdf", "kettle.md"))
    found = sources(replace(_answer((RECEIPT,), (REPAIRS,)), hits=(copied, hit(2, page=2))))
    assert [source.also_in for source in found] == [("old/kettle.pdf", "kettle.md"), ()]
    assert "Also in kettle.pdf, kettle.md" in str(source_card(found[0], "source-0"))


def test_a_quote_outside_every_passage_is_its_own_source() -> None:
    found = sources(answer(context=Context()))
    assert [source.text for source in found] == [WARRANTY.text, REPAIRS.text]
    assert [source.page for source in found] == [1, 2]


def test_the_quoted_words_are_marked_where_they_are() -> None:
    (source,) = sources(_answer((RECEIPT,), (WARRANTY,)))
    marked = {piece.number: piece.text for piece in segments(source) if piece.number}
    assert marked == {1: RECEIPT.text, 2: WARRANTY.text}


@pytest.mark.parametrize("excerpt", [(), (quote(PAGE_1.strip()),)])
def test_a_hit_without_an_excerpt_or_that_is_one_is_shown_unmarked(
    excerpt: tuple[Quote, ...],
) -> None:
    pieces = segments(source_of_hit(replace(hit(), excerpt=excerpt)))
    assert [(piece.text, piece.number) for piece in pieces] == [(PAGE_1, None)]


def test_the_excerpt_of_a_hit_stands_out_of_the_whole_and_has_no_number() -> None:
    source = source_of_hit(replace(hit(), excerpt=(RECEIPT,)))
    assert "".join(piece.text for piece in segments(source)) == PAGE_1
    card = str(source_card(source, "closest-0"))
    assert f"<mark>{RECEIPT.text}</mark>" in card
    assert f'class="q-preview">{RECEIPT.text}<' in card
    assert 'q-number"' not in card


def test_the_excerpt_of_a_hit_is_opened_on_its_own_page() -> None:
    source = source_of_hit(replace(hit(page=2), excerpt=(REPAIRS,)))
    assert (source.page, source.quotes) == (2, (REPAIRS,))
    assert f"<mark>{REPAIRS.text}</mark>" in str(page_body(DOCUMENT.pages[1], source, DOCUMENT))


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=6), st.integers(0, 20))
def test_segments_are_the_whole_text_whatever_the_quotes(
    spans: list[tuple[int, int]], start: int
) -> None:
    text = "".join(chr(97 + i % 26) for i in range(40))
    quotes = tuple(Quote("d", "f", 1, min(a, b), max(a, b), "") for a, b in spans)
    numbers = tuple(range(1, len(quotes) + 1))
    source = Source("d", "f", 1, (), start, text, numbers, quotes)
    assert "".join(piece.text for piece in segments(source)) == text


def test_a_number_names_its_quote_on_its_own_page() -> None:
    given = answer()
    source = cited(given, 2)
    assert source is not None
    assert (source.page, source.numbers) == (2, (2,))
    assert cited(given, 3) is None
