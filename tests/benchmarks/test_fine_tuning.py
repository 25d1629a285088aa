from __future__ import annotations

import torch

from benchmarks.fine_tuning import averaged, packed, train
from benchmarks.written import Pair
from quoth.config import EMBEDDED
from retrieval.close_reader import changed
from vectorstore import find_folder


def test_weights_are_averaged_by_share() -> None:
    one, other = {"a": torch.tensor([1.0])}, {"a": torch.tensor([3.0])}
    assert averaged(one, other, 0.75)["a"].item() == 1.5


def test_eight_bits_keep_a_change_to_a_part_in_a_hundred() -> None:
    change = torch.randn(4, 50, generator=torch.Generator().manual_seed(1))
    kept = packed({"layer": change, "head.bias": torch.tensor([0.5])})
    assert kept["layer"].dtype == torch.int8
    assert kept["head.bias"].item() == 0.5
    assert torch.allclose(changed(kept, "layer"), change, atol=change.abs().max().item() / 100)


def test_training_changes_the_layers_and_the_head() -> None:
    pairs = [
        Pair("Who sold pumps?", ("Karen sold pumps.", ""), 1.0),
        Pair("Who sold pumps?", ("Pumps are red.", ""), 0.0),
    ] * 16
    changes = train(pairs, find_folder(EMBEDDED), 1)
    assert changes["head.weight"].shape == (384,)
    assert any(change.abs().max() > 0 for change in changes.values())
