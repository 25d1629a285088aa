"""Excerpts of hits: whole sentences and rows, never torn, never empty, nothing embedded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quoth.datatypes import Chunk, Hit
from retrieval import excerpted
from retrieval import excerpts as excerpts_module
from retrieval.units import units_of

if TYPE_CHECKING:
    from quoth import Quoth

KETTLE = (
    "The kettle is made of steel. It holds two litres. It boils in four minutes. "
    "The cable is one metre long. Its colours are blue and green. "
    "The warranty lasts two years from the day of purchase. "
    "Keep the receipt for it. The shop is in Zürich. It opens at nine. It closes at six."
)
TOASTER = "Bread is toasted on both sides. Crumbs fall into a tray. Empty it once a week."


def hit_of(text: str, score: float = 0.8, start: int = 100, **changes: object) -> Hit:
    fields = {"first_page": 1, "last_page": 1, "headings": (), "n_tokens": 9, **changes}
    return Hit(
        Chunk("c", "d", "f.md", text, start, start + len(text), **fields),  # type: ignore[arg-type]
        score, 1, 0.5,
    )  # fmt: skip


def excerpts(question: str, *hits: Hit) -> list[list[str]]:
    shown = excerpted(question, hits, lambda _, offset: offset)
    return [[quote.text for quote in hit.excerpt] for hit in shown]


def test_an_excerpt_is_what_answers_and_what_stands_beside_it() -> None:
    ((shown,),) = excerpts("How long does the warranty last?", hit_of(KETTLE))
    assert "The warranty lasts two years from the day of purchase." in shown
    assert not any(word in shown for word in ("litres", "boils", "closes"))


def test_a_hit_far_below_the_best_keeps_its_best_sentence_alone() -> None:
    question = "Do crumbs harm the kettle's warranty?"
    first, second = excerpts(question, hit_of(KETTLE), hit_of(TOASTER, 0.1))
    assert "warranty" in " ".join(first)
    assert second == ["Crumbs fall into a tray."]


def test_where_no_word_of_the_question_is_found_a_good_hit_stays_whole() -> None:
    assert excerpts("Garantiedauer?", hit_of(KETTLE)) == [[KETTLE]]


def test_words_that_are_to_be_left_out_are_no_words_of_the_question() -> None:
    question = "Which colours are there -receipt"
    assert excerpts(question, hit_of(KETTLE)) == excerpts(question[:-9], hit_of(KETTLE))


def test_a_quote_names_the_page_on_which_it_begins() -> None:
    asked = []

    def page_of(document_id: str, offset: int) -> int:
        asked.append((document_id, offset))
        return 7

    over, on_one = hit_of(KETTLE, last_page=2), hit_of(KETTLE, first_page=3, last_page=3)
    shown = excerpted("warranty", [over, on_one], page_of)
    assert [quote.page for hit in shown for quote in hit.excerpt] == [7, 3]
    assert asked == [("d", shown[0].excerpt[0].start)]


TABLE = "| Town | Births |\n|---|---|\n" + "".join(f"| Town{n} | {n} |\n" for n in range(12))


def test_a_row_comes_with_the_names_of_its_columns() -> None:
    (shown,) = excerpts("How many births in Town9?", hit_of(TABLE))
    assert shown == ["| Town | Births |\n|---|---|", "| Town9 | 9 |"]


def test_rows_whose_header_is_a_title_have_its_words() -> None:
    rows = TABLE.partition("---|\n")[2]
    title, prose = ("Births",), "They say that many were born. Nobody counted them."
    table, told = excerpts("births", hit_of(rows, headings=title), hit_of(prose, headings=title))
    assert table == [rows.strip()]
    assert told != table


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Run this. Then look.\n\n```\n# One. Two.\nx = 1\n```\n\nThat is all.", "# One. Two.\nx = 1"),
        ("It was cut.\n\n~~~ sh\necho One. Two.\n\nls", "~~~ sh\necho One. Two.\n\nls"),
        ("def f():\n    # One. Two is more.\n    return 1", "    # One. Two is more."),
        ("- One. And two.\n- Three.", "- One. And two."),
        ("a | b\n| c. D | e |\n| f | g |\n", "| c. D | e |"),
    ],
)  # fmt: skip
def test_code_items_and_rows_are_not_cut_at_what_looks_like_a_sentence(
    text: str, whole: str
) -> None:
    assert sum(whole in text[unit.start : unit.end] for unit in units_of(text, "en")) == 1


LINES = st.sampled_from(
    [
        "The kettle boils.", "Is it blue? Yes.", "水は沸騰します。彼は待つ。", "| a | b |", "|---|---|",
        "```", "~~~", "    x = 1  # One. Two.", "- item. More", "", " ", "# Title", "\t", "\u2028", "|",
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(LINES, max_size=12).map("\n".join), st.text("ab .|\n`~-#é水。", max_size=60)
)


@given(TEXTS)
@settings(max_examples=80)
def test_units_hold_all_of_a_text_but_white_space_in_order(text: str) -> None:
    units = units_of(text, "en")
    assert all(unit.start < unit.end for unit in units)
    assert all(a.end <= b.start for a, b in pairwise(units))
    held = "".join(text[unit.start : unit.end] for unit in units)
    assert "".join(held.split()) == "".join(text.split())


@given(TEXTS, st.lists(st.tuples(TEXTS, st.floats(0, 1)), max_size=4))
@settings(max_examples=80)
def test_every_hit_keeps_something_and_tears_nothing(
    question: str, found: list[tuple[str, float]]
) -> None:
    hits = [hit_of(text, score) for text, score in found]
    language = excerpts_module._language(hits)
    shown = excerpted(question, hits, lambda *_: 1)
    assert [hit.chunk for hit in shown] == [hit.chunk for hit in hits]
    for hit in shown:
        chunk = hit.chunk
        assert bool(hit.excerpt) == bool(chunk.text.strip())
        for quote in hit.excerpt:
            assert chunk.start <= quote.start < quote.end <= chunk.end
            assert quote.text == chunk.text[quote.start - chunk.start : quote.end - chunk.start]
        for before, after in pairwise(hit.excerpt):
            between = chunk.text[before.end - chunk.start : after.start - chunk.start]
            assert between.strip()
        edges = [
            {getattr(unit, side) + chunk.start for unit in units_of(chunk.text, language)}
            for side in ("start", "end")
        ]
        assert {quote.start for quote in hit.excerpt} <= edges[0]
        assert {quote.end for quote in hit.excerpt} <= edges[1]


def test_a_search_tells_excerpts_only_where_they_are_asked_for(examples_library: Quoth) -> None:
    question = "How large is the vocabulary of GPT-2?"
    plain = examples_library.search(question, k=4)
    shown = examples_library.search(question, k=4, excerpts=True)
    assert not any(hit.excerpt for hit in plain)
    assert [hit.chunk for hit in shown] == [hit.chunk for hit in plain]
    for hit in shown:
        text = examples_library.document(hit.chunk.document_id).text
        assert hit.excerpt
        assert all(text[quote.start : quote.end] == quote.text for quote in hit.excerpt)
    assert "50,257" in " ".join(quote.text for quote in shown[0].excerpt)
    kept = [one.hit for one in examples_library.explain(question, k=4) if one.kept]
    assert [hit.excerpt for hit in kept] == [hit.excerpt for hit in shown]
