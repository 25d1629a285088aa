"""Who sits before the page: asks for a name and a password where others can reach it.

A browser stays signed in by a random token in a cookie. Knows Streamlit and the engine's users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from quoth.access import Patience, is_loopback
from quoth.ui import passes, texts
from quoth.ui.markup import element, plain
from quoth.ui.widgets import draw, draw_again, style

if TYPE_CHECKING:
    from quoth.engine import Quoth

USER, _COOKIE_DUE = "user", "cookie-due"
_BY_NAME = 20  # failures that a name may have, from any address, before it costs time


def admitted(quoth: Quoth) -> bool:
    """Whether whoever sits there may see the page; if not, the page asks who they are."""
    if not must_sign_in(quoth):
        return True
    name = _signed_in()
    if name is not None:
        st.session_state[USER] = name
        _set_cookie()
        _offer_to_leave(name)
        return True
    if USER in st.session_state:
        st.session_state.clear()  # nothing of theirs is left for whoever comes next
    style()
    if quoth.users.names():
        _ask(quoth)
    else:
        st.warning(texts.NOBODY, icon=":material/lock:")
    return False


def must_sign_in(quoth: Quoth) -> bool:
    """Whether those who use the page have to."""
    return quoth.config.page.sign_in or others_reach_it()


def others_reach_it() -> bool:
    """Whether the page listens on more than the loopback address, as far as its options say."""
    return not is_loopback(st.get_option("server.address") or "")


def _signed_in() -> str | None:
    """Who showed this tab, or else its browser, their password before."""
    token = st.session_state.get("token") or _told_by_browser()[0]
    name = passes.holder(token)
    if name is not None:
        st.session_state["token"] = token
    return name


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
            draw_again()


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
    token = passes.issue(quoth.users, name, quoth.config.page.sign_in_hours)
    st.session_state["token"] = st.session_state[_COOKIE_DUE] = token
    return ""


def _offer_to_leave(name: str) -> None:
    with st.sidebar, st.container(horizontal=True, vertical_alignment="center", key="row-user"):
        draw(element("span", texts.SIGNED_IN.format(name), class_="q-place"))
        st.button(
            texts.SIGN_OUT, type="tertiary", icon=":material/logout:", on_click=_leave,
            help=plain(texts.SIGN_OUT_HELP),
        )  # fmt: skip


def _leave() -> None:
    """Forget the token, and all that this tab holds of its user."""
    passes.forget(st.session_state.get("token", ""))
    st.query_params.clear()
    st.session_state.clear()


def _set_cookie() -> None:
    """Once, after signing in. Streamlit sets no cookies; the token has no character of markup."""
    token = st.session_state.pop(_COOKIE_DUE, "")
    if token:
        cookie = f"{cookie_name()}={token}; path=/; SameSite=Strict"
        # By what the browser speaks: a proxy with HTTPS may stand before us.
        secure = 'location.protocol === "https:" ? "; Secure" : ""'
        script = f'<script>document.cookie = "{cookie}" + ({secure})</script>'
        with st.sidebar:
            st.html(script, unsafe_allow_javascript=True)


def _told_by_browser() -> tuple[str, str]:
    """The token in its cookie, and its address; "" where it has none."""
    return st.context.cookies.get(cookie_name(), ""), st.context.ip_address or ""


def cookie_name() -> str:
    """What the cookie with the token is called: browsers keep one jar for all ports of a machine."""
    return f"quoth-{st.get_option('server.port')}"


@st.cache_resource(show_spinner=False)
def _patience() -> tuple[Patience, Patience]:
    """With an address, and with a name from whatever address."""
    return Patience(), Patience(free=_BY_NAME, longest=60.0)
