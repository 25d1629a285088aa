"""Readers that misbehave as a hostile file would make them, for the tests of isolation."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from typing import TYPE_CHECKING

from ingest.reading import read_document
from quoth.errors import EncryptedFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quoth.config import IngestConfig
    from quoth.datatypes import Document


def _hog() -> None:
    hoard = [bytearray(10_000_000) for _ in range(1000)]
    raise AssertionError(f"the limit let {len(hoard)} blocks through")


def _chatter() -> None:
    os.write(1, b"and below Python\n")
    sys.stderr.write("noise\n")


def _ask_for_a_password() -> None:
    raise EncryptedFileError("secret.txt needs a password; € 5")


DEEDS: dict[str, Callable[[], object]] = {
    "hang": lambda: time.sleep(600),
    "spin": lambda: ctypes.CDLL(None).pause(),  # in C, where Python's own handlers never run
    "segfault": lambda: ctypes.string_at(0),
    "abort": lambda: os.kill(os.getpid(), signal.SIGABRT),
    "hog": _hog,
    "bug": lambda: 1 // 0,
    "chatter": _chatter,
    "secret": _ask_for_a_password,
}


def read(path: Path, config: IngestConfig) -> Document:
    """Do what the file's name says, then read it."""
    DEEDS.get(path.stem, lambda: None)()
    return read_document(path, config)
