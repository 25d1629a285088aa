"""The chat page: ask, watch the answer being written, check it; knows the engine's public calls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import (
    adding,
    asking,
    citation_clicks,
    history,
    reader,
    session,
    talking,
    texts,
    welcome,
)
from quoth.ui.answer_view import show_turn, streaming
from quoth.ui.citations import cited
from quoth.ui.markup import element
from quoth.ui.widgets import collection_select, draw, draw_again, style

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quoth.datatypes import Conversation
    from quoth.engine import Quoth
    from quoth.ui.jobs import AnswerJob

_LOOK_EVERY = 0.1  # seconds


def show(quoth: Quoth) -> None:
    """Draw the chat page."""
    style()
    asking.ask_otherwise(quoth)
    conversation = talking.opened(quoth)
    _sidebar(quoth, conversation)
    if conversation is not None:
        _converse(quoth, conversation)
        return
    run = st.container()
    _begin(quoth)
    with run:
        adding.show_run(quoth)


def _begin(quoth: Quoth) -> None:
    """A chat without a question yet: the welcome, or what can be asked."""
    sizes = quoth.collection_sizes()
    if not any(sizes.values()):
        welcome.show(quoth)
        return
    suggested = _waiting(quoth, sizes)
    asked = st.chat_input(texts.ASK, key="question")
    _ask(quoth, (asked or suggested or "").strip())


def _converse(quoth: Quoth, conversation: Conversation) -> None:
    job = talking.writing(conversation)
    asked = st.chat_input(texts.ASK, key="question", disabled=job is not None)
    # Before what grows: an element that moves is made anew, and hears no click meanwhile.
    citation_clicks.listen(partial(_open_citation, conversation))
    chat, reading = reader.places()
    with chat:
        history.show_title(quoth, conversation)
        for turn in talking.finished(conversation, job):
            asking.show_question(conversation, turn, busy=job is not None)
            rate = partial(asking.show_rating, quoth, conversation)
            show_turn(turn, reader.open_beside, rate)
    reader.show_beside(quoth, reading)
    if job is not None:
        with chat:
            asking.draw_question(conversation.turns[-1].question)
            _follow(job)
    _ask(quoth, (asked or "").strip())


def _open_citation(conversation: Conversation, number: int, quote: int) -> None:
    """Show the quote that an answer cites by this number beside the chat."""
    for turn in conversation.turns:
        if turn.number == number and turn.answer is not None:
            source = cited(turn.answer, quote)
            if source is not None:
                reader.open_beside(source)


def _sidebar(quoth: Quoth, conversation: Conversation | None) -> None:
    with st.sidebar:
        st.button(
            texts.NEW_CHAT,
            icon=":material/edit_square:",
            width="stretch",
            on_click=history.go_to,
            args=("",),
        )
        collection_select(
            quoth.collections(),
            session.collection(quoth),
            "collection-choice",
            on_change=lambda: session.choose_collection(st.session_state["collection-choice"]),
        )
        history.show_list(quoth, conversation)
        draw(element("p", texts.PRIVATE, class_="q-private"))


def _waiting(quoth: Quoth, sizes: Mapping[str, int]) -> str | None:
    """The empty chat of a filled library: what it is asked from, and questions to start with."""
    chosen = session.collection(quoth)
    n_documents = sum(sizes.values()) if chosen is None else sizes.get(chosen, 0)
    lead = texts.WAITING_LEAD.format(texts.count(n_documents, texts.DOCUMENTS_N))
    title = element("div", texts.WAITING_TITLE, class_="q-waiting-title")
    draw(element("div", title, element("p", lead, class_="q-lead"), class_="q-waiting"))
    return welcome.suggestion(quoth)


def _ask(quoth: Quoth, question: str) -> None:
    if question:
        talking.ask(quoth, question)
        draw_again()


def _follow(job: AnswerJob) -> None:
    """Show the text as it grows, until it is finished; then draw the page anew with the answer."""
    with st.chat_message("assistant", avatar=":material/format_quote:"):
        place = st.empty()
        st.button(
            texts.STOPPING if job.stopped else texts.STOP,
            on_click=job.stop,
            disabled=job.stopped,
            icon=":material/stop_circle:",
            key="stop",
        )
        shown = None
        while not job.wait(_LOOK_EVERY):
            if (job.text, job.n_before) != shown:
                shown = job.text, job.n_before
                place.html(streaming(*shown))
    draw_again()
