from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generation.evidence import LONGEST_SENTENCE, gather
from quoth.datatypes import Context
from tests.generation.sources import chunk, hit, passage
from tests.generation.vectors import embed_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray


def sentences(text: str) -> list[str]:
    context = Context((passage(1, hit(1, chunk("d", text))),))
    return [s.quote.text for s in gather("What?", context, embed_words).sentences]


def test_a_heading_is_not_part_of_the_sentence_below_it() -> None:
    assert sentences("## Pumps, in short\n\nA pump moves\nwater. It hums.") == [
        "## Pumps, in short",
        "A pump moves\nwater.",
        "It hums.",
    ]


def test_a_table_is_cut_into_lines() -> None:
    rows = [f"pump {number} | {number} litres | red" for number in range(60)]
    text = "\n".join(rows)
    assert len(text) > LONGEST_SENTENCE
    assert sentences(text) == rows


def test_vectors_are_one_a_sentence_from_one_call() -> None:
    calls: list[int] = []

    def embed(texts: Sequence[str]) -> NDArray[np.float32]:
        calls.append(len(texts))
        return embed_words(texts)

    evidence = gather("What?", Context((passage(1, hit(1, chunk("d", "One. Two."))),)), embed)
    assert calls == [3]
    assert evidence.vectors.shape == (2, evidence.question_vector.shape[0])


def test_pages_are_asked_for_only_inside_a_passage_that_has_several() -> None:
    whole = passage(1, hit(1, chunk("d", "One. Two.")))
    asked: list[int] = []

    def page_of(_: str, offset: int) -> int:
        asked.append(offset)
        return 3 + offset // 5

    several = gather("What?", Context((whole,)), embed_words, page_of)
    assert ([s.quote.page for s in several.sentences], asked) == ([3, 4], [0, 5])
    one = gather("What?", Context((replace(whole, last_page=3),)), embed_words, page_of)
    assert ([s.quote.page for s in one.sentences], asked) == ([3, 3], [0, 5])
