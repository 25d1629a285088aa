from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.excerpts import _Gold, _gold, _holds, cut_down
from tests.retrieval.test_excerpts import KETTLE, hit_of

if TYPE_CHECKING:
    from vectorstore import Embedder

WARRANTY = "The warranty lasts two years from the day of purchase."


def test_excerpts_are_spans_of_their_files_and_cost_their_tokens_and_titles(
    embedder: Embedder,
) -> None:
    hit = hit_of(KETTLE)
    ((name, span),), tokens = cut_down("How long does the warranty last?", [hit], embedder)
    assert name == "f"
    shown = KETTLE[span[0] - 100 : span[1] - 100]
    assert WARRANTY in shown
    assert tokens == embedder.count_tokens([shown])[0] < embedder.count_tokens([KETTLE])[0]
    titled = hit_of(KETTLE, headings=("Kettle",))
    assert cut_down("How long does the warranty last?", [titled], embedder)[1] > tokens


def test_gold_is_a_span_of_the_file_whatever_stands_above_the_passage() -> None:
    line = {"question": "?", "gold_passage": "p", "answers": ["two years"], "start": [20]}
    text = f"# Kettle\n\n{WARRANTY}\n"
    (gold,) = _gold(line, {"p": text}, {"p": f" {WARRANTY}"})
    assert (gold.document, text[slice(*gold.span)]) == ("p", "two years")


def test_gold_sentences_are_found_however_their_words_are_set() -> None:
    line = {"question": "?", "passage_shown": "p", "selected_sentences": ["two  years from", "six"]}
    (gold,) = _gold(line, {"p": WARRANTY.replace("two ", "two\n")}, {})
    assert gold.span == (19, 33)


def test_gold_counts_as_kept_in_its_own_document_only() -> None:
    hit = hit_of(WARRANTY)
    at = (104, 112)
    assert _holds(_Gold("?", "f", at), [hit], cut=False)
    assert not _holds(_Gold("?", "f", at), [hit], cut=True)
    assert not _holds(_Gold("?", "g", at), [hit], cut=False)
