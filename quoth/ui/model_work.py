"""Models that are downloaded or copied in this process, whichever tab began it; knows no widgets."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Literal

import streamlit as st

from quoth import models
from quoth.ui.jobs import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from quoth.models import LocalModel, Progress
    from quoth.ui.jobs import Cancelled

    Bring = Callable[[Callable[[Progress], None], Cancelled], LocalModel]

Kind = Literal["pull", "import"]
_lock = threading.Lock()


class ModelWork(Work[models.LocalModel]):
    """A model on its way here; `progress` is how far it is, None where that is not known."""

    def __init__(self, bring: Bring) -> None:
        self.progress: Progress | None = None
        super().__init__(lambda cancelled: bring(self._tell, cancelled))

    def _tell(self, progress: Progress) -> None:
        self.progress = progress


def current(kind: Kind) -> ModelWork | None:
    """What this tab began last, or else what goes on for another: there is one at a time."""
    mine: ModelWork | None = st.session_state.get(_key(kind))
    going_on = _works().get(kind)
    if (mine is None or not mine.running) and going_on is not None and going_on.running:
        mine = st.session_state[_key(kind)] = going_on
    return mine


def begin(kind: Kind, bring: Bring) -> None:
    """Bring a model in the background, unless one is on its way: that is the tab's then."""
    with _lock:
        going_on = _works().get(kind)
        if going_on is None or not going_on.running:
            _works()[kind] = ModelWork(bring)
        st.session_state[_key(kind)] = _works()[kind]


def _key(kind: Kind) -> str:
    return f"model-{kind}"


@st.cache_resource(show_spinner=False)
def _works() -> dict[Kind, ModelWork]:
    """The last of each kind: a reload and other tabs find it."""
    return {}
