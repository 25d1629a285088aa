"""What the machine offers a model: cores, memory, GPUs; knows the operating system, not models."""

from __future__ import annotations

import contextlib
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SAMPLE_GAP = 0.0013  # seconds
_CGROUP = Path("/sys/fs/cgroup")
_GPU_TYPES = (1, 2)  # GGML_BACKEND_DEVICE_TYPE_GPU and _IGPU


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that llama.cpp can use. Bytes of its memory."""

    name: str
    memory_bytes: int
    available_bytes: int


@dataclass(frozen=True, slots=True)
class Machine:
    """What a model may use. `cores` are physical; bytes of memory, the container's limit heeded."""

    cores: int
    memory_bytes: int
    available_bytes: int
    gpus: tuple[Gpu, ...] = ()


def this_machine() -> Machine:
    """The machine as it is now. Loads llama.cpp, which alone knows the GPUs that it can use."""
    return Machine(usable_cores(), memory_bytes(), available_bytes(), gpus())


def gpus() -> tuple[Gpu, ...]:
    """The GPUs of this build of llama.cpp; none in a build for CPUs.

    Raises MissingDependencyError, ModelLoadError.
    """
    from generation.llama_native import library

    functions = library().functions
    if not functions.llama_supports_gpu_offload():
        return ()
    return tuple(_gpus())


def _gpus() -> Iterator[Gpu]:
    """Ggml's own list of devices; llama-cpp-python has no names for these functions."""
    import ctypes

    from llama_cpp._ggml import libggml as ggml

    size = ctypes.c_size_t
    ggml.ggml_backend_dev_count.restype = size
    ggml.ggml_backend_dev_get.restype = ctypes.c_void_p
    ggml.ggml_backend_dev_get.argtypes = [size]
    ggml.ggml_backend_dev_type.argtypes = [ctypes.c_void_p]
    ggml.ggml_backend_dev_description.restype = ctypes.c_char_p
    ggml.ggml_backend_dev_description.argtypes = [ctypes.c_void_p]
    ggml.ggml_backend_dev_memory.argtypes = [ctypes.c_void_p, *[ctypes.POINTER(size)] * 2]
    for i in range(ggml.ggml_backend_dev_count()):
        device = ggml.ggml_backend_dev_get(i)
        if ggml.ggml_backend_dev_type(device) not in _GPU_TYPES:
            continue
        free, total = size(), size()
        ggml.ggml_backend_dev_memory(device, ctypes.byref(free), ctypes.byref(total))
        name = ggml.ggml_backend_dev_description(device) or b"GPU"
        yield Gpu(name.decode("utf-8", "replace"), total.value, free.value)


def memory_bytes() -> int:
    """All memory that this process may use."""
    import psutil

    total = int(psutil.virtual_memory().total)
    limit = _cgroup_number("memory.max")
    return total if limit is None else min(total, limit)


def usable_cores() -> int:
    """Physical cores this process may use: no more than its affinity and its container allow.

    Two hyper-threads of a core share its arithmetic units, which llama.cpp keeps busy alone.
    """
    import psutil

    logical = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    allowed = [psutil.cpu_count(logical=False), logical, _container_cores()]
    return max(1, min(int(cores) for cores in allowed if cores))


def idle_cores() -> int:
    """Cores that no other program is using right now, at least 1; takes 4 ms.

    llama.cpp's threads spin while they wait for each other: one that shares its core with another
    program holds up all, and answers take ten times as long as with one thread less.
    """
    others = []
    for _ in range(3):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path("/proc/loadavg").read_text().split()
            others.append(int(fields[3].partition("/")[0]) - _own_running())
        time.sleep(_SAMPLE_GAP)
    return max(1, (os.cpu_count() or 1) - max(0, min(others, default=0)))


def _own_running() -> int:
    """Threads of this process that run: its pools spin for a while after their work, and give way."""
    states = []
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):  # it has ended meanwhile
            states.append((thread / "stat").read_text().rpartition(")")[2].split()[0])
    return states.count("R")


def available_bytes() -> int:
    """Memory that can be taken without swapping, the container's limit considered."""
    import psutil

    free = int(psutil.virtual_memory().available)
    limit, used = _cgroup_number("memory.max"), _cgroup_number("memory.current")
    return free if limit is None or used is None else max(0, min(free, limit - used))


def _container_cores() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        quota, period = (_CGROUP / "cpu.max").read_text().split()
        return math.ceil(int(quota) / int(period))
    return None


def _cgroup_number(name: str) -> int | None:
    with contextlib.suppress(OSError, ValueError):  # no container, or the word "max"
        return int((_CGROUP / name).read_text())
    return None
