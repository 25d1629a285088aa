from __future__ import annotations

import hashlib
import re
import threading

import pytest

from generation import machine
from generation.embedded import embedded_model
from generation.gguf import read_facts
from generation.llama_native import library
from generation.machine import _own_running, available_bytes, idle_cores, usable_cores
from generation.memory import (
    check_gpu_memory,
    check_memory,
    largest_context,
    memory_need,
)
from quoth.errors import ModelLoadError

FACTS = read_facts(embedded_model())


def test_a_window_that_fits_is_let_through() -> None:
    check_memory(FACTS, 4096, 128, memory_need(FACTS, 4096).total)


def test_the_cache_and_the_scores_count_as_llama_cpp_allocates_them() -> None:
    # llama.cpp says "KV buffer size = 90.00 MiB" of this model with 4096 tokens; its 9 heads keep
    # a float32 for each token of the batch and of the window.
    assert memory_need(FACTS, 4096).total - memory_need(FACTS, 0).total == (90 + 18) * 2**20


def test_the_context_offered_instead_fits() -> None:
    available = memory_need(FACTS, 3000).total
    with pytest.raises(ModelLoadError, match=r"set model\.context_size to") as caught:
        check_memory(FACTS, 8192, 128, available)
    offered = int(re.findall(r"context_size to (\d+)", str(caught.value))[0])
    assert offered == 2816  # the multiple of 256 below 3000
    check_memory(FACTS, offered, 128, available)


def test_weights_too_large_for_any_context_call_for_a_smaller_model() -> None:
    with pytest.raises(ModelLoadError, match="smaller model"):
        check_memory(FACTS, 512, 128, FACTS.file_bytes)


def test_on_a_gpu_fewer_layers_or_a_smaller_window_are_offered() -> None:
    check_gpu_memory(FACTS, 8192, 10**9)
    with pytest.raises(ModelLoadError, match=r"set model\.context_size to") as caught:
        check_gpu_memory(FACTS, 8192, 400_000_000)
    offered = int(re.findall(r"context_size to (\d+)", str(caught.value))[0])
    assert offered > 2048
    check_gpu_memory(FACTS, offered, 400_000_000)
    with pytest.raises(ModelLoadError):
        check_gpu_memory(FACTS, offered + 256, 400_000_000)
    layers = int(re.findall(r"gpu_layers to (\d+)", str(caught.value))[0])
    assert 0 < layers < 30
    with pytest.raises(ModelLoadError, match=r"free; set model\.gpu_layers to 0$"):
        check_gpu_memory(FACTS, 8192, 1)


def test_the_largest_window_fits_and_a_larger_one_does_not() -> None:
    free = 500_000_000
    largest = largest_context(FACTS, free)
    assert memory_need(FACTS, largest).total <= free < memory_need(FACTS, largest + 256).total
    assert largest_context(FACTS, 1000) == 0


def test_the_machine_has_cores_and_memory() -> None:
    assert usable_cores() >= 1
    assert idle_cores() >= 1
    assert available_bytes() > 2**20


def test_threads_of_our_own_are_known_so_that_they_do_not_count_as_others() -> None:
    done = threading.Event()

    def spin() -> None:
        while not done.is_set():
            hashlib.sha256(bytes(1 << 22))  # without the interpreter's lock

    thread = threading.Thread(target=spin)
    thread.start()
    try:
        assert any(_own_running() >= 2 for _ in range(10_000))
    finally:
        done.set()
        thread.join()


def test_the_devices_of_llama_cpp_are_asked_for_name_and_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Every build has the CPU as a device; it stands in for a GPU.
    monkeypatch.setattr(machine, "_GPU_TYPES", (0,))
    library()
    (device, *_) = machine._gpus()
    assert device.name
    assert 2**20 < device.available_bytes <= device.memory_bytes


def test_this_machine_is_described_as_a_whole() -> None:
    here = machine.this_machine()
    assert here.cores >= 1
    assert 0 < here.available_bytes <= here.memory_bytes
    if not library().functions.llama_supports_gpu_offload():
        assert here.gpus == ()
