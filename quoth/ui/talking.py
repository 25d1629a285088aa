"""Which conversation a tab holds, and the answers that are being written in this process.

The library keeps conversations, the address of the page names the one that is open: a reload and
another tab find it again. An answer belongs to its conversation, not to the tab that asked.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from quoth.errors import UnknownConversationError
from quoth.ui import session, texts
from quoth.ui.jobs import AnswerJob

if TYPE_CHECKING:
    from quoth.conversations import Conversations
    from quoth.datatypes import Conversation, Turn
    from quoth.engine import Quoth

_OPEN, _LOADED = "conversation", "conversation-loaded"
_ADDRESS = "conversation-address"  # what the address named when it was looked at last
_lock = threading.Lock()


def kept(quoth: Quoth) -> Conversations:
    """The conversations of whoever uses this tab."""
    return quoth.conversations.of(session.user())


def opened(quoth: Quoth) -> Conversation | None:
    """The conversation that the tab holds; read again only when it has changed."""
    address = st.query_params.get(_OPEN, "")
    if address and address != st.session_state.get(_ADDRESS):
        open_conversation(address)  # a reload, a link, or one page back
    name: str = st.session_state.get(_OPEN, "")
    if not name:
        return None
    try:
        version = kept(quoth).version(name)
        loaded: Conversation | None = st.session_state.get(_LOADED)
        if loaded is None or (loaded.record.id, loaded.record.version) != (name, version):
            loaded = st.session_state[_LOADED] = kept(quoth).get(name)
    except UnknownConversationError:  # deleted in another tab, or never this user's
        open_conversation("")
        return None
    if address != name:  # the address is lost on the way over another page
        st.query_params[_OPEN] = st.session_state[_ADDRESS] = name
    return loaded


def open_conversation(name: str) -> None:
    """Hold another conversation in this tab; "" is a new one."""
    st.session_state[_OPEN] = st.session_state[_ADDRESS] = name
    st.session_state.pop(_LOADED, None)
    if name:
        st.query_params[_OPEN] = name
    else:
        st.query_params.pop(_OPEN, None)


def ask(quoth: Quoth, question: str) -> None:
    """Ask in the conversation of this tab, or in a new one, in a thread of its own."""
    conversation = opened(quoth)
    name = conversation.record.id if conversation else kept(quoth).create(question)
    with _lock:
        if _running(name):
            st.toast(texts.BUSY_ELSEWHERE, icon=":material/hourglass:")
            return
        stream = partial(
            kept(quoth).stream,
            name,
            question,
            collection=session.collection(quoth),
            generation=session.generation(quoth.config.generation),
            answer=session.answering(quoth.config.answer),
        )
        for each in [each for each, job in _jobs().items() if not (job.running or job.error)]:
            _jobs().pop(each)
        _jobs()[name] = AnswerJob(
            lambda cancelled, on_wait: stream(cancelled=cancelled, on_wait=on_wait)
        )
    open_conversation(name)


def branch(quoth: Quoth, number: int, question: str) -> None:
    """Ask otherwise from turn `number` on, in a conversation of its own."""
    conversation = opened(quoth)
    if conversation is None:
        return
    new = kept(quoth).branch(conversation.record.id, number)
    if number == 1:
        kept(quoth).rename(new, question)
    open_conversation(new)
    ask(quoth, question)


def delete(quoth: Quoth) -> None:
    """Take the conversation of this tab out of the library; what is being written in it stops."""
    conversation = opened(quoth)
    if conversation is None:
        return
    job = _jobs().pop(conversation.record.id, None)
    if job is not None:
        job.stop()
    kept(quoth).delete(conversation.record.id)
    open_conversation("")


def writing(conversation: Conversation) -> AnswerJob | None:
    """The answer that is being written in a conversation, whichever tab asked for it."""
    job = _jobs().get(conversation.record.id)
    if job is None or not job.running or not _is_open(conversation):
        return None
    return job


def finished(conversation: Conversation, job: AnswerJob | None) -> tuple[Turn, ...]:
    """The turns but the one that `job` writes. What nobody writes any more is finished too."""
    turns = conversation.turns
    if not _is_open(conversation):
        return turns
    return turns[:-1] if job is not None else (*turns[:-1], _left(conversation))


def _left(conversation: Conversation) -> Turn:
    """A turn that its writer has left: as it is in memory, or else as it was kept last."""
    turn, job = conversation.turns[-1], _jobs().get(conversation.record.id)
    if job is None:  # the process that wrote it has ended
        return replace(turn, status="stopped")
    if job.answer is None and not job.stopped:
        return replace(turn, status="failed", text=job.text, error=job.error or texts.UNEXPECTED)
    return replace(turn, status="stopped", text=job.text, answer=job.answer, error=job.error)


def _is_open(conversation: Conversation) -> bool:
    return bool(conversation.turns) and conversation.turns[-1].status == "writing"


def _running(name: str) -> bool:
    job = _jobs().get(name)
    return job is not None and job.running


@st.cache_resource(show_spinner=False)
def _jobs() -> dict[str, AnswerJob]:
    """The last answer of each conversation that was asked for in this process, by its id."""
    return {}
