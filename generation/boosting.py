"""Evaluates boosted decision trees that are kept as data; it knows numbers, not what they mean.

The trees are trained elsewhere (benchmarks/calibrate_refusal.py): J. Friedman, "Greedy Function
Approximation: A Gradient Boosting Machine", Annals of Statistics 29, 2001.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Node:
    """A question to one signal, or a leaf: then `signal` is -1 and `value` is added up.

    A signal of at most `threshold` goes to the node at index `left` of its tree, else to `right`.
    """

    signal: int
    threshold: float
    left: int
    right: int
    value: float


@dataclass(frozen=True, slots=True)
class Boosted:
    """Trees over named signals; their values and `start` add up to log-odds."""

    signals: tuple[str, ...]
    start: float
    trees: tuple[tuple[Node, ...], ...]

    def probability(self, signals: Sequence[float]) -> float:
        """The probability in [0, 1] for one value a signal, in the order of `self.signals`."""
        odds = self.start + sum(_value(tree, signals) for tree in self.trees)
        return 1 / (1 + math.exp(-odds))


def read_boosted(file: Path) -> Boosted:
    """The trees in a JSON file: {"signals", "start", "trees": [[[signal, threshold, …]]]}."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    trees = tuple(tuple(Node(*node) for node in tree) for tree in kept["trees"])
    return Boosted(tuple(kept["signals"]), kept["start"], trees)


def _value(tree: Sequence[Node], signals: Sequence[float]) -> float:
    node = tree[0]
    while node.signal >= 0:
        node = tree[node.left if signals[node.signal] <= node.threshold else node.right]
    return node.value
