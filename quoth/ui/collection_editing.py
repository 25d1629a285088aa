"""The collections of a library: made, renamed and deleted on the page; knows the engine's calls."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import texts, uploads
from quoth.ui.markup import element, plain
from quoth.ui.widgets import confirm, draw, draw_again, succeeds

if TYPE_CHECKING:
    from quoth.engine import Quoth


def show(quoth: Quoth) -> None:
    """A line for each collection, closed at first, and a place to make one."""
    with st.expander(texts.COLLECTIONS, icon=":material/folder:", key="collections"):
        draw(element("p", texts.COLLECTIONS_LEAD, class_="q-lead"))
        for name, size in quoth.collection_sizes().items():
            _row(quoth, name, size)
        with st.form("new-collection", border=False, clear_on_submit=True):
            new = st.text_input(texts.NEW_COLLECTION, max_chars=100)
            made = st.form_submit_button(texts.MAKE_COLLECTION, icon=":material/create_new_folder:")
        if made and succeeds(lambda: quoth.create_collection(new.strip())):
            draw_again()


def _row(quoth: Quoth, name: str, size: int) -> None:
    key = f"collection-{name}"
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{key}"):
        count = element("span", texts.count(size, texts.DOCUMENTS_N), class_="q-place")
        draw(element("div", element("b", name), " ", count))
        if st.button(
            texts.RENAME, key=f"rename-{key}", type="tertiary", icon=":material/edit:",
            help=plain(texts.RENAME_NAMED.format(name)),
        ):  # fmt: skip
            _rename(quoth, name)
        if st.button(
            texts.DELETE, key=f"delete-{key}", type="tertiary", icon=":material/delete:",
            help=plain(texts.DELETE_NAMED.format(name)),
        ):  # fmt: skip
            _confirm(quoth, name, size)


@st.dialog(texts.RENAME_COLLECTION)
def _rename(quoth: Quoth, name: str) -> None:
    with st.form("rename-collection", border=False):
        new = st.text_input(texts.NEW_NAME, name, max_chars=100)
        renamed = st.form_submit_button(texts.RENAME, type="primary")
    if renamed and succeeds(lambda: quoth.rename_collection(name, new.strip())):
        draw_again()


@st.dialog(texts.DELETE_COLLECTION)
def _confirm(quoth: Quoth, name: str, size: int) -> None:
    question = texts.DELETE_COLLECTION_ASK.format(name, texts.count(size, texts.DOCUMENTS_N))
    confirm(question, texts.REMOVE_COPY, texts.DELETE, lambda: _delete(quoth, name))


def _delete(quoth: Quoth, name: str) -> None:
    sources = [s for record in quoth.documents(collection=name) for s in record.sources]
    quoth.delete_collection(name)
    held = (s for record in quoth.documents() for s in record.sources)
    uploads.forget_unread(map(Path, sources), held, quoth.path)
