"""Ingest runs and downloads as people see them: lines for files, a bar for the whole.

It knows the report types.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from quoth.cli.terminal import is_terminal, one_line, paint, say, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress as Bar

    from quoth.cli.interrupt import Interrupt
    from quoth.datatypes import FileOutcome, FileStatus, IngestReport, Progress
    from quoth.models import Progress as DownloadProgress

_MARKS: dict[FileStatus, str] = {
    "added": "+",
    "unchanged": "=",
    "replaced": "~",
    "removed": "-",
    "failed": "!",
}
_COLOURS: dict[FileStatus, str] = {"added": "green", "replaced": "yellow", "failed": "red"}
_SECONDS_BETWEEN_LINES = 10.0


class IngestDisplay:
    """Shows `Progress` reports: the outcome of each file on stdout, how far it is on stderr."""

    def __init__(self, *, files: bool, interrupt: Interrupt, unchanged: bool = True) -> None:
        """`files`: whether each has its line; `unchanged`: whether those too that are as before."""
        self._files = files
        self._unchanged = unchanged
        self._interrupt = interrupt
        self._meter = _Meter("reading")

    def __enter__(self) -> Self:
        self._meter.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._meter.stop()

    def __call__(self, progress: Progress) -> None:
        """Show one report."""
        self._interrupt.started = progress.files_done > 0
        outcome = progress.outcome
        if self._files and outcome and (self._unchanged or not outcome.as_before):
            say(outcome_line(outcome))
        self._show(progress.files_done, progress.files_total, progress_line(progress))

    def documents(self, done: int, total: int) -> None:
        """Show how many documents of the library are embedded anew."""
        self._show(done, total, f"{done}/{total} documents embedded anew")

    def _show(self, done: int, total: int, text: str) -> None:
        if self._meter.is_redrawn and self._interrupt():
            text = "stopping after this file; Ctrl-C again stops at once"
        self._meter.show(done, total, text)


@contextmanager
def downloading() -> Iterator[Callable[[DownloadProgress], None]]:
    """Gives what shows how far a download is, on stderr."""
    meter = _Meter("asking the hub")
    meter.start()
    try:
        yield lambda progress: meter.show(progress.done, progress.total, download_line(progress))
    finally:
        meter.stop()


class _Meter:
    """How far something is: on a terminal a bar that is redrawn, elsewhere a plain line now and then."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._last_line = time.monotonic()
        self._bar = _make_bar() if is_terminal(sys.stderr) else None

    @property
    def is_redrawn(self) -> bool:
        return self._bar is not None

    def start(self) -> None:
        if self._bar is not None:
            self._bar.start()
            self._task = self._bar.add_task(self._doing, total=None)

    def stop(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, done: int, total: int, text: str) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, description=text)
        elif time.monotonic() - self._last_line >= _SECONDS_BETWEEN_LINES:
            self._last_line = time.monotonic()
            tell(text)


def download_line(progress: DownloadProgress) -> str:
    """Megabytes so far and in all; while the file is checked, that it is."""
    name, done, total = one_line(progress.file_name), progress.done / 1e6, progress.total / 1e6
    doing = "checking" if progress.checking else "downloading"
    return f"{doing} {name}: {done:,.0f} of {total:,.0f} MB"


def _make_bar() -> Bar:
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    # Lines on stdout go above the bar where both are one terminal, and stay on stdout where not.
    return Bar(
        BarColumn(bar_width=20),
        TextColumn("{task.description}", markup=False),
        console=Console(file=sys.stderr),
        transient=True,
        redirect_stdout=sys.stdout.isatty(),
        redirect_stderr=True,
    )


def progress_line(progress: Progress) -> str:
    """Files, pages and chunks so far, their rates, and the time left at this pace."""
    seconds = max(progress.seconds, 1e-9)
    parts = [
        f"{progress.files_done}/{count(progress.files_total, 'file')}",
        f"{count(progress.n_pages, 'page')} ({progress.n_pages / seconds:.1f}/s)",
        f"{count(progress.n_chunks, 'chunk')} ({progress.n_chunks / seconds:.1f}/s)",
    ]
    if progress.files_done:
        left = progress.seconds / progress.files_done * (progress.files_total - progress.files_done)
        parts.append(f"{_clock(left)} left")
    return ", ".join(parts)


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def outcome_line(outcome: FileOutcome) -> str:
    """The file after its mark: + added, = unchanged, ~ replaced, ! failed; then why or how much."""
    source = one_line(outcome.source)
    if outcome.status in {"added", "replaced"}:
        source += f" ({count(outcome.n_pages, 'page')}, {count(outcome.n_chunks, 'chunk')})"
    if outcome.reason:
        source = _said_of(source, one_line(outcome.reason), one_line(outcome.why))
    line = f"{_MARKS[outcome.status]} {source}"
    colour = _COLOURS.get(outcome.status)
    return paint(line, fg=colour) if colour else line


def _said_of(source: str, reason: str, why: str) -> str:
    """The reason behind the file, whose name is not said twice."""
    if source in reason:
        return reason
    return f"{source}: {reason}" if why == reason else f"{source} {why}"


def count(number: int, noun: str) -> str:
    """The number and its noun, in the plural unless it is one."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary_line(report: IngestReport, *, removed: bool = False) -> str:
    """How many files ended how, also those `removed` if told, what was written, and how fast."""
    statuses = [status for status in _MARKS if removed or status != "removed"]
    endings = ", ".join(f"{report.count(status)} {status}" for status in statuses)
    if n_known := sum(outcome.known for outcome in report.outcomes):
        endings += f" ({n_known} as before)"
    line = f"{count(len(report.outcomes), 'file')}: {endings}"
    written = [o for o in report.outcomes if o.status in {"added", "replaced"}]
    if not written:
        return line
    pages, chunks = sum(o.n_pages for o in written), sum(o.n_chunks for o in written)
    seconds = max(report.seconds, 1e-9)
    return (
        f"{line}; {count(pages, 'page')} ({pages / seconds:.1f}/s) and "
        f"{count(chunks, 'chunk')} ({chunks / seconds:.1f}/s) in {report.seconds:.1f} s"
    )
