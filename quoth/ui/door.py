"""Stands before the page's server: strangers send no files, nor anybody more than memory holds.

Streamlit takes a file before its script, and so the question who somebody is, has run. It knows
requests and the passes of those who are signed in, no page.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.websockets import WebSocket

from quoth import models
from quoth.access import is_loopback
from quoth.config import load_config
from quoth.engine import config_file, default_path
from quoth.ui import access, passes, texts

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

_FILES = "/_stcore/upload_file/"
_COPIES = 3  # of a file, that are in memory at once while it is taken and then kept
_FORBIDDEN, _TOO_LARGE, _POLICY = 403, 413, 1008


class Door:
    """ASGI middleware. Refuses in a line of text, or closes a websocket."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through or refuse it."""
        refusal = None if scope["type"] == "lifespan" else await _refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        else:
            await _refuse(scope, receive, send, *refusal)


MIDDLEWARE = (Middleware(Door),)


async def _refusal(scope: Scope) -> tuple[int, str] | None:
    """The status and the words to refuse a request with; None for one that is let through."""
    if not (_came_from_here(scope) or _must_sign_in()):
        return _FORBIDDEN, texts.NOT_LISTENING
    if scope["type"] == "http" and _sends_file(request := Request(scope)):
        return await run_in_threadpool(_refusal_of_file, request)
    return None


async def _refuse(scope: Scope, receive: Receive, send: Send, code: int, why: str) -> None:
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).close(_POLICY, why)
    else:
        await PlainTextResponse(why, code)(scope, receive, send)


def _must_sign_in() -> bool:
    """As it is configured now; the engine that knows may not be open yet."""
    return access.others_reach_it() or load_config(config_file(default_path())).page.sign_in


def _came_from_here(scope: Scope) -> bool:
    """Whether it came in by the loopback address, whatever the options say that we listen on."""
    server = scope.get("server")
    return server is not None and is_loopback(server[0])


def _sends_file(request: Request) -> bool:
    return _FILES in request.url.path and request.method in {"PUT", "DELETE"}


def _refusal_of_file(request: Request) -> tuple[int, str] | None:
    token = request.cookies.get(access.cookie_name(), "")
    if _must_sign_in() and passes.holder(token) is None:
        return _FORBIDDEN, texts.SIGN_IN_FIRST
    length = request.headers.get("content-length", "")
    free, _ = models.available_memory()
    if length.isdigit() and _COPIES * int(length) > free:
        return _TOO_LARGE, texts.NO_ROOM_IN_MEMORY
    return None
