"""The process that reads files: one path a line comes in, one answer a line goes out.

It knows its limits and the reader it is told to call. A file that breaks a limit ends this process
and nothing else.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from ingest.memory import give_back, keep_large_apart
from ingest.passwords import with_passwords
from ingest.wire import from_document, from_error
from quoth.config import IngestConfig
from quoth.errors import QuothError

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.datatypes import Document

    Read = Callable[[Path, IngestConfig], Document]

EXIT_OUT_OF_MEMORY = 77


def main() -> None:
    """Answer until the input ends."""
    answers = _take_standard_output()
    orders = json.loads(sys.stdin.buffer.readline())
    passwords = orders["config"].pop("passwords", ())
    config = with_passwords(IngestConfig(**orders["config"]), passwords)
    module, _, function = orders["reader"].partition(":")
    read = getattr(importlib.import_module(module), function)
    n_bytes = config.memory_megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_AS, (n_bytes, n_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # The alarm's default action ends the process even while C code runs.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    keep_large_apart()
    _send(answers, "ready")
    for line in sys.stdin.buffer:
        signal.alarm(config.timeout_seconds)
        try:
            answer = _answer(read, Path(json.loads(line)), config)
            _send(answers, json.dumps(answer))
        except MemoryError:
            os._exit(EXIT_OUT_OF_MEMORY)
        signal.alarm(0)
        give_back()


def _answer(read: Read, path: Path, config: IngestConfig) -> dict[str, Any]:
    try:
        return from_document(read(path, config))
    except QuothError as error:
        return from_error(error)


def _take_standard_output() -> IO[bytes]:
    """Keep the pipe for answers: what a library prints goes to the null device."""
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
    return answers


def _send(answers: IO[bytes], message: str) -> None:
    answers.write(message.encode() + b"\n")
    answers.flush()
