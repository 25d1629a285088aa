from __future__ import annotations

import pytest

from generation.interpretation import align
from quoth.datatypes import Answer, Context, Sentence
from tests.generation.sources import context
from tests.generation.vectors import embed_words


def answer(*texts: str, read: Context) -> Answer:
    said = tuple(Sentence(f"{text} ", (), 0.5, "supported") for text in texts)
    return Answer("What of the pump?", said, refused=False, context=read, stop_reason="end")


def test_each_sentence_is_carried_best_by_the_source_that_says_the_same() -> None:
    said = ("Never use bleach on the filter.", "The X200 pump is made in Denmark.")
    found = align(answer(*said, read=context()), embed_words)
    assert found.sentences == said
    for row, text in zip(found.support, said, strict=True):
        best = max(range(len(row)), key=row.__getitem__)
        assert found.sources[best].text == text
        assert row[best] > 0.9
        assert all(0 <= value <= 1 for value in row)
    assert found.similarity[0][[q.text for q in found.sources].index(said[0])] == pytest.approx(1)


def test_every_sentence_that_was_read_has_a_column_and_no_pairs_have() -> None:
    found = align(answer("The pump.", read=context()), embed_words)
    assert len(found.sources) == 10
    assert [len(row) for row in (*found.support, *found.similarity)] == [10, 10]


def test_nothing_read_is_nothing_aligned() -> None:
    found = align(answer("I do not know.", read=Context()), embed_words)
    assert (found.sources, found.support) == ((), ((),))
