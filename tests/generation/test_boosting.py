from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

import generation
from generation.boosting import read_boosted
from generation.signals import Signals

TREES = {
    "signals": ["wet", "warm"],
    "start": 0.5,
    "trees": [
        [[0, 0.3, 1, 2, 0.0], [-1, 0, 0, 0, -1.0], [1, 10.0, 3, 4, 0.0],
         [-1, 0, 0, 0, 0.25], [-1, 0, 0, 0, 2.0]],
        [[-1, 0, 0, 0, 0.125]],
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("signals", "odds"),
    [((0.3, 99.0), -0.375), ((0.31, 10.0), 0.875), ((1.0, 11.0), 2.625)],
)
def test_a_probability_is_the_sum_of_the_leaves_reached(
    signals: tuple[float, float], odds: float, tmp_path: Path
) -> None:
    file = tmp_path / "trees.json"
    file.write_text(json.dumps(TREES), encoding="utf-8")
    boosted = read_boosted(file)
    assert boosted.signals == ("wet", "warm")
    assert boosted.probability(signals) == pytest.approx(1 / (1 + math.exp(-odds)))


def test_the_trees_that_come_with_quoth_are_of_its_signals_and_end() -> None:
    boosted = read_boosted(Path(generation.__file__).with_name("answerable.json"))
    assert boosted.signals == tuple(Signals.__dataclass_fields__)
    for tree in boosted.trees:
        for index, node in enumerate(tree):
            assert node.signal < len(boosted.signals)
            assert node.signal < 0 or index < min(node.left, node.right) < len(tree)
    assert 0 < boosted.probability([0.0] * len(boosted.signals)) < 0.5
    assert 0.5 < boosted.probability([1.0] * len(boosted.signals)) < 1
