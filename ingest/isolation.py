"""Reads files in child processes that may hang, crash or eat memory without harm to this one.

It knows how to start, ask and end such a process, nothing of file formats. The child is
`ingest.worker`, started as a plain subprocess. The start methods of multiprocessing (and so pools
built on it, pebble's too) run the parent's main module again in the child: a script without an
`if __name__ == "__main__"` guard would ingest twice, and Streamlit's would start the page again.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Self

from ingest.wire import document_from, error_from
from ingest.worker import EXIT_OUT_OF_MEMORY
from quoth.errors import DamagedFileError, LimitError, ReadError

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path
    from types import TracebackType

    from quoth.config import IngestConfig
    from quoth.datatypes import Document

# -P keeps the current folder out of the child's import path until the parent's replaces it.
_COMMAND = (
    "-P",
    "-c",
    "import sys; sys.path[:] = sys.argv[1:]; from ingest import worker; worker.main()",
)
READER = "ingest.reading:read_document"
_READY = b"ready\n"


def _stopped(path: Path) -> ReadError:
    return ReadError(f"{path.name} was not read: reading was stopped; ingest it again")


def _death(path: Path, status: int, config: IngestConfig) -> ReadError:
    """The error for a file that its reader died over with this exit status."""
    if status == -signal.SIGALRM:
        return LimitError(
            f"{path.name} takes longer than {config.timeout_seconds} s to read; "
            "split it, or raise ingest.timeout_seconds"
        )
    if status in (EXIT_OUT_OF_MEMORY, -signal.SIGKILL):
        return LimitError(
            f"{path.name} takes more than {config.memory_megabytes:,} MB of memory to read; "
            "split it, or raise ingest.memory_megabytes"
        )
    return DamagedFileError(
        f"{path.name} is damaged: its reader crashed over it (exit status {status}); "
        "open it in its own program and save it again"
    )


class ReaderPool:
    """A context manager that reads documents in at most `max_workers` child processes.

    A child starts with the first file and lives on; one that dies is replaced. Leaving the
    context ends the children and cancels what has not begun.
    """

    def __init__(self, config: IngestConfig, max_workers: int = 1, *, reader: str = READER) -> None:
        """`reader` is the "module:function" that a child calls with a path and the config."""
        self._config = config
        self._reader = reader
        self._threads = ThreadPoolExecutor(max_workers, thread_name_prefix="quoth-reader")
        self._local = threading.local()
        self._children: list[_Child] = []
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with self._lock:
            self._closed = True
            for child in self._children:
                child.kill()
        self._threads.shutdown(wait=True, cancel_futures=True)
        for child in self._children:
            child.close()

    def submit(self, path: Path) -> Future[Document]:
        """Read a file soon. The future's `result()` is its Document, or raises a ReadError.

        That is what `read_document` raises, LimitError for a file that takes too long or too
        much memory, DamagedFileError for one that crashes its reader.
        """
        return self._threads.submit(self._read, path)

    def _read(self, path: Path) -> Document:
        child = self._child(path)
        answer = child.ask(str(path))
        if answer is None:
            if self._closed:
                raise _stopped(path)
            raise _death(path, child.wait(), self._config)
        if "error" in answer:
            raise error_from(answer)
        return document_from(answer)

    def _child(self, path: Path) -> _Child:
        """The calling thread's child, a new one when there is none alive."""
        child: _Child | None = getattr(self._local, "child", None)
        if child is not None and child.is_alive():
            return child
        with self._lock:
            if self._closed:
                raise _stopped(path)
            if child is not None:
                self._children.remove(child)
                child.close()
            child = self._local.child = _Child(self._config, self._reader)
            self._children.append(child)
        if not child.is_ready():
            raise ReadError(
                f"{path.name} was not read: the process that reads files ended at its start with "
                f"exit status {child.wait()}; raise ingest.memory_megabytes, or install Quoth again"
            )
        return child


class _Child:
    """One child process, and the two pipes to it. Messages are lines of JSON.

    Not pickle: what comes back was made beside a hostile document, and is data only.
    """

    def __init__(self, config: IngestConfig, reader: str) -> None:
        self._process = subprocess.Popen(  # noqa: S603 (our own module, no shell)
            [sys.executable, *_COMMAND, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # A terminal's Ctrl-C reaches the parent alone, which then ends its children.
            start_new_session=True,
        )
        self._write({"reader": reader, "config": asdict(config)})

    def is_ready(self) -> bool:
        return self._output.readline() == _READY

    def ask(self, path: str) -> dict[str, object] | None:
        """The answer for one file; None when the process died over it."""
        self._write(path)
        line = self._output.readline()
        return dict(json.loads(line)) if line.endswith(b"\n") else None

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def wait(self) -> int:
        return self._process.wait()

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self.kill()
        self.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()

    @property
    def _output(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def _write(self, message: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
