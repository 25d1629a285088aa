"""Answers and ingest runs in threads of their own; knows the engine's types, no Streamlit.

A re-run of the page, or another page, neither stops nor repeats them: the page only looks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

from quoth.datatypes import Answer, FileOutcome, IngestReport, Piece, Progress
from quoth.errors import QuothError

Cancelled = Callable[[], bool]
OnWait = Callable[[int], None]
_T = TypeVar("_T")


class _Job:
    """Work in a thread; `error` is one line once it has failed on purpose."""

    def __init__(self) -> None:
        self.error = ""
        self._stop = threading.Event()
        self._finished = threading.Event()

    @property
    def running(self) -> bool:
        return not self._finished.is_set()

    @property
    def stopped(self) -> bool:
        """Whether someone asked it to stop; it may still run for a moment."""
        return self._stop.is_set()

    def stop(self) -> None:
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most `seconds`; whether the job has finished."""
        return self._finished.wait(seconds)

    def _start(self, work: Callable[[], None]) -> None:
        threading.Thread(target=self._run, args=(work,), daemon=True).start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except QuothError as error:
            self.error = str(error)
        finally:  # anything else goes to the log; the page sees a job without a result
            self._finished.set()


class AnswerJob(_Job):
    """A question being answered: `text` grows, and `answer` is there at the end.

    `withdrawn` turns true when text that was shown has been dropped; `n_before` answers are
    written before this one.
    """

    def __init__(self, stream: Callable[[Cancelled, OnWait], Iterator[Piece]]) -> None:
        super().__init__()
        self.text = ""
        self.n_before = 0
        self.withdrawn = False
        self.answer: Answer | None = None
        pieces = stream(
            self._stop.is_set, self._on_wait
        )  # here, so that whoever asks sees why it cannot begin
        self._start(lambda: self._follow(pieces))

    def _on_wait(self, n_before: int) -> None:
        self.n_before = n_before

    def _follow(self, pieces: Iterator[Piece]) -> None:
        for piece in pieces:
            if piece.withdrawn:
                self.withdrawn = self.withdrawn or bool(self.text)
                self.text = ""
            self.text += piece.text
            self.answer = piece.answer or self.answer


class IngestJob(_Job):
    """Files being read into the library: `progress` moves, `outcomes` grows, `report` ends it.

    `under_way` has the pages and chunks of each file that is begun, (0, 0) until it is cut.
    """

    def __init__(
        self, ingest: Callable[[Callable[[Progress], None], Cancelled], IngestReport]
    ) -> None:
        super().__init__()
        self.progress = Progress(0, 0, 0, 0, 0.0)
        self.outcomes: tuple[FileOutcome, ...] = ()
        self.report: IngestReport | None = None
        self.under_way: dict[str, tuple[int, int]] = {}
        self._began = time.monotonic()
        self._start(lambda: self._follow(ingest))

    @property
    def seconds(self) -> float:
        """Since it began: a single file may take minutes, in which nothing is reported."""
        return time.monotonic() - self._began

    def _follow(
        self, ingest: Callable[[Callable[[Progress], None], Cancelled], IngestReport]
    ) -> None:
        self.report = ingest(self._on_progress, self._stop.is_set)
        self.outcomes = self.report.outcomes

    def _on_progress(self, progress: Progress) -> None:
        self.progress = progress
        under_way = dict(self.under_way)
        if progress.outcome is not None:
            self.outcomes = (*self.outcomes, progress.outcome)
            under_way.pop(progress.outcome.source, None)
        elif not progress.n_to_embed:
            under_way[progress.current] = progress.current_pages, progress.current_chunks
        self.under_way = under_way  # another thread looks at it: it is replaced, never changed


class Work(_Job, Generic[_T]):
    """A call in a thread of its own: `result` is there at the end, unless it failed."""

    def __init__(self, call: Callable[[Cancelled], _T]) -> None:
        super().__init__()
        self.result: _T | None = None
        self._start(lambda: self._keep(call))

    def _keep(self, call: Callable[[Cancelled], _T]) -> None:
        self.result = call(self._stop.is_set)
