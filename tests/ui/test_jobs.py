from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from quoth.datatypes import FileOutcome, IngestReport, Piece, Progress
from quoth.errors import ModelNotFoundError
from quoth.ui.adding import progress_line, share_done
from quoth.ui.jobs import AnswerJob, IngestJob
from tests.samples import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

LONG = 10.0  # seconds; only a broken job takes them


def test_an_answer_grows_and_is_there_at_the_end() -> None:
    whole = answer()
    job = AnswerJob(lambda *_: iter([Piece("one "), Piece("two"), Piece(answer=whole)]))
    assert job.wait(LONG)
    assert (job.text, job.answer, job.error, job.withdrawn) == ("one two", whole, "", False)


def test_withdrawn_text_is_replaced_and_remembered_as_withdrawn() -> None:
    job = AnswerJob(lambda *_: iter([Piece("wrong"), Piece("right", withdrawn=True)]))
    assert job.wait(LONG)
    assert (job.text, job.withdrawn) == ("right", True)


def test_stopping_reaches_the_engine_and_keeps_what_was_written() -> None:
    written = threading.Event()

    def stream(cancelled: Callable[[], bool], _: object) -> Iterator[Piece]:
        yield Piece("so far")
        written.set()
        while not cancelled():
            threading.Event().wait(0.001)

    job = AnswerJob(stream)
    assert written.wait(LONG)
    assert job.running
    job.stop()
    assert job.wait(LONG)
    assert (job.text, job.stopped, job.answer) == ("so far", True, None)


def test_an_error_of_ours_is_kept_as_its_line() -> None:
    def stream(*_: object) -> Iterator[Piece]:
        yield Piece("a")
        raise ModelNotFoundError("no model here; choose another")

    job = AnswerJob(stream)
    assert job.wait(LONG)
    assert job.error == "no model here; choose another"


def test_a_fault_ends_the_job_and_goes_to_the_log(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[str] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(str(args.exc_value)))

    def stream(*_: object) -> Iterator[Piece]:
        raise RuntimeError("a fault")
        yield

    job = AnswerJob(stream)
    assert job.wait(LONG)
    assert (job.answer, job.error) == (None, "")
    assert seen == ["a fault"] or threading.Event().wait(0.2) or seen == ["a fault"]


def test_an_ingest_run_collects_its_outcomes() -> None:
    outcomes = (FileOutcome("a", "added"), FileOutcome("b", "failed", reason="empty"))

    def ingest(on_progress: Callable[[Progress], None], _: object) -> IngestReport:
        for done, outcome in enumerate(outcomes, start=1):
            on_progress(Progress(done, 2, done, done, 0.1, "a", outcome))
        return IngestReport(outcomes, 0.1)

    job = IngestJob(ingest)
    assert job.wait(LONG)
    assert job.progress.files_done == 2
    assert job.outcomes == outcomes


def test_a_file_that_is_being_read_is_told_with_its_pages_and_chunks() -> None:
    added = FileOutcome("a", "added", n_pages=3, n_chunks=40)
    progress = [
        Progress(0, 2, 0, 0, 0.1, "a"),
        Progress(0, 2, 0, 0, 0.1, "a", current_pages=3, current_chunks=40),
        Progress(0, 2, 0, 0, 0.1, "b"),
        Progress(0, 2, 0, 0, 0.1, "a", n_embedded=10, n_to_embed=40),
        Progress(1, 2, 3, 40, 0.1, "a", added),
    ]
    seen: list[tuple[float, dict[str, tuple[int, int]]]] = []

    def ingest(on_progress: Callable[[Progress], None], _: object) -> IngestReport:
        made.wait(LONG)
        for each in progress:
            on_progress(each)
            seen.append((share_done(job), job.under_way))
        return IngestReport((added,), 0.1)

    made = threading.Event()
    job = IngestJob(ingest)
    made.set()
    assert job.wait(LONG)
    both = {"a": (3, 40), "b": (0, 0)}
    assert seen == [
        (0.0, {"a": (0, 0)}),
        (0.0, {"a": (3, 40)}),
        (0.0, both),
        (0.125, both),
        (0.5, {"b": (0, 0)}),
    ]
    line = progress_line(progress[3], 6.0, 0.125)
    assert "10 of 40 chunks embedded · about 42 s left" in line
    assert "left" not in progress_line(progress[0], 6.0, 0.0)
