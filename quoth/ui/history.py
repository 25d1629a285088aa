"""The conversations that are kept: the list beside the chat, and what can be done with one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth import exports
from quoth.errors import QuothError
from quoth.ui import reader, talking, texts
from quoth.ui.markup import element, plain
from quoth.ui.widgets import confirm, draw

if TYPE_CHECKING:
    from quoth.datatypes import Conversation
    from quoth.engine import Quoth

_SHOWN = 12
_MORE = 30


def go_to(name: str) -> None:
    """Hold another conversation in this tab, "" is a new one; no document stays open beside it."""
    reader.close_beside()
    talking.open_conversation(name)


def show_list(quoth: Quoth, conversation: Conversation | None) -> None:
    """The latest conversations, or those with some words in them; a click opens one."""
    if not talking.kept(quoth).last:
        draw(element("p", texts.NOT_LASTING, class_="q-warning"))
    words = st.session_state.get("conversation-search", "")
    found = talking.kept(quoth).list(search=words)
    if not found and not words:
        return
    draw(element("div", texts.CONVERSATIONS, class_="q-label"))
    st.text_input(
        texts.SEARCH_CONVERSATIONS,
        key="conversation-search",
        placeholder=texts.SEARCH_CONVERSATIONS,
        icon=":material/search:",
        label_visibility="collapsed",
    )
    if not found:
        draw(element("p", texts.NO_CONVERSATION, class_="q-place"))
    shown = st.session_state.setdefault("conversations-shown", _SHOWN)
    with st.container(key="conversations", gap=None):
        for record in found[:shown]:
            here = conversation is not None and record.id == conversation.record.id
            st.button(
                plain(record.title),
                key=f"open-{record.id}",
                type="secondary" if here else "tertiary",
                icon=":material/call_split:" if record.branched_from else None,
                width="stretch",
                on_click=go_to,
                args=(record.id,),
            )
    if len(found) > shown:
        st.button(
            texts.MORE_CONVERSATIONS.format(len(found) - shown),
            type="tertiary",
            on_click=st.session_state.__setitem__,
            args=("conversations-shown", shown + _MORE),
        )


def show_title(quoth: Quoth, conversation: Conversation) -> None:
    """What the conversation is called, and the menu of what can be done with it."""
    with st.container(horizontal=True, vertical_alignment="center", key="row-title"):
        title = element("div", conversation.record.title, class_="q-title", role="heading",
                        aria_level="1")  # fmt: skip
        draw(title)
        with st.popover(texts.MENU, icon=":material/more_horiz:", type="tertiary"):
            _rename(quoth, conversation)
            _export(quoth, conversation)
            if st.button(texts.DELETE_CONVERSATION, icon=":material/delete:", width="stretch"):
                _confirm(quoth, conversation)


def _rename(quoth: Quoth, conversation: Conversation) -> None:
    key = f"title-{conversation.record.id}"

    def keep() -> None:
        try:
            talking.kept(quoth).rename(conversation.record.id, st.session_state[key])
        except QuothError as error:
            st.toast(plain(str(error)), icon=":material/error:")

    st.text_input(texts.TITLE, conversation.record.title, key=key, max_chars=200, on_change=keep)


def _export(quoth: Quoth, conversation: Conversation) -> None:
    name = exports.file_name(conversation)
    for label, suffix, mime, write in (
        (texts.AS_MARKDOWN, "md", "text/markdown", exports.as_markdown),
        (texts.AS_HTML, "html", "text/html", exports.as_html),
        (texts.AS_JSON, "json", "application/json", exports.as_json),
    ):
        st.download_button(
            label, write(conversation), f"{name}.{suffix}", mime, on_click="ignore",
            icon=":material/download:", width="stretch", key=f"export-{suffix}",
        )  # fmt: skip
    rated = talking.kept(quoth).rated()
    if rated:
        st.download_button(
            texts.EXPORT_RATINGS.format(len(rated)), exports.evaluation_set(rated),
            "quoth-ratings.jsonl", "application/jsonl", on_click="ignore", help=texts.RATINGS_HELP,
            icon=":material/thumbs_up_down:", width="stretch", key="export-ratings",
        )  # fmt: skip


@st.dialog(texts.DELETE_TITLE)
def _confirm(quoth: Quoth, conversation: Conversation) -> None:
    question = texts.DELETE_ASK.format(conversation.record.title)
    confirm(question, "", texts.DELETE_CONVERSATION, lambda: talking.delete(quoth))
