"""What a browser tab holds, and the engine that all tabs share; decides nothing about looks."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from quoth.config import AnswerConfig, Config, GenerationConfig, load_config
from quoth.datatypes import FileOutcome, IngestReport, Progress
from quoth.errors import QuothError
from quoth.ui import access, uploads
from quoth.ui.jobs import Cancelled, IngestJob
from quoth.ui.markup import plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

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
        st.error(plain(str(error)), icon=":material/error:")


def user() -> str:
    """Who uses this tab; "" where nobody need sign in."""
    name: str = st.session_state.get("user", "")
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


def ingest_job() -> IngestJob | None:
    """The ingest run that this tab started last."""
    return st.session_state.get("ingest_job")


def start_ingest(
    quoth: Quoth, paths: tuple[Path, ...], into: str, refused: tuple[FileOutcome, ...] = ()
) -> None:
    """Read files or folders into a collection, in the background.

    Uploaded copies that could not be read are deleted again. `refused` are listed with the rest.
    """

    def work(on_progress: Callable[[Progress], None], cancelled: Cancelled) -> IngestReport:
        if not paths:
            return IngestReport(refused, 0.0)
        report = quoth.ingest(paths, collection=into, on_progress=on_progress, cancelled=cancelled)
        failed = (each.source for each in report.outcomes if each.status == "failed")
        uploads.forget(failed, quoth.path)
        return replace(report, outcomes=(*refused, *report.outcomes))

    st.session_state["ingest_job"] = IngestJob(work)


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


def context_window(quoth: Quoth) -> int:
    """Tokens of the running model's window; as configured where the engine does not say."""
    model = quoth.info().get("model")
    size = model.get("context_window") if isinstance(model, dict) else None
    return size if isinstance(size, int) else quoth.config.model.context_size


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
