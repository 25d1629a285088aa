from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from generation.states import State, States, common_prefix

if TYPE_CHECKING:
    from collections.abc import Sequence

TOKENS = st.lists(st.integers(0, 2), max_size=6)


def state(tokens: Sequence[int], size: int = 10) -> State:
    return State(tuple(tokens), 0, b"x" * size)


def kept(states: States) -> list[tuple[int, ...]]:
    return [each.tokens for each in states._states]


@given(TOKENS, TOKENS)
def test_a_common_prefix_is_the_longest(one: list[int], other: list[int]) -> None:
    n = common_prefix(one, other)
    assert one[:n] == other[:n]
    assert n in (len(one), len(other)) or one[n] != other[n]


def test_what_was_not_used_longest_makes_room() -> None:
    states = States(30)
    for tokens in ([1, 1], [2, 2], [3, 3]):
        states.keep(state(tokens))
    assert states.nearest([1, 1, 5]) == state([1, 1])
    states.keep(state([4, 4]))
    assert kept(states) == [(3, 3), (1, 1), (4, 4)]
    assert states.n_bytes == 30


def test_a_longer_state_takes_the_place_of_its_beginning() -> None:
    states = States(100)
    states.keep(state([1, 2]))
    states.keep(state([1, 3]))
    states.keep(state([1, 2, 3]))
    assert kept(states) == [(1, 3), (1, 2, 3)]
    states.keep(state([1]))
    assert kept(states) == [(1, 3), (1, 2, 3), (1,)]


def test_nothing_is_kept_without_a_budget() -> None:
    states = States(0)
    assert not states.has_room_for(1)
    states.keep(state([1]))
    assert len(states) == 0
    assert states.nearest([1]) is None


@given(st.lists(st.tuples(TOKENS, st.integers(1, 40)), max_size=8), TOKENS)
def test_the_budget_holds_and_the_nearest_is_the_nearest(
    given_states: list[tuple[list[int], int]], tokens: list[int]
) -> None:
    states = States(60)
    for each, size in given_states:
        states.keep(state(each, size))
    assert states.n_bytes <= 60
    longest = max((common_prefix(each, tokens) for each in kept(states)), default=None)
    nearest = states.nearest(tokens)
    assert (nearest is None) == (longest is None)
    if nearest is not None:
        assert common_prefix(nearest.tokens, tokens) == longest
