"""What is let through to the page's server, and what is refused before it takes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from quoth import models
from quoth.access import Cost, Users
from quoth.config import IndexConfig
from quoth.ui import access, passes, texts
from quoth.ui.door import MIDDLEWARE
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.requests import Request

FILE = "/_stcore/upload_file/session/1"
HERE, THERE = "http://127.0.0.1", "http://192.0.2.7"
PASSWORD = "correct horse"


async def _taken(request: Request) -> PlainTextResponse:
    return PlainTextResponse(f"{len(await request.body())} bytes")


async def _talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_text("hello")
    await websocket.close()


@pytest.fixture(autouse=True)
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUOTH_LIBRARY", str(tmp_path))
    return tmp_path


@pytest.fixture
def users(library: Path) -> Iterator[Users]:
    opened = LocalLibrary(library, IndexConfig(device="cpu"))
    made = Users(opened, Cost(n=16, r=1, p=1))
    made.add("ada", PASSWORD)
    yield made
    opened.close()


def at(address: str) -> TestClient:
    """A client of a server that is reached by this address."""
    routes = [
        Route("/{path:path}", _taken, methods=["GET", "PUT", "DELETE"]),
        WebSocketRoute("/_stcore/stream", _talk),
    ]
    return TestClient(Starlette(routes=routes, middleware=MIDDLEWARE), base_url=address)


def listen(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    real = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda key: address if key == "server.address" else real(key)
    )


def test_on_this_machine_files_are_taken_from_whoever_sits_there() -> None:
    assert at(HERE).put(FILE, content=b"abc").text == "3 bytes"


@pytest.mark.parametrize("by", ["option", "setting"])
def test_only_those_who_are_signed_in_send_and_remove_files(
    by: str, users: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by == "option":
        listen(monkeypatch, "0.0.0.0")
    else:
        monkeypatch.setenv("QUOTH_PAGE_SIGN_IN", "true")
    client = at(THERE if by == "option" else HERE)
    assert client.get("/").status_code == 200, "the form must be seen"
    token = passes.issue(users, "ada", hours=1.0)
    for method in ("PUT", "DELETE"):
        for cookie in ("", "guess"):
            client.cookies = {access.cookie_name(): cookie}  # type: ignore[assignment]
            refused = client.request(method, FILE)
            assert (refused.status_code, refused.text) == (403, texts.SIGN_IN_FIRST)
        client.cookies = {access.cookie_name(): token}  # type: ignore[assignment]
        assert client.request(method, FILE).status_code == 200
    users.add("ada", PASSWORD + "!")
    assert client.put(FILE).status_code == 403, "the password is another now"


def test_a_pass_ends_with_its_time_and_when_it_is_given_back(users: Users) -> None:
    assert passes.holder(passes.issue(users, "ada", hours=-1.0)) is None
    token = passes.issue(users, "ada", hours=1.0)
    assert passes.holder(token) == "ada"
    passes.forget(token)
    assert passes.holder(token) is None


def test_a_file_that_memory_has_no_room_for_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "available_memory", lambda: (299, 1000))
    client = at(HERE)
    assert client.put(FILE, content=b"x" * 99).status_code == 200
    refused = client.put(FILE, content=b"x" * 100)
    assert (refused.status_code, refused.text) == (413, texts.NO_ROOM_IN_MEMORY)


def test_nobody_comes_in_by_an_address_that_the_options_do_not_tell(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Any ASGI server could serve the page, at any address."""
    listen(monkeypatch, "127.0.0.1")
    client = at(THERE)
    assert (client.get("/").status_code, client.get("/").text) == (403, texts.NOT_LISTENING)
    talking = f"{THERE}/_stcore/stream".replace("http", "ws")
    with pytest.raises(WebSocketDisconnect), client.websocket_connect(talking):
        pass
    with client.websocket_connect(f"{HERE}/_stcore/stream".replace("http", "ws")) as talk:
        assert talk.receive_text() == "hello"
