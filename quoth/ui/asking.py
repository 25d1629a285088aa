"""What the asker does with a turn: ask it otherwise, and say what the answer was worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import talking, texts
from quoth.ui.markup import element
from quoth.ui.widgets import draw

if TYPE_CHECKING:
    from quoth.datatypes import Conversation, Rating, Turn
    from quoth.engine import Quoth

_WANTED = "asked-otherwise"
_THUMBS: dict[int | None, Rating] = {1: "good", 0: "bad", None: ""}


def draw_question(question: str) -> None:
    """What was asked."""
    with st.chat_message("user", avatar=":material/person:"):
        draw(element("div", question, class_="q-question"))


def show_question(conversation: Conversation, turn: Turn, *, busy: bool) -> None:
    """What was asked, with the way to ask it otherwise."""
    key = f"{conversation.record.id}-{turn.number}"
    if st.session_state.get("editing") == key:
        _edit(turn)
        return
    with (
        st.chat_message("user", avatar=":material/person:"),
        st.container(horizontal=True, key=f"row-question-{turn.number}"),
    ):
        draw(element("div", turn.question, class_="q-question"))
        st.button(
            texts.EDIT,
            key=f"edit-{key}",
            type="tertiary",
            icon=":material/edit:",
            help=texts.EDIT_HELP,
            disabled=busy,
            on_click=st.session_state.__setitem__,
            args=("editing", key),
        )


def ask_otherwise(quoth: Quoth) -> None:
    """Ask what was edited last, in a conversation of its own that is then the tab's."""
    wanted = st.session_state.pop(_WANTED, None)
    if wanted is not None:
        talking.branch(quoth, *wanted)


def _edit(turn: Turn) -> None:
    """Callbacks, and no run within a run: that would lose a click on another page meanwhile."""

    def leave() -> None:
        st.session_state.pop("editing", None)

    def ask() -> None:
        leave()
        words = st.session_state["edited"].strip()
        if words:
            st.session_state[_WANTED] = (turn.number, words)

    with st.chat_message("user", avatar=":material/person:"), st.form("edit", border=False):
        st.text_area(texts.EDIT_LABEL, turn.question, key="edited", label_visibility="collapsed")
        draw(element("p", texts.EDIT_HELP, class_="q-place"))
        with st.container(horizontal=True):
            st.form_submit_button(
                texts.EDIT_ASK, type="primary", icon=":material/call_split:", on_click=ask
            )
            st.form_submit_button(texts.LEAVE, on_click=leave)


def show_rating(quoth: Quoth, conversation: Conversation, turn: Turn) -> None:
    """Thumbs up and down, and a note once there is one of them."""
    name = conversation.record.id
    key = f"rate-{name}-{turn.number}"
    note_key = f"note-{name}-{turn.number}"

    def keep() -> None:
        rating = _THUMBS[st.session_state[key]]
        talking.kept(quoth).rate(name, turn.number, rating, st.session_state.get(note_key))

    thumbs = {rating: thumb for thumb, rating in _THUMBS.items()}
    with st.container(horizontal=True, vertical_alignment="center", key=f"row-{key}"):
        st.feedback("thumbs", key=key, default=thumbs[turn.rating], on_change=keep)
        if turn.rating:
            st.text_input(
                texts.NOTE,
                turn.note,
                key=note_key,
                placeholder=texts.NOTE,
                label_visibility="collapsed",
                on_change=keep,
            )
