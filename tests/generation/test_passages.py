from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from generation.passages import make_passages
from tests.generation.making import make_hit

if TYPE_CHECKING:
    from quoth.datatypes import Hit

TEXT = "".join(chr(97 + i % 26) if i % 7 else " " for i in range(400))


def cut(start: int, end: int, rank: int, document: str = "d") -> Hit:
    return make_hit(document, start, TEXT[start:end], rank)


def test_neighbours_and_overlapping_hits_become_one_passage() -> None:
    (passage,) = make_passages([cut(50, 90, 2), cut(0, 50, 3), cut(80, 120, 1), cut(60, 70, 4)])
    assert (passage.start, passage.end, passage.rank, passage.number) == (0, 120, 1, 1)
    assert passage.text == TEXT[0:120]


def test_a_gap_of_one_character_keeps_hits_apart() -> None:
    passages = make_passages([cut(0, 50, 1), cut(51, 90, 2)])
    assert [(p.start, p.end) for p in passages] == [(0, 50), (51, 90)]


def test_white_space_alone_does_not_keep_them_apart_where_it_can_be_read() -> None:
    text = "One. \n\nTwo. and Three."
    hits = [make_hit("d", start, text[start:end], 1) for start, end in ((0, 4), (7, 11), (16, 22))]
    passages = make_passages(hits, lambda _, start, end: text[start:end])
    assert [p.text for p in passages] == ["One. \n\nTwo.", "Three."]
    assert all(p.text == text[p.start : p.end] for p in passages)
    assert len(make_passages(hits, lambda *_: "")) == 3


def test_hits_that_disagree_on_their_common_text_stay_apart() -> None:
    passages = make_passages([make_hit("d", 0, "abcdef", 1), make_hit("d", 3, "xyz123", 2)])
    assert [p.text for p in passages] == ["abcdef", "xyz123"]


def test_the_best_document_stands_last_and_each_is_read_from_its_start() -> None:
    hits = [
        cut(200, 210, 1, "best"),
        cut(0, 9, 5, "best"),
        cut(50, 60, 2, "other"),
        cut(20, 30, 3, "third"),
    ]
    passages = make_passages(hits)
    assert [(p.number, p.document_id, p.start) for p in passages] == [
        (1, "third", 20), (2, "other", 50), (3, "best", 0), (4, "best", 200),
    ]  # fmt: skip


@given(
    st.lists(st.tuples(st.sampled_from("xy"), st.integers(0, 300), st.integers(1, 99)), max_size=12)
)
def test_passages_are_exact_disjoint_and_cover_the_hits(cuts: list[tuple[str, int, int]]) -> None:
    hits = [cut(s, s + n, rank, d) for rank, (d, s, n) in enumerate(cuts, start=1)]
    passages = make_passages(hits)
    covered = {(p.document_id, at) for p in passages for at in range(p.start, p.end)}
    assert all(p.text == TEXT[p.start : p.end] for p in passages)
    assert covered == {(d, at) for d, s, n in cuts for at in range(s, s + n)}
    assert len(covered) == sum(p.end - p.start for p in passages)
    assert [p.number for p in passages] == list(range(1, len(passages) + 1))
