"""What a browser tab holds, and the engine that all tabs share; decides nothing about looks."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from quoth.config import AnswerConfig, Config, GenerationConfig, load_config
from quoth.datatypes import IngestReport, Progress
from quoth.errors import QuothError
from quoth.ui import access, uploads
from quoth.ui.jobs import Cancelled, IngestJob
from quoth.ui.widgets import show_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quoth.datatypes import DocumentRecord
    from quoth.engine import Quoth

DEFAULT_COLLECTION = "default"
_T = TypeVar("_T")


def show_page(show: Callable[[Quoth], None]) -> None:
    """Run a page with the shared engine; an error of Quoth's is one line on the page."""
    try:
        quoth = _engine(*_location())
        if access.admitted(quoth):
            show(quoth)
    except QuothError as error:
        show_error(str(error))


def user() -> str:
    """Who uses this tab; "" where nobody need sign in."""
    name: str = st.session_state.get(access.USER, "")
    return name


def collection(quoth: Quoth) -> str | None:
    """The collection that questions go to; None is all, also when the chosen one has gone."""
    chosen = _kept("collection", lambda: os.environ.get("QUOTH_COLLECTION", ""))
    return chosen if chosen in quoth.collections() else None


def ingest_collection(quoth: Quoth) -> str:
    """The collection that new files go to unless another is chosen."""
    return collection(quoth) or os.environ.get("QUOTH_COLLECTION") or DEFAULT_COLLECTION


def choose_collection(name: str) -> None:
    """Send the next questions to this collection; "" is all of them."""
    st.session_state["collection"] = name


def ingest_job(quoth: Quoth) -> IngestJob | None:
    """The ingest run that this tab started last, or else one of this user that goes on."""
    job: IngestJob | None = st.session_state.get("ingest_job")
    if job is None:
        going_on = _ingests().get(_whose(quoth))
        if going_on is not None and going_on.running:
            job = st.session_state["ingest_job"] = going_on
    return job


def is_ingesting(quoth: Quoth) -> bool:
    """Whether that run goes on."""
    job = ingest_job(quoth)
    return job is not None and job.running


def start_ingest(
    quoth: Quoth, saved: uploads.Saved, into: str, *, passwords: Sequence[str] = ()
) -> None:
    """Read files or folders into a collection, in the background; `passwords` open encrypted ones.

    Uploaded copies that no document was read from are deleted again; what was refused is listed
    with the rest.
    """

    def work(on_progress: Callable[[Progress], None], cancelled: Cancelled) -> IngestReport:
        if not saved.paths:
            return IngestReport(saved.refused, 0.0)
        try:
            report = quoth.ingest(
                saved.paths,
                collection=into,
                passwords=passwords,
                on_progress=on_progress,
                cancelled=cancelled,
            )
        finally:
            held = (s for record in quoth.documents() for s in record.sources)
            uploads.forget_unread(saved.files, held, quoth.path)
        return replace(report, outcomes=(*saved.refused, *report.outcomes))

    _begin(quoth, IngestJob(work))


def start_reading_again(quoth: Quoth, record: DocumentRecord) -> None:
    """Read a document's file again, in the background."""
    job = IngestJob(
        lambda on_progress, cancelled: quoth.read_again(
            [record.id],
            collection=record.collection,
            on_progress=on_progress,
            cancelled=cancelled,
        )
    )
    _begin(quoth, job)


def _begin(quoth: Quoth, job: IngestJob) -> None:
    st.session_state["ingest_job"] = _ingests()[_whose(quoth)] = job


def _whose(quoth: Quoth) -> tuple[str, str]:
    return str(quoth.path.absolute()), user()


@st.cache_resource(show_spinner=False)
def _ingests() -> dict[tuple[str, str], IngestJob]:
    """The last ingest run of each library and user in this process: a reload finds it again."""
    return {}


def forget_ingest() -> None:
    """Drop the finished ingest run and its list of files."""
    st.session_state.pop("ingest_job", None)


def generation(configured: GenerationConfig) -> GenerationConfig:
    """How answers are written in this tab; as configured until someone changes it."""
    return _kept("generation", lambda: configured)


def change_generation(configured: GenerationConfig, **values: Any) -> None:
    """Set some of this tab's generation settings."""
    st.session_state["generation"] = replace(generation(configured), **values)


def answering(configured: AnswerConfig) -> AnswerConfig:
    """When this tab's questions are refused; as configured until someone changes it."""
    return _kept("answering", lambda: configured)


def change_answering(configured: AnswerConfig, **values: Any) -> None:
    """Set some of this tab's answer settings."""
    st.session_state["answering"] = replace(answering(configured), **values)


def once(name: str, key: object, make: Callable[[], _T]) -> _T:
    """What `make` gives for this key; this tab keeps it under `name` until the key is another."""
    kept = st.session_state.get(name)
    if kept is None or kept[0] != key:
        kept = st.session_state[name] = key, make()
    made: _T = kept[1]
    return made


def _kept(key: str, default: Callable[[], _T]) -> _T:
    if key not in st.session_state:
        st.session_state[key] = default()
    kept: _T = st.session_state[key]
    return kept


def _location() -> tuple[str, Config]:
    """Which library this process serves, and how it is configured now."""
    from quoth.engine import config_file, default_path

    path = default_path()
    return str(path), load_config(config_file(path))


@st.cache_resource(show_spinner=False)
def _engine(path: str, config: Config) -> Quoth:
    """One engine for each library and configuration in this process, shared by all tabs."""
    from quoth.engine import Quoth

    return Quoth.open(path, config=config)
