from __future__ import annotations

import random
from itertools import pairwise, takewhile

from hypothesis import given
from hypothesis import strategies as st

from ingest.packing import halfway, pack
from ingest.segmentation import Break

PIECES = st.lists(
    st.tuples(st.one_of(st.integers(0, 3), st.integers(1, 50)), st.sampled_from(Break)),
    min_size=1,
    max_size=200,
)


@given(PIECES, st.integers(50, 200))
def test_runs_are_in_order_and_within_the_limit(
    pieces: list[tuple[int, Break]], limit: int
) -> None:
    weights, kinds = zip(*pieces, strict=True)
    cuts = pack(weights, kinds, limit)
    ends = [*cuts[1:], len(weights)]
    assert cuts[0] == 0
    assert all(one < two for one, two in pairwise([*cuts, len(weights)]))
    assert all(sum(weights[a:b]) <= limit for a, b in zip(cuts, ends, strict=True))


@given(PIECES)
def test_halves_are_never_empty(pieces: list[tuple[int, Break]]) -> None:
    weights, kinds = zip(*(pieces + pieces), strict=True)
    assert 0 < halfway(weights, kinds) < len(weights)


def test_equal_pieces_make_equal_runs() -> None:
    assert pack([10] * 12, [Break.SENTENCE] * 12, 70) == [0, 6]
    assert halfway([10] * 12, [Break.SENTENCE] * 12) == 6


def test_a_better_break_is_worth_a_little_balance() -> None:
    kinds = [Break.SENTENCE] * 12
    kinds[5] = Break.PARAGRAPH
    assert pack([10] * 12, kinds, 80) == [0, 5]
    assert halfway([10] * 12, kinds) == 5


def test_a_piece_above_the_limit_stands_alone() -> None:
    assert pack([5, 100, 5], [Break.LINE] * 3, 20) == [0, 1, 2]


def test_very_many_light_pieces_are_packed_in_bounded_runs() -> None:
    weights = [1 + number % 3 for number in range(20_000)]
    cuts = pack(weights, [Break.LINE] * len(weights), 200)
    runs = [sum(weights[a:b]) for a, b in pairwise([*cuts, len(weights)])]
    assert max(runs) <= 200
    assert min(runs) > 100


def test_an_edit_moves_few_cuts() -> None:
    moved = sorted(_runs_changed_by_an_edit(seed) for seed in range(60))
    assert moved[30] <= 5
    assert moved[57] <= 16
    # An anchor is told by six chunks on both sides of it, and the next ones are not far.
    assert moved[-1] <= 30


def _runs_changed_by_an_edit(seed: int) -> int:
    draw = random.Random(seed)
    pieces = [
        (draw.randint(1, 60), draw.choice([Break.SENTENCE, Break.SENTENCE, Break.PARAGRAPH]))
        for _ in range(600)
    ]
    at = draw.randrange(200, 400)
    edited = [*pieces[:at], (33, Break.SENTENCE), *pieces[at + seed % 2 :]]
    before, after = _runs(pieces), _runs(edited)
    assert len(before) > 60
    at_start = takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False))
    at_end = takewhile(
        lambda pair: pair[0] == pair[1], zip(before[::-1], after[::-1], strict=False)
    )
    return len(after) - len([*at_start, *at_end])


def _runs(pieces: list[tuple[int, Break]]) -> list[list[tuple[int, Break]]]:
    weights, kinds = zip(*pieces, strict=True)
    cuts = pack(weights, kinds, 200)
    return [pieces[a:b] for a, b in pairwise([*cuts, len(pieces)])]
