"""The ingest run: files are read, cut, embedded and kept, one document at a time.

It knows the order of the work and which files need none. How documents are cut, embedded and
stored is the `Shelf`'s business.
"""

from __future__ import annotations

import time
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ingest import archives
from ingest.discovery import discover
from ingest.isolation import ReaderPool
from ingest.reading import document_id
from quoth.datatypes import Document, FileOutcome, IngestReport, KnownFile, Progress, SourceFile
from quoth.errors import LimitError, MissingFileError, ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from quoth.config import IngestConfig
    from quoth.datatypes import Chunk, FileStatus, FloatArray


# Files are read this far ahead of the embedder, in another process.
_AHEAD = 8
# Small files are embedded together: the embedder sorts texts by length and fills its batches.
_TEXTS_AT_ONCE = 256
# A file written this recently may be written again within the clock's resolution.
_RACY_NS = 2_000_000_000


class Shelf(Protocol):
    """Where an ingest run puts documents."""

    recipe: str
    """Names how documents are cut and embedded; a file made by another recipe is made again."""

    def known(self, source: str) -> KnownFile | None:
        """What is kept under this source."""
        ...

    def attach(self, file: SourceFile) -> bool:
        """Let a file name a document that is kept already; False when it is not."""
        ...

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The document's chunks."""
        ...

    def embed(self, chunks: Sequence[Chunk]) -> FloatArray:
        """A float32 row of unit length for each chunk."""
        ...

    def put(
        self, document: Document, chunks: Sequence[Chunk], vectors: FloatArray, file: SourceFile
    ) -> None:
        """Keep a document, whole or not at all, in place of what this file named before."""
        ...


@dataclass(frozen=True, slots=True)
class _Read:
    """A document on its way, with what its file will be reported as."""

    document: Document
    file: SourceFile
    status: FileStatus
    chunks: tuple[Chunk, ...] = ()


@dataclass(slots=True)
class _Run:
    """The running totals of one ingest."""

    files_total: int
    on_progress: Callable[[Progress], None]
    started: float = field(default_factory=time.perf_counter)
    outcomes: list[FileOutcome] = field(default_factory=list)
    n_pages: int = 0
    n_chunks: int = 0
    timings: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("scan", "read", "chunk", "embed", "write"), 0.0)
    )

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[part] += time.perf_counter() - began

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def report(self, outcome: FileOutcome) -> None:
        self.outcomes.append(outcome)
        self.n_pages += outcome.n_pages
        self.n_chunks += outcome.n_chunks
        self.tell(outcome.source, outcome)

    def fail(self, source: str, error: ReadError) -> None:
        self.report(FileOutcome(source, "failed", reason=str(error)))

    def tell(self, current: str, outcome: FileOutcome | None = None) -> None:
        self.on_progress(
            Progress(
                files_done=len(self.outcomes),
                files_total=self.files_total,
                n_pages=self.n_pages,
                n_chunks=self.n_chunks,
                seconds=self.seconds,
                current=current,
                outcome=outcome,
            )
        )


def ingest_files(
    paths: Sequence[Path],
    shelf: Shelf,
    config: IngestConfig,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Bring files and folders onto the shelf; a file that fails costs nothing but itself.

    A run over unchanged files cuts and embeds nothing. `cancelled` is asked between files: what
    is done stays.
    """
    found = discover(paths, hidden=config.hidden)
    run = _Run(len(found.files) + len(found.problems), on_progress)
    for problem in found.problems:
        run.report(problem)
    waiting: list[_Read] = []
    with ReaderPool(config) as pool:
        for read in _read_ahead(found.files, shelf, pool, run, config, cancelled):
            with run.timed("chunk"):
                waiting.append(replace(read, chunks=shelf.cut(read.document)))
            if sum(len(one.chunks) for one in waiting) >= _TEXTS_AT_ONCE:
                _keep(waiting, shelf, run)
                waiting = []
    _keep(waiting, shelf, run)
    archives.forget()
    return IngestReport(tuple(run.outcomes), run.seconds, run.timings, found.skipped)


def _read_ahead(
    files: Sequence[Path],
    shelf: Shelf,
    pool: ReaderPool,
    run: _Run,
    config: IngestConfig,
    cancelled: Callable[[], bool],
) -> Iterator[_Read]:
    """The documents of new and changed files, in order, read a few ahead in another process."""
    under_way: deque[tuple[SourceFile, FileStatus, Future[Document]]] = deque()
    for path in files:
        if cancelled():
            return
        with run.timed("scan"):
            changed = _look(path, shelf, run, config)
        if changed is not None:
            under_way.append((*changed, pool.submit(path)))
        if len(under_way) >= _AHEAD:
            yield from _finish(*under_way.popleft(), run)
    while under_way and not cancelled():
        yield from _finish(*under_way.popleft(), run)


def _finish(
    file: SourceFile, status: FileStatus, future: Future[Document], run: _Run
) -> Iterator[_Read]:
    run.tell(file.source)
    try:
        with run.timed("read"):
            document = future.result()
    except ReadError as error:
        run.fail(file.source, error)
    else:
        # What counts is what was read, should the file have changed since it was looked at.
        yield _Read(document, replace(file, document_id=document.id), status)


def _look(
    path: Path, shelf: Shelf, run: _Run, config: IngestConfig
) -> tuple[SourceFile, FileStatus] | None:
    """The file and its coming status when it must be read; else its outcome is reported."""
    known = shelf.known(str(path))
    same_recipe = known is not None and known.recipe == shelf.recipe
    try:
        file = _state(path)
        if known is not None and same_recipe and _untouched(known, file):
            run.report(FileOutcome(file.source, "unchanged", known.document_id))
            return None
        file = _with_id(path, file, config)
    except ReadError as error:
        run.fail(str(path), error)
        return None
    unchanged = known is not None and same_recipe and known.document_id == file.document_id
    status: FileStatus = "added" if known is None else "unchanged" if unchanged else "replaced"
    if shelf.attach(file):
        reason = "" if unchanged else "the library holds the same content under another name"
        run.report(FileOutcome(file.source, status, file.document_id, reason=reason))
        return None
    return file, status


def _untouched(known: KnownFile, file: SourceFile) -> bool:
    same = (known.size, known.modified_ns) == (file.size, file.modified_ns)
    return same and file.modified_ns != 0


def _state(path: Path) -> SourceFile:
    try:
        stat = archives.stat_of(path)
    except OSError as error:
        raise MissingFileError(
            f"{path.name} cannot be read ({error.strerror}); check the path"
        ) from error
    recent = time.time_ns() - stat.st_mtime_ns < _RACY_NS
    return SourceFile(str(path), stat.st_size, 0 if recent else stat.st_mtime_ns)


def _with_id(path: Path, file: SourceFile, config: IngestConfig) -> SourceFile:
    if file.size > config.max_megabytes * 1_000_000:
        raise LimitError(
            f"{path.name} has {file.size / 1e6:.0f} MB and the limit is {config.max_megabytes} MB; "
            "raise ingest.max_megabytes"
        )
    try:
        data = archives.bytes_of(path, config.max_megabytes * 1_000_000)
    except OSError as error:
        raise MissingFileError(
            f"{path.name} cannot be read ({error.strerror}); check it"
        ) from error
    return replace(file, document_id=document_id(data))


def _keep(waiting: Sequence[_Read], shelf: Shelf, run: _Run) -> None:
    """Embed the chunks of several documents together, then keep each by itself."""
    if not waiting:
        return
    with run.timed("embed"):
        vectors = shelf.embed([chunk for one in waiting for chunk in one.chunks])
    ends = np.cumsum([len(one.chunks) for one in waiting])
    for one, rows in zip(waiting, np.split(vectors, ends[:-1]), strict=True):
        with run.timed("write"):
            # Two files of one run may hold the same bytes: the second only adds its name.
            if not shelf.attach(one.file):
                shelf.put(one.document, one.chunks, rows, one.file)
        run.report(
            FileOutcome(
                one.file.source,
                one.status,
                one.document.id,
                n_pages=len(one.document.pages),
                n_chunks=len(one.chunks),
                reason="; ".join(one.document.warnings),
            )
        )
