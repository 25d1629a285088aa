"""Uploading and reading files, with progress, cancel and a line for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import QuothError
from quoth.ui import session, texts, uploads
from quoth.ui.markup import Html, element
from quoth.ui.widgets import chip, choose, draw, draw_again, file_name, show_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quoth.datatypes import FileOutcome, Progress
    from quoth.engine import Quoth
    from quoth.ui.jobs import IngestJob

_LOOK_EVERY = 0.2  # seconds
_LATEST = 5  # files that are finished, shown while others are read
_UNDER_WAY = 3


def show_upload(quoth: Quoth, *, choose_collection: bool = True) -> None:
    """A place to drop files, and the button that reads them into the library."""
    busy = session.is_ingesting(quoth)
    generation = st.session_state.setdefault("upload-generation", 0)
    draw(element("p", texts.UPLOAD_LEAD, class_="q-place"))
    folders = _choose_what() == texts.UPLOAD_FOLDER
    files = st.file_uploader(
        texts.UPLOAD,
        accept_multiple_files="directory" if folders else True,
        key=f"upload-{generation}-{folders}",
        disabled=busy,
        label_visibility="collapsed",
    )
    into = _choose_collection(quoth) if choose_collection else session.ingest_collection(quoth)
    password = _ask_for_password(quoth, generation)
    if st.button(
        texts.INGEST, type="primary", icon=":material/library_add:", disabled=busy or not files
    ):
        try:
            limit = quoth.config.ingest.max_megabytes
            saved = uploads.save(files, quoth.path, into, limit, folders=folders)
        except QuothError as error:
            show_error(str(error))
            return
        st.session_state["upload-generation"] = generation + 1  # a new, empty uploader
        session.start_ingest(quoth, saved, into, passwords=[password] if password else [])
        draw_again()


def _choose_what() -> str:
    options = (texts.UPLOAD_FILES, texts.UPLOAD_FOLDER)
    return choose(texts.UPLOAD_WHAT, options, "upload-what", label_visibility="collapsed")


def _ask_for_password(quoth: Quoth, generation: int) -> str:
    """What opens encrypted files, asked for once the latest run has met one; else ""."""
    job = session.ingest_job(quoth)
    if job is None or not any(outcome.encrypted for outcome in job.outcomes):
        return ""
    return st.text_input(
        texts.UPLOAD_PASSWORD, type="password", autocomplete="off", max_chars=1024,
        key=f"upload-password-{generation}",
    )  # fmt: skip


def show_run(quoth: Quoth) -> None:
    """The ingest run: how far it is, then what became of each file."""
    job = session.ingest_job(quoth)
    if job is None:
        return
    if job.running:
        _follow(job)
        draw_again()
    if job.report is None:
        show_error(job.error or texts.UNEXPECTED)
    if job.stopped:
        st.info(texts.CANCELLED, icon=":material/info:")
    if job.outcomes:
        draw(outcome_list(job.outcomes))
    if job.report is not None and job.report.skipped:
        draw(element("p", skipped_line(job.report.skipped), class_="q-place"))
    st.button(texts.DISMISS, on_click=session.forget_ingest, type="tertiary", key="dismiss")


def _choose_collection(quoth: Quoth) -> str:
    usual = session.ingest_collection(quoth)
    names = list(dict.fromkeys((usual, session.DEFAULT_COLLECTION, *quoth.collections())))
    chosen = st.selectbox(
        texts.UPLOAD_INTO, names, accept_new_options=True, help=texts.UPLOAD_INTO_HELP
    )
    return (chosen or "").strip() or usual


def _follow(job: IngestJob) -> None:
    bar = st.progress(0.0)
    details = st.empty()
    st.button(
        texts.STOPPING if job.stopped else texts.CANCEL,
        on_click=job.stop,
        disabled=job.stopped,
        icon=":material/cancel:",
        key="cancel-ingest",
    )
    files = st.empty()
    while not job.wait(_LOOK_EVERY):
        share = share_done(job)
        done, total = job.progress.files_done, job.progress.files_total
        title = texts.INGESTING.format(done=done, total=total) if total else texts.INGEST_STARTING
        bar.progress(share, text=title)
        details.html(progress_line(job.progress, job.seconds, share))
        files.html(element("div", under_way(job), outcome_list(job.outcomes[: -_LATEST - 1 : -1])))


def share_done(job: IngestJob) -> float:
    """How much of the run is done, in [0, 1]: of the files that are embedded, the embedded part."""
    progress = job.progress
    if not progress.files_total:
        return 0.0
    n_cut = sum(n_chunks > 0 for _, n_chunks in job.under_way.values())
    embedded = progress.n_embedded / progress.n_to_embed if progress.n_to_embed else 0.0
    return min((progress.files_done + n_cut * embedded) / progress.files_total, 1.0)


def progress_line(progress: Progress, seconds: float, share: float) -> Html:
    """What was read so far, for how long, and a guess at the time left once some of it is done."""
    parts = [
        texts.INGEST_DETAIL.format(
            pages=texts.count(progress.n_pages, texts.PAGES_N),
            chunks=texts.count(progress.n_chunks, texts.CHUNKS_N),
            seconds=seconds,
        )
    ]
    if progress.n_to_embed:
        parts.append(texts.INGEST_EMBEDDED.format(progress.n_embedded, progress.n_to_embed))
    if 0 < share < 1:
        parts.append(texts.TIME_LEFT.format(seconds / share * (1 - share)))
    return element("div", " · ".join(parts), class_="q-facts", role="status")


def under_way(job: IngestJob) -> Html:
    """A line for each of the files that were begun last: its pages and chunks as they are known."""
    latest = list(job.under_way.items())[-_UNDER_WAY:]
    lines = (_line("reading", source, counts) for source, counts in reversed(latest))
    return element("ul", *lines, class_="q-under-way") if latest else Html("")


def outcome_list(outcomes: tuple[FileOutcome, ...]) -> Html:
    """A line for each file: what became of it and why."""
    return element("ul", *map(_outcome, outcomes), class_="q-outcomes")


def skipped_line(skipped: Mapping[str, int]) -> str:
    """What was left out of folders and archives, by suffix, the most frequent first."""
    most = sorted(skipped.items(), key=lambda pair: (-pair[1], pair[0]))
    parts = (texts.SKIPPED_SUFFIX.format(n, suffix or texts.NO_SUFFIX) for suffix, n in most)
    return texts.SKIPPED.format(", ".join(parts))


def _outcome(outcome: FileOutcome) -> Html:
    why = texts.LOCKED if outcome.encrypted else " ".join(outcome.why.split())
    return _line(outcome.status, outcome.source, (outcome.n_pages, outcome.n_chunks), why)


def _line(status: str, source: str, counts: tuple[int, int], why: str = "") -> Html:
    n_pages, n_chunks = counts
    read = ""
    if n_chunks:
        read = f"{texts.count(n_pages, texts.PAGES_N)} · {texts.count(n_chunks, texts.CHUNKS_N)}"
        status = "embedding" if status == "reading" else status
    return element(
        "li",
        chip(texts.STATUS[status], f"q-{status}"),
        element("b", file_name(source)),
        element("span", read, class_="q-place"),
        element("span", why, class_="q-reason"),
    )
