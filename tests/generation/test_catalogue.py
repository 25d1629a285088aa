from __future__ import annotations

import re

import pytest

from generation.catalogue import CatalogueModel, catalogue, proposal
from generation.hub import Remote, parse
from generation.machine import Gpu, Machine

GIB = 2**30


@pytest.mark.parametrize("model", catalogue(), ids=lambda model: model.name)
def test_an_entry_is_plausible(model: CatalogueModel) -> None:
    assert parse(f"{model.repository}/{model.file}") == Remote(model.repository, model.file)
    assert re.fullmatch(r"[0-9a-f]{64}", model.sha256)
    assert model.head_count % model.head_count_kv == 0
    # A number takes 4 to 9 bits, scales included, in the types that are listed; a large vocabulary
    # is kept in a larger type than the rest.
    bits = 8 * model.file_bytes / model.n_parameters
    assert 8 < bits < 9 if model.quantization == "Q8_0" else 4.4 < bits < 6.6
    assert model.file_bytes < model.needed_bytes < 2.2 * model.file_bytes
    assert model.sources
    assert model.languages


def test_names_are_unique_and_sorted_by_size() -> None:
    names = [model.name for model in catalogue()]
    assert len(set(names)) == len(names) > 10
    sizes = [model.n_parameters for model in catalogue()]
    assert sizes == sorted(sizes)


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (Machine(2, 2 * GIB, 1 * GIB // 2), ""),
        (Machine(1, 16 * GIB, 12 * GIB), ""),  # memory for more, but one core
        (Machine(2, 24 * GIB, 16 * GIB), "qwen2.5-0.5b"),
        (Machine(4, 16 * GIB, 12 * GIB), "gemma-3-1b"),
        (Machine(8, 16 * GIB, 12 * GIB), "smollm2-1.7b"),
        (Machine(16, 64 * GIB, 48 * GIB), "qwen3-4b"),
        (Machine(64, 512 * GIB, 500 * GIB), "mistral-nemo-12b"),
        (Machine(2, 8 * GIB, 4 * GIB, (Gpu("small", 8 * GIB, 7 * GIB),)), "granite-3.3-8b"),
        (Machine(2, 8 * GIB, 4 * GIB, (Gpu("large", 80 * GIB, 79 * GIB),)), "mistral-nemo-12b"),
    ],
)
def test_the_proposal_suits_memory_cores_and_gpu(machine: Machine, name: str) -> None:
    model = proposal(machine)
    assert (model.name if model else "") == name
