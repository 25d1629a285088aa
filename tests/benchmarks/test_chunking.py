from __future__ import annotations

from itertools import pairwise

import pytest

from benchmarks.chunkers import minilm_tokenizer, recursive_pieces, windows_of_tokens
from benchmarks.chunking import Cut, Question, _within, score_of

TEXT = "Zürich is a city. It lies by a lake.\n\nThe lake is cold. The lake is cold. " * 12


def test_windows_of_tokens_overlap_and_cover_the_text() -> None:
    pieces = list(windows_of_tokens(TEXT, 40, 20, minilm_tokenizer()))
    assert all(TEXT[start:end] == text for (start, end), text in pieces)
    covered = {at for (start, end), _ in pieces for at in range(start, end)}
    assert {at for at, character in enumerate(TEXT) if not character.isspace()} <= covered
    assert all(b[0][0] < a[0][1] for a, b in pairwise(pieces))


def test_pieces_of_the_recursive_splitter_are_found_again_where_they_stand() -> None:
    pieces = list(recursive_pieces(TEXT, 60, 0, len))
    assert all(TEXT[start:end] == text for (start, end), text in pieces)
    starts = [start for (start, _), _ in pieces]
    assert starts == sorted(set(starts))
    assert sum(len(text) for _, text in pieces) > 0.9 * len(TEXT)


def test_the_chunk_that_crosses_the_budget_is_cut_off_in_proportion() -> None:
    cuts = [Cut("a", (0, 100), ""), Cut("a", (100, 200), ""), Cut("a", (200, 300), "")]
    assert _within([0, 1, 2], cuts, [1000, 48, 9]) == [("a", (0, 100)), ("a", (100, 150))]


def test_what_is_found_in_another_corpus_only_costs() -> None:
    question = Question("?", "a", ((0, 10),))
    found = score_of(question, [("a", (0, 10)), ("b", (0, 10))])
    assert (found.recall, found.precision) == (1.0, pytest.approx(0.5))
