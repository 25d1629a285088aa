"""The pages over an engine without models, served for the browser tests."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from quoth.config import Config, PageConfig
from quoth.ui import access, chat, documents, inside, models, reader
from quoth.ui import map as collection_map
from quoth.ui.markup import plain
from tests.samples import HOSTILE, record
from tests.ui.fake_engine import PASSWORD, FakeQuoth


@st.cache_resource
def _engine() -> FakeQuoth:
    return FakeQuoth(Path(os.environ["QUOTH_LIBRARY"]), [record()])


def _chat() -> None:
    chat.show(_engine())  # type: ignore[arg-type]


def _guarded() -> None:
    """The chat, for those who sign in."""
    quoth = _guarded_engine()
    if access.admitted(quoth):  # type: ignore[arg-type]
        chat.show(quoth)  # type: ignore[arg-type]


@st.cache_resource
def _guarded_engine() -> FakeQuoth:
    quoth = FakeQuoth(Path(os.environ["QUOTH_LIBRARY"]) / "guarded", [record()])
    quoth.config = Config(page=PageConfig(sign_in=True))
    for name in ("ada", "bob"):
        quoth.users.add(name, PASSWORD)
    return quoth


def _documents() -> None:
    documents.show(_engine())  # type: ignore[arg-type]


def _map() -> None:
    collection_map.show(_engine())  # type: ignore[arg-type]


def _inside() -> None:
    inside.show(_engine())  # type: ignore[arg-type]


def _models() -> None:
    models.show(_engine())  # type: ignore[arg-type]


def _plain() -> None:
    for number, text in enumerate(HOSTILE):
        st.error(plain(text))
        st.caption(plain(text))
        st.button(plain(text), key=f"button-{number}")
        st.expander(plain(text), key=f"expander-{number}")


st.set_page_config(layout="wide" if reader.is_beside() else "centered")
st.navigation(
    [
        st.Page(_chat, title="Chat", url_path="chat", default=True),
        st.Page(_documents, title="Documents", url_path="documents"),
        st.Page(_map, title="Map", url_path="map"),
        st.Page(_inside, title="Inside", url_path=inside.URL),
        st.Page(_models, title="Models", url_path="models"),
        st.Page(_guarded, title="Guarded", url_path="guarded"),
        st.Page(_plain, title="Plain", url_path="plain"),
    ]
).run()
