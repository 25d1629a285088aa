"""Counts how an ingest run goes and tells it; knows no file and no shelf."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quoth.datatypes import FileOutcome, IngestReport, Progress
from quoth.errors import EncryptedFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ingest.failures import Failures
    from quoth.datatypes import SourceFile
    from quoth.errors import ReadError


@dataclass(slots=True)
class Run:
    """The running totals of one ingest. `seconds` counts from its making."""

    files_total: int
    on_progress: Callable[[Progress], None]
    failures: Failures
    started: float = field(default_factory=time.perf_counter)
    outcomes: list[FileOutcome] = field(default_factory=list)
    n_pages: int = 0
    n_chunks: int = 0
    timings: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("scan", "read", "chunk", "embed", "write"), 0.0)
    )

    @contextmanager
    def timed(self, part: str) -> Iterator[None]:
        """Count the time of the block to `part`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.timings[part] += time.perf_counter() - began

    @property
    def seconds(self) -> float:
        """Seconds since the run began."""
        return time.perf_counter() - self.started

    def finished(self, skipped: Mapping[str, int]) -> IngestReport:
        """The report of the whole; `skipped` counts by suffix what no reader takes."""
        return IngestReport(tuple(self.outcomes), self.seconds, self.timings, skipped)

    def report(self, outcome: FileOutcome) -> None:
        """A file is finished."""
        self.outcomes.append(outcome)
        self.n_pages += outcome.n_pages
        self.n_chunks += outcome.n_chunks
        self.tell(outcome.source, outcome)

    def fail(self, file: SourceFile, error: ReadError) -> None:
        """A file failed."""
        self.failures.note(file, error)
        encrypted = isinstance(error, EncryptedFileError)
        self.report(FileOutcome(file.source, "failed", reason=str(error), encrypted=encrypted))

    def tell(
        self,
        current: str,
        outcome: FileOutcome | None = None,
        *,
        of_current: tuple[int, int] = (0, 0),
        embedded: tuple[int, int] = (0, 0),
    ) -> None:
        """Say how far the run is, and that it is now at `current`, of so many pages and chunks.

        `embedded` says how many chunks of how many have their vectors.
        """
        self.on_progress(
            Progress(
                files_done=len(self.outcomes),
                files_total=self.files_total,
                n_pages=self.n_pages,
                n_chunks=self.n_chunks,
                seconds=self.seconds,
                current=current,
                outcome=outcome,
                current_pages=of_current[0],
                current_chunks=of_current[1],
                n_embedded=embedded[0],
                n_to_embed=embedded[1],
            )
        )
