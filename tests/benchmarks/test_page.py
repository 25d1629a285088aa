from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from benchmarks.page import _acts, _answered, _converse, _fill, _timed
from quoth import Quoth

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vectorstore import Embedder


@pytest.fixture
def quoth(tmp_path: Path, embedder: Embedder) -> Iterator[Quoth]:
    with Quoth.open(tmp_path / "library", embedder=embedder) as opened:
        yield opened


def test_acts_run_over_a_filled_library(
    quoth: Quoth, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Streamlit's test runner leaves its script there, which new processes would run again.
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    _fill(quoth, tmp_path / "documents", 25)
    conversation = _converse(quoth, 2)
    assert len(quoth.conversations.get(conversation).turns) == 10
    acts = {("chat", "open a source"), ("documents", "turn the list")}
    for page, name in acts:
        act = _acts(page)[name]
        (took,) = _timed(page, quoth, conversation, act, 1)
        assert took.work > 0


def test_an_answer_quotes_what_the_search_finds(quoth: Quoth, tmp_path: Path) -> None:
    _fill(quoth, tmp_path / "documents", 3)
    (piece,) = _answered(quoth, "turbine valve")
    assert piece.answer is not None
    for quote in piece.answer.quotes:
        assert quoth.document(quote.document_id).text[quote.start : quote.end] == quote.text
