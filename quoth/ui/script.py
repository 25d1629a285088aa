"""What Streamlit runs for each tab, from above to below: sets up the pages, nothing else."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

import quoth.ui
from quoth.ui import chat, documents, inside, models, reader, session, texts
from quoth.ui import map as collection_map

ICON = Path(quoth.ui.__file__).with_name("icon.svg")


def _chat() -> None:
    session.show_page(chat.show)


def _documents() -> None:
    session.show_page(documents.show)


def _map() -> None:
    session.show_page(collection_map.show)


def _inside() -> None:
    session.show_page(inside.show)


def _models() -> None:
    session.show_page(models.show)


# First of all: else the browser asks another machine for the icon of the navigation's page.
st.set_page_config(page_title=texts.NAME, page_icon=str(ICON))
st.logo(str(ICON.with_name("logo.svg")), icon_image=str(ICON), size="large")
_page = st.navigation(
    [
        st.Page(_chat, title=texts.CHAT, icon=":material/forum:", url_path="chat", default=True),
        st.Page(
            _documents, title=texts.DOCUMENTS, icon=":material/library_books:", url_path="documents"
        ),
        st.Page(_map, title=texts.MAP, icon=":material/scatter_plot:", url_path="map"),
        st.Page(_inside, title=texts.INSIDE, icon=":material/biotech:", url_path=inside.URL),
        st.Page(_models, title=texts.MODELS, icon=":material/tune:", url_path="models"),
    ]
)
# A document beside the chat needs the room; the other pages read better narrow.
_wide = _page.title == texts.CHAT and reader.is_beside()
st.set_page_config(layout="wide" if _wide else "centered")
_page.run()
