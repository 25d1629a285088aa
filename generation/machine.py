"""What the machine offers a model: cores and memory; knows the operating system, not models."""

from __future__ import annotations

import contextlib
import math
import os
import time
from pathlib import Path

_SAMPLE_GAP = 0.0013  # seconds
_CGROUP = Path("/sys/fs/cgroup")


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
    running = []
    for _ in range(3):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = Path("/proc/loadavg").read_text().split()
            running.append(int(fields[3].partition("/")[0]) - 1)  # this thread is one of them
        time.sleep(_SAMPLE_GAP)
    return max(1, (os.cpu_count() or 1) - min(running, default=0))


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
