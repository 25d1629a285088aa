"""Mounts folders for a test, where that is allowed; a test that can't is skipped."""

from __future__ import annotations

import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


@contextmanager
def mounted(place: Path, *ways: Sequence[str | Path]) -> Iterator[Path]:
    """A new folder `place` with `mount` called on it with the arguments of each of the `ways`."""
    place.mkdir()
    for arguments in ways:
        done = subprocess.run(
            ["mount", *arguments, place], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
