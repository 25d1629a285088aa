from __future__ import annotations

import re

import pytest

from generation.embedded import embedded_model
from generation.gguf import read_facts
from generation.machine import available_bytes, idle_cores, usable_cores
from generation.memory import check_memory, memory_need
from quoth.errors import ModelLoadError

FACTS = read_facts(embedded_model())


def test_a_window_that_fits_is_let_through() -> None:
    check_memory(FACTS, 4096, 512, memory_need(FACTS, 4096, 512).total)


def test_the_cache_and_the_scores_count_as_llama_cpp_allocates_them() -> None:
    # llama.cpp says "KV buffer size = 90.00 MiB" of this model with 4096 tokens; its 9 heads keep
    # a float32 for each token of the batch and of the window.
    assert (
        memory_need(FACTS, 4096, 128).total - memory_need(FACTS, 0, 128).total == (90 + 18) * 2**20
    )


def test_the_context_offered_instead_fits() -> None:
    available = memory_need(FACTS, 3000, 512).total
    with pytest.raises(ModelLoadError, match=r"set model\.context_size to") as caught:
        check_memory(FACTS, 8192, 512, available)
    offered = int(re.findall(r"context_size to (\d+)", str(caught.value))[0])
    assert offered == 2816  # the multiple of 256 below 3000
    check_memory(FACTS, offered, 512, available)


def test_weights_too_large_for_any_context_call_for_a_smaller_model() -> None:
    with pytest.raises(ModelLoadError, match="smaller model"):
        check_memory(FACTS, 512, 512, FACTS.file_bytes)


def test_the_machine_has_cores_and_memory() -> None:
    assert usable_cores() >= 1
    assert idle_cores() >= 1
    assert available_bytes() > 2**20
