"""A small fork server: each request forks a child that works on a library until it is killed.

Run as a module it answers one line of JSON with one line of JSON. It has imported what the
children need and used none of it, so a child starts in milliseconds and inherits no threads.
The child is killed at a line of our own modules, which it finds by tracing itself, or by the
server after some time, wherever it then is.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import faiss  # noqa: F401
import tantivy  # noqa: F401

import vectorstore.indexes
from ingest import ingest_files  # noqa: F401
from quoth import Quoth
from quoth.datatypes import KnownFailure, SourceFile
from quoth.shelf import LibraryShelf  # noqa: F401
from tests.crash.kinds import config_of
from tests.crash.model import HashEmbedder, Operation, chunks, document
from vectorstore import LocalLibrary, catalogue, failures

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

ROOT = Path(__file__).parents[2]
# What calls are made under one hold of the write lock.
WRITES = {"put", "attach", "remove", "re-embed", "drop", "delete", "fail", "forget"}
PRODUCT = tuple(str(ROOT / name) + os.sep for name in ("vectorstore", "ingest", "quoth"))


@dataclass
class Reporter:
    """Tells the server how far the child is; what is written survives the child."""

    pipe: int

    def __call__(self, **event: Any) -> None:
        os.write(self.pipe, json.dumps(event).encode() + b"\n")


@dataclass
class LineKiller:
    """A trace function that kills its own process at one of our lines.

    That is the first line, from the `first`-th executed on, that is not in `spared`, or the one
    `at` this place. `last` says of each place when it was executed last.
    """

    report: Callable[..., None]
    first: int
    spared: frozenset[str]
    at: str = ""
    lines: int = 0
    last: dict[str, int] = field(default_factory=dict)

    def __call__(self, frame: FrameType, event: str, _argument: object) -> Any:
        if not frame.f_code.co_filename.startswith(PRODUCT):
            return None
        if event == "line":
            self.lines += 1
            self._pass(f"{frame.f_code.co_filename.removeprefix(str(ROOT))}:{frame.f_lineno}")
        return self

    def _pass(self, place: str) -> None:
        self.last[place] = self.lines
        if self.lines < self.first or self.at not in ("", place):
            return
        if place not in self.spared:
            self.report(killed_at=place)
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class Worker:
    """Makes the calls of a script on a library; reopens it when told to."""

    folder: Path
    version: int
    report: Callable[[str], None]
    library: LocalLibrary = field(init=False)

    def __post_init__(self) -> None:
        self.library = LocalLibrary(self.folder, config_of(self.folder).index)

    def run(self, script: list[list[Operation]], *, close: bool = True) -> None:
        for run in script:
            with ExitStack() as stack:
                if any(o.kind in WRITES for o in run):
                    stack.enter_context(self.library.writing())
                for operation in run:
                    self.report("begin")
                    self.do(operation)
                    self.report("end")
        if close:
            self.close()

    def close(self) -> None:
        self.library.close()

    def do(self, operation: Operation) -> None:
        embedder = HashEmbedder(self.version or 1)
        if operation.kind == "put":
            self.version = embedder.version
            put(self.library, operation, embedder)
        elif operation.kind == "attach":
            file = SourceFile(operation.source, 1, 1, document(operation.number).id)
            assert self.library.attach(
                file, collection=operation.collection, recipe=embedder.recipe
            )
        elif operation.kind == "remove":
            self.library.remove(operation.sources, operation.collection)
        elif operation.kind == "re-embed":
            self.version = operation.number
            embedder = HashEmbedder(self.version)
            self.library.replace_all(remade(self.library, embedder), embedder.fingerprint)
        elif operation.kind in WRITES:
            self.take_or_note(operation)
        else:
            self.look_or_tidy(operation, embedder)

    def take_or_note(self, operation: Operation) -> None:
        """What a sync does besides adding documents, and what a collection's end takes."""
        there = operation.collection in self.library.collections()
        if operation.kind == "drop":
            catalogue.drop_sources(self.library, operation.collection, operation.sources)
        elif operation.kind == "delete" and there:
            catalogue.delete_collection(self.library, operation.collection)
        elif operation.kind == "forget":
            failures.forget_failures(self.library, operation.collection, operation.sources)
        elif operation.kind == "fail":
            found = [failure(source, operation.number) for source in operation.sources]
            failures.note_failures(self.library, operation.collection, found)

    def look_or_tidy(self, operation: Operation, embedder: HashEmbedder) -> None:
        """The calls that leave the library's documents as they are."""
        if operation.kind == "search":
            question = embedder.embed_question(str(operation.number))
            self.library.dense(question, 5, collection=None, where=None)
            self.library.lexical("whales", 5, collection=None, where=None)
        elif operation.kind == "verify":
            assert self.library.verify() == ()
        elif operation.kind == "compact":
            self.library.compact()
        elif operation.kind == "reopen":
            self.library.close()
            self.library = LocalLibrary(self.folder, config_of(self.folder).index)


def failure(source: str, number: int) -> KnownFailure:
    """A file that failed."""
    return KnownFailure(source, number, 1, "recipe", "it has no text", encrypted=number % 2 == 0)


def put(library: LocalLibrary, operation: Operation, embedder: HashEmbedder) -> None:
    made = document(operation.number)
    cut = chunks(made, embedder.chunk_size)
    library.put(
        made,
        cut,
        embedder.embed_passages([chunk.text_with_headings for chunk in cut]),
        collection=operation.collection,
        file=SourceFile(operation.source, 1, 1, made.id),
        recipe=embedder.recipe,
        embedder=embedder.fingerprint,
    )


def remade(library: LocalLibrary, embedder: HashEmbedder) -> Iterator[Any]:
    for record in library.documents():
        made = library.document(record.id)
        cut = chunks(made, embedder.chunk_size)
        vectors = embedder.embed_passages([chunk.text_with_headings for chunk in cut])
        yield record, made, cut, vectors, embedder.recipe


def run_engine(folder: Path, script: list[list[Operation]], version: int) -> None:
    """The engine's calls over real files, with a reader in a process of its own."""
    for operation in (operation for run in script for operation in run):
        version = operation.number or version
        with Quoth.open(folder, config=config_of(folder), embedder=HashEmbedder(version)) as quoth:
            if operation.kind == "re-embed":
                quoth.re_embed()
            elif operation.kind == "compact":
                quoth.compact()
            elif operation.kind == "remove":
                quoth.remove([operation.source])
            else:
                outcomes = quoth.ingest([operation.source]).outcomes
                assert not [o for o in outcomes if o.status == "failed"], outcomes


def work(request: dict[str, Any], report: Reporter) -> None:
    """What a child does from its start to its end."""
    # A commit of the lexical index in the midst of a run, not only at its end.
    vectorstore.indexes._BATCH = 6
    script = [[Operation(**fields) for fields in run] for run in request["script"]]
    folder = Path(request["folder"])
    killer = None
    if request["first_line"]:
        killer = LineKiller(
            report, request["first_line"], frozenset(request["spared"]), request["at"]
        )
        sys.settrace(killer)
    if request["engine"]:
        run_engine(folder, script, request["embedder"])
    else:
        Worker(folder, request["embedder"], lambda event: report(event=event)).run(script)
    sys.settrace(None)
    report(finished=True, last=killer.last if killer else {})


def serve() -> None:
    """Answer requests until the input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        reading, writing = os.pipe()
        began = time.perf_counter()
        child = os.fork()
        if child == 0:
            os.close(reading)
            _be_the_child(request, Reporter(writing))
        os.close(writing)
        if request["seconds"]:
            time.sleep(request["seconds"])
            os.kill(child, signal.SIGKILL)
        with os.fdopen(reading, "rb") as pipe:
            events = [json.loads(event) for event in pipe]
        _, status = os.waitpid(child, 0)
        answer = {
            "status": os.waitstatus_to_exitcode(status),
            "events": events,
            "seconds": time.perf_counter() - began,
        }
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _be_the_child(request: dict[str, Any], report: Reporter) -> None:
    code = 1
    try:
        work(request, report)
        code = 0
    except BaseException:  # noqa: BLE001 (whatever it is, the server is told)
        import traceback

        sys.settrace(None)
        report(failure=traceback.format_exc())
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()
