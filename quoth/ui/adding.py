"""Uploading and reading files, with progress, cancel and a line for each file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import QuothError
from quoth.ui import session, texts, uploads
from quoth.ui.markup import Html, element
from quoth.ui.widgets import chip, choose, draw, file_name, show_error

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quoth.datatypes import FileOutcome, Progress
    from quoth.engine import Quoth
    from quoth.ui.jobs import IngestJob

_LOOK_EVERY = 0.2  # seconds
_LATEST = 5  # files that are finished, shown while others are read


def show_upload(quoth: Quoth, *, choose_collection: bool = True) -> None:
    """A place to drop files, and the button that reads them into the library."""
    busy = session.is_ingesting(quoth)
    generation = st.session_state.setdefault("upload-generation", 0)
    folders = _choose_what() == texts.UPLOAD_FOLDER
    files = st.file_uploader(
        texts.UPLOAD,
        accept_multiple_files="directory" if folders else True,
        help=texts.UPLOAD_HELP,
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
        st.rerun()


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
        st.rerun()
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
    finished = st.empty()
    while not job.wait(_LOOK_EVERY):
        done, total = job.progress.files_done, job.progress.files_total
        title = texts.INGESTING.format(done=done, total=total) if total else texts.INGEST_STARTING
        bar.progress(min(done / total, 1.0) if total else 0.0, text=title)
        details.html(progress_line(job.progress))
        if job.outcomes:
            finished.html(outcome_list(job.outcomes[: -_LATEST - 1 : -1]))


def progress_line(progress: Progress) -> Html:
    """The file being read, what was read so far, and a guess at the time left."""
    parts = [
        texts.INGEST_DETAIL.format(
            pages=texts.count(progress.n_pages, texts.PAGES_N),
            chunks=texts.count(progress.n_chunks, texts.CHUNKS_N),
            seconds=progress.seconds,
        )
    ]
    if 0 < progress.files_done < progress.files_total:
        left = progress.seconds / progress.files_done * (progress.files_total - progress.files_done)
        parts.append(texts.TIME_LEFT.format(left))
    if progress.current:
        parts.append(texts.INGEST_CURRENT.format(file_name(progress.current)))
    return element("div", " · ".join(parts), class_="q-facts", role="status")


def outcome_list(outcomes: tuple[FileOutcome, ...]) -> Html:
    """A line for each file: what became of it and why."""
    return element("ul", *map(_outcome, outcomes), class_="q-outcomes")


def skipped_line(skipped: Mapping[str, int]) -> str:
    """What was left out of folders and archives, by suffix, the most frequent first."""
    most = sorted(skipped.items(), key=lambda pair: (-pair[1], pair[0]))
    parts = (texts.SKIPPED_SUFFIX.format(n, suffix or texts.NO_SUFFIX) for suffix, n in most)
    return texts.SKIPPED.format(", ".join(parts))


def _outcome(outcome: FileOutcome) -> Html:
    counts = ""
    if outcome.n_chunks:
        pages = texts.count(outcome.n_pages, texts.PAGES_N)
        counts = f"{pages} · {texts.count(outcome.n_chunks, texts.CHUNKS_N)}"
    why = texts.LOCKED if outcome.encrypted else " ".join(outcome.why.split())
    return element(
        "li",
        chip(texts.STATUS[outcome.status], f"q-{outcome.status}"),
        element("b", file_name(outcome.source)),
        element("span", counts, class_="q-place"),
        element("span", why, class_="q-reason"),
    )
