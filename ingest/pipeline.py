"""The ingest run: files are read, cut, embedded and kept, one document at a time.

It knows the order of the work and which files need none. How documents are cut, embedded and
stored is the `Shelf`'s business.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from ingest import archives
from ingest.discovery import discover
from ingest.embedding import Embedding, Embeddings
from ingest.failures import failures_before
from ingest.isolation import ReaderPool
from ingest.reading import document_id
from ingest.run import Run
from quoth.datatypes import Document, FileOutcome, IngestReport, KnownFile, Progress, SourceFile
from quoth.errors import LimitError, MissingFileError, ReadError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from quoth.config import IngestConfig
    from quoth.datatypes import Chunk, FileStatus, FloatArray, KnownFailure


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

    def failures(self) -> Mapping[str, KnownFailure]:
        """What failed before, by source."""
        ...

    def note_failures(self, found: Sequence[KnownFailure]) -> None:
        """Keep that these files failed, until they are kept themselves."""
        ...

    def attach(self, file: SourceFile) -> bool:
        """Let a file name a document that is kept already; False when it is not."""
        ...

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        """The document's chunks."""
        ...

    def embed(self, chunks: Sequence[Chunk]) -> FloatArray:
        """A float32 row of unit length for each chunk. Called by several threads at once."""
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


def ingest_files(
    paths: Sequence[Path],
    shelf: Shelf,
    config: IngestConfig,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Bring files and folders onto the shelf; a file that fails costs nothing but itself.

    A run over unchanged files cuts and embeds nothing. Those that failed before are not tried
    again either, unless `paths` name them. `cancelled` is asked between files and while texts are
    embedded: what is kept by then stays.
    """
    found = discover(paths, hidden=config.hidden)
    failures = failures_before(shelf.failures(), config, found.named)
    run = Run(len(found.files) + len(found.problems), on_progress, failures)
    for problem in found.problems:
        run.report(problem)
    bring(found.files, shelf, config, run, known=shelf.known, cancelled=cancelled)
    return run.finished(found.skipped)


def bring(
    files: Sequence[Path],
    shelf: Shelf,
    config: IngestConfig,
    run: Run,
    *,
    known: Callable[[str], KnownFile | None],
    cancelled: Callable[[], bool],
) -> None:
    """Bring files onto the shelf and report each; `known` says what is kept under a source.

    While one group of documents is embedded, in threads of its own, the next is cut and the one
    before is written. A group that is not embedded when the run is cancelled is dropped.
    """
    changed = _changed(files, shelf, run, config, known, cancelled)
    before: tuple[list[_Read], Embedding] | None = None
    embeddings = Embeddings(shelf.embed)
    try:
        with embeddings, ReaderPool(config) as pool:
            for group in _groups(_read_ahead(changed, pool, run, cancelled), shelf, run):
                now = (group, embeddings.begin([chunk for one in group for chunk in one.chunks]))
                if before is not None:
                    _keep(*before, shelf, run, cancelled)
                before = now
            if before is not None:
                _keep(*before, shelf, run, cancelled)
        if run.failures.found:
            shelf.note_failures(run.failures.found)
    finally:
        run.timings["embed"] += embeddings.seconds
        archives.forget()


def _groups(documents: Iterator[_Read], shelf: Shelf, run: Run) -> Iterator[list[_Read]]:
    """Documents with their chunks, so many that embedding them together pays."""
    group: list[_Read] = []
    n_texts = 0
    for read in documents:
        with run.timed("chunk"):
            group.append(replace(read, chunks=shelf.cut(read.document)))
        cut = group[-1]
        run.tell(cut.file.source, of_current=(len(cut.document.pages), len(cut.chunks)))
        n_texts += len(cut.chunks)
        if n_texts >= _TEXTS_AT_ONCE:
            yield group
            group, n_texts = [], 0
    if group:
        yield group


def _changed(
    files: Sequence[Path],
    shelf: Shelf,
    run: Run,
    config: IngestConfig,
    known: Callable[[str], KnownFile | None],
    cancelled: Callable[[], bool],
) -> Iterator[tuple[Path, SourceFile, FileStatus]]:
    """The new and changed files, in order; the others are reported."""
    for path in files:
        if cancelled():
            return
        with run.timed("scan"):
            changed = _look(path, shelf, known(str(path)), run, config)
        if changed is not None:
            yield (path, *changed)


def _read_ahead(
    changed: Iterator[tuple[Path, SourceFile, FileStatus]],
    pool: ReaderPool,
    run: Run,
    cancelled: Callable[[], bool],
) -> Iterator[_Read]:
    """The documents of files, in order, read a few ahead in another process."""
    under_way: deque[tuple[SourceFile, FileStatus, Future[Document]]] = deque()
    for path, file, status in changed:
        under_way.append((file, status, pool.submit(path)))
        if len(under_way) >= _AHEAD:
            yield from _finish(*under_way.popleft(), run)
    while under_way and not cancelled():
        yield from _finish(*under_way.popleft(), run)


def _finish(
    file: SourceFile, status: FileStatus, future: Future[Document], run: Run
) -> Iterator[_Read]:
    run.tell(file.source)
    try:
        with run.timed("read"):
            document = future.result()
    except ReadError as error:
        run.fail(file, error)
    else:
        # What counts is what was read, should the file have changed since it was looked at.
        yield _Read(document, replace(file, document_id=document.id), status)


def _look(
    path: Path, shelf: Shelf, known: KnownFile | None, run: Run, config: IngestConfig
) -> tuple[SourceFile, FileStatus] | None:
    """The file and its coming status when it must be read; else its outcome is reported."""
    same_recipe = known is not None and known.recipe == shelf.recipe
    file = SourceFile(str(path))
    try:
        file = _state(path)
        if known is not None and same_recipe and _untouched(known, file):
            run.report(FileOutcome(file.source, "unchanged", known.document_id))
            return None
        if (again := run.failures.again(file)) is not None:
            run.report(again)
            return None
        file = _with_id(path, file, config)
    except ReadError as error:
        run.fail(file, error)
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
    modified_ns = 0 if recent else stat.st_mtime_ns
    return SourceFile(str(path), stat.st_size, modified_ns, device=stat.st_dev)


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


def _keep(
    group: Sequence[_Read],
    embedding: Embedding,
    shelf: Shelf,
    run: Run,
    cancelled: Callable[[], bool],
) -> None:
    """Keep the documents of a group, each by itself, once they are embedded together."""
    last = group[-1].file.source
    vectors = embedding.result(cancelled, lambda *embedded: run.tell(last, embedded=embedded))
    if vectors is None:
        return
    ends = np.cumsum([len(one.chunks) for one in group])
    for one, rows in zip(group, np.split(vectors, ends[:-1]), strict=True):
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
