"""Keeps what a model has read of recent prompts, so that a conversation goes on after another's turn.

It knows tokens and bytes, and not what is in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class State:
    """The keys and values of `tokens`; of those, `n_whole` were evaluated in whole batches."""

    tokens: tuple[int, ...]
    n_whole: int
    data: bytes


class States:
    """The states used last, within a budget of bytes."""

    def __init__(self, budget: int) -> None:
        self._budget = budget
        self._states: list[State] = []  # used last comes last

    def __len__(self) -> int:
        return len(self._states)

    @property
    def n_bytes(self) -> int:
        """Memory that they take."""
        return sum(len(state.data) for state in self._states)

    def has_room_for(self, n_bytes: int) -> bool:
        """Whether a state of this size would be kept."""
        return n_bytes <= self._budget

    def keep(self, state: State) -> None:
        """Keep a state instead of those that are its beginning; the longest unused make room."""
        self._states = [
            each
            for each in self._states
            if common_prefix(each.tokens, state.tokens) < len(each.tokens)
        ]
        self._states.append(state)
        while self.n_bytes > self._budget:
            del self._states[0]

    def nearest(self, tokens: Sequence[int]) -> State | None:
        """The state that shares the longest beginning with `tokens`; it counts as used."""
        best = max(
            self._states, key=lambda state: common_prefix(state.tokens, tokens), default=None
        )
        if best is not None:
            self._states.remove(best)
            self._states.append(best)
        return best


def common_prefix(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens two sequences begin with alike."""
    shorter = min(len(one), len(other))
    return next((i for i in range(shorter) if one[i] != other[i]), shorter)
