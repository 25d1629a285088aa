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
    from pathlib import Path

    from quoth.config import IngestConfig
    from quoth.datatypes import Document


def read(path: Path, config: IngestConfig) -> Document:
    """Do what the file's name says; any other file is read."""
    if path.stem == "hang":
        time.sleep(600)
    elif path.stem == "spin":
        ctypes.CDLL(None).pause()  # in C, where Python's own handlers never run
    elif path.stem == "segfault":
        ctypes.string_at(0)
    elif path.stem == "abort":
        os.kill(os.getpid(), signal.SIGABRT)
    elif path.stem == "hog":
        hoard = [bytearray(10_000_000) for _ in range(1000)]
        raise AssertionError(f"the limit let {len(hoard)} blocks through")
    elif path.stem == "bug":
        raise ZeroDivisionError
    elif path.stem == "chatter":
        os.write(1, b"and below Python\n")
        sys.stderr.write("noise\n")
    elif path.stem == "secret":
        raise EncryptedFileError("secret.txt needs a password; € 5")
    return read_document(path, config)
