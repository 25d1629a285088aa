from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from generation.evidence import gather
from generation.extractive import coverage, extract, features
from generation.words import content
from quoth.datatypes import Context
from tests.generation.sources import chunk, context, hit, passage

if TYPE_CHECKING:
    from vectorstore import Embedder


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Who founded the company Nordvand?", "Karen Holm"),
        ("How long does the warranty last?", "24 months"),
        ("What does the red light mean?", "the tank is empty"),
        ("How much do repairs cost?", "45 dollars"),
        ("How often should the filter be cleaned?", "every 6 weeks"),
    ],
)
def test_the_answering_sentence_is_among_the_best(
    question: str, answer: str, embedder: Embedder
) -> None:
    found = extract(gather(question, context(), embedder.embed_passages))
    assert len(found) <= 2
    assert answer in "".join(sentence.text for sentence in found)


def test_sentences_come_in_reading_order_and_are_their_own_quotes(embedder: Embedder) -> None:
    evidence = gather("What does the warranty not cover?", context(), embedder.embed_passages)
    found = extract(evidence, max_sentences=4)
    quotes = [sentence.quotes[0] for sentence in found]
    order = [s.quote for s in evidence.sentences]
    assert len(quotes) == len(found)
    assert [order.index(quote) for quote in quotes] == sorted(map(order.index, quotes))
    assert "".join(s.text for s in found) == " ".join(quote.text for quote in quotes)
    assert all(s.verdict == "supported" and 0 < s.support < 1 for s in found)


def test_a_sentence_that_leans_on_the_one_before_is_quoted_with_it(embedder: Embedder) -> None:
    text = "Karen Holm founded Nordvand. She sold it to a group from Odense in 1999."
    sources = Context((passage(1, hit(1, chunk("firm", text))),))
    evidence = gather("Who bought it in 1999?", sources, embedder.embed_passages)
    found = extract(evidence, max_sentences=1)
    assert [quote.text for quote in found[0].quotes] == [
        "She sold it to a group from Odense in 1999.",
        "Karen Holm founded Nordvand.",
    ]


def test_a_sentence_far_behind_the_best_is_left_out(embedder: Embedder) -> None:
    evidence = gather("Who founded the company Nordvand?", context(), embedder.embed_passages)
    assert len(extract(evidence)) == 1


def test_a_date_is_not_how_much(embedder: Embedder) -> None:
    text = (
        "Nordvand announced its sales for the fourth quarter on January 24, 2023. "
        "Reported sales fell to 23.7 billion crowns in the quarter."
    )
    sources = Context((passage(1, hit(1, chunk("report", text))),))
    question = "How much were the sales of the fourth quarter?"
    found = extract(gather(question, sources, embedder.embed_passages), max_sentences=1)
    assert "23.7 billion" in found[0].text


def test_nothing_comes_of_nothing(embedder: Embedder) -> None:
    assert extract(gather("Who?", Context(), embedder.embed_passages)) == ()


def test_titles_questions_and_lead_ins_are_no_answers(embedder: Embedder) -> None:
    text = (
        "## How long the warranty lasts\n\nTHE WARRANTY\n\nHow long does the warranty last?\n\n"
        "The warranty lasts as follows:\n\n"
        "It lasts for 24 months from the day of purchase."
    )
    sources = Context((passage(1, hit(1, chunk("warranty", text))),))
    found = extract(gather("How long does the warranty last?", sources, embedder.embed_passages))
    assert [s.text for s in found] == ["It lasts for 24 months from the day of purchase."]


def test_sources_of_titles_alone_give_no_answer(embedder: Embedder) -> None:
    sources = Context((passage(1, hit(1, chunk("titles", "# The warranty\n\nTHE FILTER"))),))
    assert extract(gather("What is the warranty?", sources, embedder.embed_passages)) == ()


def test_rare_words_of_the_question_weigh_more() -> None:
    texts = [content(text) for text in ("pump red", "pump blue", "pump", "pump")]
    red, blue, plain, _ = coverage("How long does the red pump last?", texts)
    assert red > 2 * blue
    assert blue == plain


def test_coverage_of_no_words_is_nothing() -> None:
    assert np.array_equal(coverage("Who is it?", [content("red"), content("")]), [0.0, 0.0])


def test_a_figure_is_taken_from_the_row_of_that_name(embedder: Embedder) -> None:
    table = (
        "| Net sales | 2022 | 2021 |\n| --- | --- | --- |\n| Pumps | 18,097 | 17,001 |\n"
        "| Valves | 9,901 | 9,800 |\n| Total company | 34,229 | 35,355 |\n"
    )
    context = Context((passage(1, hit(1, chunk("sales", table))),))
    found = gather("What were the net sales in 2022?", context, embedder.embed_passages)
    assert found.sentences[0].label == "Pumps"
    assert features(found)[:, 6].tolist() == [1.0, 1.0, 0.0]
    (best,) = extract(found, max_sentences=1)
    assert "34,229" in best.text
    found = gather("Who sells valves?", context, embedder.embed_passages)
    assert not features(found)[:, 6].any()
