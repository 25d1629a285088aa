"""A model server over HTTP: one request for one answer, and answers that come event by event.

It knows the connection and JSON, not what is asked. Each request has a connection of its own, so that
an answer can be broken off from another thread while the server still reads the prompt.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from quoth.errors import EndpointError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from generation.chat_model import Text

KEY = "QUOTH_ENDPOINT_KEY"
_CONNECT, _READ = 5.0, 600.0  # seconds; a server on a CPU may read a prompt for minutes
_MAX_REASON = 300  # characters of a server's error that are shown
_MAX_ERROR, _MAX_LINE = 65_536, 16 * 2**20  # bytes
_UNAUTHORIZED = (401, 403)
_OK = 200


class Server:
    """Requests to one server, and its answers in our words. Each has a connection of its own."""

    def __init__(self, url: str) -> None:
        key = os.environ.get(KEY, "").strip()
        self.url = url
        self._parts = urlsplit(url)
        self._headers = {"Content-Type": "application/json", "User-Agent": "quoth"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"

    def connection(self) -> HTTPConnection:
        """A connection that is not open yet."""
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        return kind(self._parts.hostname or "", self._parts.port, timeout=_READ)

    def request(
        self, connection: HTTPConnection, method: str, path: str, body: dict[str, Any] | None
    ) -> HTTPResponse:
        """Send a request, and give its answer if that is a good one. Raises EndpointError."""
        data = None if body is None else json.dumps(body)
        connection.timeout = _CONNECT
        connection.connect()
        connection.sock.settimeout(_READ)
        connection.request(method, self._parts.path + path, data, self._headers)
        response = connection.getresponse()
        if response.status in _UNAUTHORIZED:
            raise EndpointError(f"{self.url} wants another key than the one in {KEY}; set that")
        if response.status != _OK:
            raise EndpointError(
                f"{self.url} answers {response.status}: {_reason(response.read(_MAX_ERROR))}; check "
                "model.endpoint and model.endpoint_model"
            )
        return response

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Translate what goes wrong with the connection."""
        try:
            yield
        except (OSError, HTTPException) as error:
            why = getattr(error, "strerror", None) or str(error) or type(error).__name__
            raise EndpointError(
                f"the model server {self.url} does not answer: {why}; start it, or unset model.endpoint"
            ) from error

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """One JSON object for another. Raises EndpointError."""
        connection = self.connection()
        with self.telling(), closing(connection):
            data = self.request(connection, method, path, body).read()
        try:
            told = json.loads(data)
        except ValueError as error:
            raise EndpointError(
                f"{self.url}{path} does not answer in JSON; is it a model server?"
            ) from error
        return told if isinstance(told, dict) else {}

    def models(self) -> dict[str, int]:
        """The models by name, with their windows; 0 where the server does not tell."""
        entries = self.ask("GET", "/v1/models").get("data")
        found = [entry for entry in entries or () if isinstance(entry, dict) and "id" in entry]
        return {str(entry["id"]): number(entry.get("max_model_len")) for entry in found}

    def properties(self) -> dict[str, Any] | None:
        """What a llama-server tells of itself; None for another server."""
        try:
            told = self.ask("GET", "/props")
        except EndpointError:
            return None
        return told if isinstance(told.get("chat_template"), str) else None


class Answer:
    """The server-sent events of one answer as texts; `abort` ends it from another thread."""

    def __init__(
        self,
        server: Server,
        path: str,
        body: dict[str, Any],
        read: Callable[[dict[str, Any]], Text],
    ) -> None:
        self._server = server
        self._request = (path, body)
        self._read = read
        self._connection = server.connection()
        self._aborted = False

    def __iter__(self) -> Iterator[Text]:
        ended = False
        with self._server.telling(), closing(self._connection):
            path, body = self._request
            response = self._server.request(self._connection, "POST", path, body)
            while not self._aborted and (line := response.readline(_MAX_LINE)):
                data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
                if data and data != b"[DONE]":
                    text = self._read(self._event(data))
                    ended = ended or text.stop_reason is not None
                    yield text
        if not ended:
            raise EndpointError(
                f"{self._server.url} broke off in the middle of an answer; ask again"
            )

    def _event(self, data: bytes) -> dict[str, Any]:
        try:
            event = json.loads(data)
        except ValueError:
            event = {"error": f"{data[:40]!r} is no JSON"}
        if not isinstance(event, dict) or event.get("error"):
            raise EndpointError(
                f"{self._server.url} failed in the middle of an answer: {_reason(event)}; ask again"
            )
        return event

    def abort(self) -> None:
        """Break the connection: whoever waits for it wakes up, and the server stops writing."""
        self._aborted = True
        opened = self._connection.sock
        if opened is not None:
            with suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)


def _reason(told: Any) -> str:
    """A server's own words, short and on one line."""
    if isinstance(told, bytes):
        try:
            told = json.loads(told)
        except ValueError:
            told = told.decode("utf-8", "replace")
    while isinstance(told, dict):
        told = told.get("error") or told.get("message") or told.get("detail") or "no reason given"
    return " ".join(str(told).split())[:_MAX_REASON]


def number(value: Any) -> int:
    """The value if it is a whole number, else 0."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0
