"""Who sits before the page: asks for a name and a password where others can reach it.

A browser stays signed in by a random token in a cookie, of which the process keeps a digest. Knows
Streamlit and the engine's users.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from quoth.access import Patience
from quoth.ui import texts
from quoth.ui.markup import element, plain
from quoth.ui.widgets import draw, style

if TYPE_CHECKING:
    from quoth.engine import Quoth

USER, _COOKIE_DUE = "user", "cookie-due"
_BY_NAME = 20  # failures that a name may have, from any address, before it costs time


@dataclass(frozen=True, slots=True)
class _Pass:
    """What a token is good for. `stamp` is that of the password it was got with."""

    user: str
    stamp: str
    until: float


def admitted(quoth: Quoth) -> bool:
    """Whether whoever sits there may see the page; if not, the page asks who they are."""
    if not (quoth.config.page.sign_in or _others_reach_it()):
        return True
    entry = _entry(quoth)
    if entry is not None:
        st.session_state[USER] = entry.user
        _set_cookie()
        _offer_to_leave(entry)
        return True
    if USER in st.session_state:
        st.session_state.clear()  # nothing of theirs is left for whoever comes next
    style()
    if quoth.users.names():
        _ask(quoth)
    else:
        st.warning(texts.NOBODY, icon=":material/lock:")
    return False


def _others_reach_it() -> bool:
    address: str | None = st.get_option("server.address")
    try:
        return not ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return address != "localhost"


def _entry(quoth: Quoth) -> _Pass | None:
    """What this tab, or else its browser, has shown before, if it is still good."""
    token = st.session_state.get("token") or _told_by_browser()[0]
    entry = _passes().get(_digest(token)) if token else None
    if entry is None or entry.until < time.time() or quoth.users.stamp(entry.user) != entry.stamp:
        return None
    st.session_state["token"] = token
    return entry


def _ask(quoth: Quoth) -> None:
    with (
        st.container(key="sign-in", horizontal_alignment="center"),
        st.form("sign-in-form", border=True, width=420),
    ):
        title = element(
            "div", texts.SIGN_IN_TITLE, class_="q-title", role="heading", aria_level="1"
        )
        draw(title)
        name = st.text_input(texts.USER_NAME, autocomplete="username", max_chars=64)
        password = st.text_input(
            texts.PASSWORD, type="password", autocomplete="current-password", max_chars=1024
        )
        pressed = st.form_submit_button(texts.SIGN_IN, type="primary")
    if pressed:
        problem = _try(quoth, name.strip(), password)
        if problem:
            st.error(problem, icon=":material/lock:")
        else:
            st.rerun()


def _try(quoth: Quoth, name: str, password: str) -> str:
    """Sign in; what is said instead where that fails."""
    address, (by_address, by_name) = _told_by_browser()[1], _patience()
    wait = max(by_address.seconds_left(address), by_name.seconds_left(name))
    if wait:
        return texts.TOO_MANY_TRIES.format(max(round(wait), 1))
    # Counted before it is looked at: tries made at once are not one.
    by_address.failed(address)
    by_name.failed(name)
    if not quoth.users.check(name, password):
        return texts.NOT_ADMITTED
    by_address.passed(address)
    by_name.passed(name)
    token = secrets.token_urlsafe(32)
    until = time.time() + 3600 * quoth.config.page.sign_in_hours
    for old in [key for key, each in _passes().items() if each.until < time.time()]:
        _passes().pop(old, None)
    _passes()[_digest(token)] = _Pass(name, quoth.users.stamp(name), until)
    st.session_state["token"] = st.session_state[_COOKIE_DUE] = token
    return ""


def _offer_to_leave(entry: _Pass) -> None:
    with st.sidebar, st.container(horizontal=True, vertical_alignment="center", key="row-user"):
        draw(element("span", texts.SIGNED_IN.format(entry.user), class_="q-place"))
        st.button(
            texts.SIGN_OUT, type="tertiary", icon=":material/logout:", on_click=_leave,
            help=plain(texts.SIGN_OUT_HELP),
        )  # fmt: skip


def _leave() -> None:
    """Forget the token, and all that this tab holds of its user."""
    token = st.session_state.get("token", "")
    _passes().pop(_digest(token), None)
    st.query_params.clear()
    st.session_state.clear()


def _set_cookie() -> None:
    """Once, after signing in. Streamlit sets no cookies; the token has no character of markup."""
    token = st.session_state.pop(_COOKIE_DUE, "")
    if token:
        cookie = f"{_cookie()}={token}; path=/; SameSite=Strict"
        script = f'<script>document.cookie = "{cookie}"</script>'
        with st.sidebar:
            st.html(script, unsafe_allow_javascript=True)


def _told_by_browser() -> tuple[str, str]:
    """The token in its cookie, and its address; "" where it has none."""
    return st.context.cookies.get(_cookie(), ""), st.context.ip_address or ""


def _cookie() -> str:
    """Browsers keep one jar for all ports of a machine."""
    return f"quoth-{st.get_option('server.port')}"


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


@st.cache_resource(show_spinner=False)
def _passes() -> dict[str, _Pass]:
    """Who is signed in, by the digest of their token; a restart signs everyone out."""
    return {}


@st.cache_resource(show_spinner=False)
def _patience() -> tuple[Patience, Patience]:
    """With an address, and with a name from whatever address."""
    return Patience(), Patience(free=_BY_NAME, longest=60.0)
