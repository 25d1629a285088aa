"""A model hub on a loopback port: redirects, Range, announced sizes and checksums, and mishaps."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Self

from tests.generation.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest


@dataclass
class Hub:
    """Serves `files` ("owner/name/path" to bytes). What it shall do wrong is set on it.

    `cuts` are the numbers of bytes after which the next answers break off; `requests` notes every
    request as (host, method, path, Range, Authorization).
    """

    files: dict[str, bytes]
    cuts: list[int] = field(default_factory=list)
    failures: int = 0  # GETs of a stored file that are answered with 503
    announced_sha256: str = ""
    announced_size: int = 0
    renamed: dict[str, str] = field(default_factory=dict)
    gated: bool = False
    ranges: bool = True
    requests: list[tuple[str, str, str, str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        hub = self

        class Handler(_Handler):
            served = hub

        self._open = ExitStack()
        self._port = self._open.enter_context(serving(Handler))
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def storage(self) -> str:
        """The same server under another name: as with a hub, files are stored elsewhere."""
        return f"http://localhost:{self._port}/stored"

    def stored_requests(self) -> list[tuple[str, str, str, str, str]]:
        return [request for request in self.requests if request[2].startswith("/stored/")]


@contextmanager
def the_hub(files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """These files on what the test takes for the hub."""
    with Hub(files) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        for name in ("HF_TOKEN", "HF_HUB_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        yield hub


class _Handler(BaseHTTPRequestHandler):
    served: Hub

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def log_message(self, *arguments: object) -> None:
        del arguments

    def _answer(self) -> None:
        hub = self.served
        headers = self.headers
        host = headers.get("Host", "").partition(":")[0]
        given = headers.get("Range", ""), headers.get("Authorization", "")
        hub.requests.append((host, self.command, self.path, *given))
        if self.path.startswith("/stored/"):
            self._send_stored(self.path.removeprefix("/stored/"))
            return
        repository, _, rest = self.path.strip("/").partition("/resolve/")
        if repository in hub.renamed:
            self._redirect(f"/{hub.renamed[repository]}/resolve/{rest}", 307)
        elif hub.gated and not headers.get("Authorization"):
            self._plain(401)
        else:
            self._resolve(f"{repository}/{rest.partition('/')[2]}")

    def _resolve(self, name: str) -> None:
        hub = self.served
        if name not in hub.files:
            self._plain(404)
            return
        content = hub.files[name]
        sha256 = hub.announced_sha256 or hashlib.sha256(content).hexdigest()
        size = hub.announced_size or len(content)
        announced = {"X-Linked-Size": str(size), "X-Linked-ETag": f'"{sha256}"'}
        self._redirect(f"{hub.storage}/{name}", 302, announced)

    def _send_stored(self, name: str) -> None:
        hub = self.served
        if hub.failures:
            hub.failures -= 1
            self._plain(503)
            return
        content = hub.files[name]
        asked = self.headers.get("Range", "").removeprefix("bytes=").rstrip("-")
        start = int(asked) if asked and hub.ranges else 0
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        cut = hub.cuts.pop(0) if hub.cuts else len(content)
        self.wfile.write(content[start : start + cut])

    def _redirect(self, place: str, code: int, headers: dict[str, str] | None = None) -> None:
        self.send_response(code)
        self.send_header("Location", place)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _plain(self, code: int) -> None:
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()
