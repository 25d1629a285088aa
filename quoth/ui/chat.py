"""The chat page: ask, watch the answer being written, check it; knows the engine's public calls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from quoth.ui import adding, reader, session, texts, welcome
from quoth.ui.answer_view import show_question, show_turn, streaming
from quoth.ui.jobs import AnswerJob
from quoth.ui.markup import element
from quoth.ui.session import Turn
from quoth.ui.widgets import collection_select, draw, style

if TYPE_CHECKING:
    from quoth.engine import Quoth

_LOOK_EVERY = 0.1  # seconds


def show(quoth: Quoth) -> None:
    """Draw the chat page."""
    style()
    _sidebar(quoth)
    turns = session.turns()
    if turns:
        _converse(quoth, turns)
    else:
        run = st.container()
        _begin(quoth)
        with run:
            adding.show_run()


def _begin(quoth: Quoth) -> None:
    """A chat without a question yet: the welcome, or what can be asked."""
    if not quoth.documents():
        welcome.show(quoth)
        return
    suggested = _waiting(quoth)
    asked = st.chat_input(texts.ASK, key="question")
    _ask(quoth, (asked or suggested or "").strip())


def _converse(quoth: Quoth, turns: list[Turn]) -> None:
    _draw_turns(quoth, turns)
    busy = turns[-1].job is not None
    asked = st.chat_input(texts.ASK, key="question", disabled=busy)
    if busy:
        _follow(quoth, turns[-1])
    else:
        _ask(quoth, (asked or "").strip())


def _sidebar(quoth: Quoth) -> None:
    with st.sidebar:
        if st.button(texts.NEW_CHAT, icon=":material/edit_square:", width="stretch"):
            session.new_chat()
        collection_select(
            quoth.collections(),
            session.collection(quoth),
            "collection-choice",
            on_change=lambda: session.choose_collection(st.session_state["collection-choice"]),
        )
        draw(element("p", texts.PRIVATE, class_="q-private"))


def _waiting(quoth: Quoth) -> str | None:
    """The empty chat of a filled library: what it is asked from, and questions to start with."""
    n_documents = len(quoth.documents(collection=session.collection(quoth)))
    lead = texts.WAITING_LEAD.format(texts.count(n_documents, texts.DOCUMENTS_N))
    title = element("div", texts.WAITING_TITLE, class_="q-waiting-title")
    draw(element("div", title, element("p", lead, class_="q-lead"), class_="q-waiting"))
    return welcome.suggestion(quoth)


def _draw_turns(quoth: Quoth, turns: list[Turn]) -> None:
    for index, turn in enumerate(turns):
        show_question(turn.question)
        if turn.job is None:
            show_turn(turn, index, partial(reader.open_source, quoth))


def _ask(quoth: Quoth, question: str) -> None:
    if not question:
        return
    stream = partial(
        quoth.stream,
        question,
        history=session.history(),
        collection=session.collection(quoth),
        generation=session.generation(quoth.config.generation),
        answer=session.answering(quoth.config.answer),
    )
    turn = Turn(question, job=AnswerJob(lambda cancelled: stream(cancelled=cancelled)))
    session.turns().append(turn)
    st.rerun()


def _follow(quoth: Quoth, turn: Turn) -> None:
    """Show the text as it grows, until it is finished; then draw the page anew with the answer."""
    job = turn.job
    if job is None:
        return
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
            if job.text != shown:
                shown = job.text
                place.html(streaming(shown))
    _finish(quoth, turn, job)
    st.rerun()


def _finish(quoth: Quoth, turn: Turn, job: AnswerJob) -> None:
    turn.answer, turn.text, turn.error = job.answer, job.text, job.error
    turn.withdrawn, turn.stopped = job.withdrawn, job.stopped
    if job.answer is None and not job.error and not job.stopped:
        turn.error = texts.UNEXPECTED
    turn.window = session.context_window(quoth)
    turn.job = None
