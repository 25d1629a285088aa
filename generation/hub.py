"""Downloads one model file from a hub; the only part of Quoth that uses the network, when asked.

It speaks the Hugging Face hub's protocol: a HEAD of `/REPOSITORY/resolve/REVISION/FILE` names size
and sha256 of the file, a GET redirects to the place it is stored at, and Range goes on where an
earlier attempt ended. Nothing is sent but the request, and a token if HF_TOKEN holds one.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from generation.gguf_format import shard_names
from quoth.errors import DownloadError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import httpx

ENDPOINT = "https://huggingface.co"
_TRIES = 5  # attempts in a row that bring nothing before a download is given up
_SECONDS_BETWEEN = 1.0  # before the second attempt; each further one waits twice as long
_BLOCK = 1 << 20
_TIMEOUT = 30.0  # seconds without a byte
_SPARE = 64 * 2**20  # disk space to leave
_REDIRECTS = 5
_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _RANGE_NOT_SATISFIABLE = 401, 403, 404, 416


@dataclass(frozen=True, slots=True)
class Remote:
    """A file on a hub: `repository` is "owner/name"."""

    repository: str
    file: str
    revision: str = "main"

    @property
    def file_name(self) -> str:
        """The name it gets here."""
        return self.file.rpartition("/")[2]

    def url(self, endpoint: str) -> str:
        """Where the hub resolves it."""
        from urllib.parse import quote

        return (
            f"{endpoint.rstrip('/')}/{self.repository}/resolve/"
            f"{quote(self.revision, safe='')}/{quote(self.file)}"
        )


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is: bytes, and seconds since it began. `checking` is the last stage."""

    file_name: str
    done: int
    total: int
    seconds: float
    checking: bool = False


@dataclass(frozen=True, slots=True)
class _Announced:
    """What the hub says of a file. `sha256` is "" where it does not tell."""

    size: int
    sha256: str
    tag: str


def parse(text: str) -> Remote | None:
    """The file that "owner/name/path.gguf" or its page's address names; None for anything else."""
    path = re.sub(r"^(https?://[^/]+/|hf://)", "", text.partition("?")[0])
    parts = path.split("/")
    if len(parts) < 3 or not path.endswith(".gguf") or "" in parts or ".." in parts:
        return None
    owner, name, *rest = parts
    if rest[0] in {"resolve", "blob"} and len(rest) > 2:
        return Remote(f"{owner}/{name}", "/".join(rest[2:]), rest[1])
    return Remote(f"{owner}/{name}", "/".join(rest))


def parts(remote: Remote) -> tuple[Remote, ...]:
    """The files of a split model, of which `remote` is one; itself when it is not split.

    The first, by which a model is found, comes last.
    """
    names = shard_names(remote.file) or (remote.file,)
    return tuple(replace(remote, file=name) for name in reversed(names))


def download(
    remote: Remote,
    folder: Path,
    *,
    sha256: str = "",
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
    seconds_between: float = _SECONDS_BETWEEN,
) -> Path:
    """Bring a file into the folder, whole and checked, and give its path.

    What an interrupted run has brought is kept beside it and gone on with. `sha256` is what the
    file must have, whatever the hub announces. HF_ENDPOINT names another hub.

    Raises DownloadError (refused, interrupted, cancelled, not what was announced) and
    StorageFullError.
    """
    import httpx
    from filelock import FileLock, Timeout

    if os.environ.get("HF_HUB_OFFLINE", "") not in {"", "0"}:
        raise DownloadError("HF_HUB_OFFLINE is set, so nothing is downloaded; unset it to go on")
    target = folder / remote.file_name
    lock = FileLock(folder / f".{remote.file_name}.lock", timeout=0)
    token = os.environ.get("HF_TOKEN", "")
    headers = {"User-Agent": "quoth", "Accept-Encoding": "identity"}
    if token:  # not sent on to another host that the hub redirects to
        headers["Authorization"] = f"Bearer {token}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with lock, httpx.Client(headers=headers, timeout=_TIMEOUT) as client:
            if not target.exists():
                run = _Download(client, remote, folder, on_progress, cancelled)
                run.bring(target, sha256, seconds_between)
    except Timeout as error:
        raise DownloadError(
            f"another process is downloading {remote.file_name}; wait for it"
        ) from error
    except OSError as error:
        raise _storage_error(error, folder) from error
    return target


class _Download:
    """One download on its way."""

    def __init__(
        self,
        client: httpx.Client,
        remote: Remote,
        folder: Path,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> None:
        self._client = client
        self._remote = remote
        self._folder = folder
        self._on_progress = on_progress
        self._cancelled = cancelled
        self._began = time.monotonic()
        self._url = remote.url(os.environ.get("HF_ENDPOINT") or ENDPOINT)

    def bring(self, target: Path, sha256: str, seconds_between: float) -> None:
        """Download, check, and put the file in its place."""
        announced = self._announced()
        if sha256 and announced.sha256 and announced.sha256 != sha256:
            raise DownloadError(
                f"{self._remote.repository} holds another {self._remote.file_name} now than the "
                f"one that Quoth's catalogue names (sha256 {announced.sha256}); if you trust it, run: "
                f"quoth models pull {self._remote.repository}/{self._remote.file}"
            )
        # A part of another version of the file is not gone on with.
        part = target.with_name(f".{target.name}.{announced.tag}.part")
        self._check_space(announced.size - _size(part))
        self._fill(part, announced, seconds_between)
        self._check(part, announced, sha256 or announced.sha256)
        part.replace(target)

    def _announced(self) -> _Announced:
        url = self._url
        for _ in range(_REDIRECTS):
            response = self._request("HEAD", url)
            size = response.headers.get("x-linked-size") or ""
            place = response.headers.get("location", "")
            # A renamed repository redirects to its new address; the file's own place is elsewhere.
            if response.is_redirect and not size and place.startswith("/"):
                url = str(response.request.url.join(place))
                continue
            self._raise_for(response)
            size = size or response.headers.get("content-length", "")
            tag = response.headers.get("x-linked-etag") or response.headers.get("etag", "")
            tag = tag.removeprefix("W/").strip('"')
            if not size.isdigit():
                raise DownloadError(f"{url} does not tell its size; is HF_ENDPOINT a model hub?")
            is_sha256 = re.fullmatch(r"[0-9a-f]{64}", tag) is not None
            short = re.sub(r"[^0-9A-Za-z]", "", tag)[:16] or size
            return _Announced(int(size), tag if is_sha256 else "", short)
        raise DownloadError(f"{self._url} redirects in a circle; check HF_ENDPOINT")

    def _request(self, method: str, url: str) -> httpx.Response:
        import httpx

        try:
            return self._client.request(method, url)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DownloadError(
                f"{url} cannot be reached: {_why(error)}; check the network and HF_ENDPOINT"
            ) from error

    def _raise_for(self, response: httpx.Response) -> None:
        page = f"{os.environ.get('HF_ENDPOINT') or ENDPOINT}/{self._remote.repository}"
        code = response.status_code
        if code in (_UNAUTHORIZED, _FORBIDDEN):
            raise DownloadError(
                f"the hub does not let you have {self._remote.file_name}: accept its licence on "
                f"{page}, put a token of yours into HF_TOKEN, and try again"
            )
        if code == _NOT_FOUND:
            raise DownloadError(
                f"there is no {self._remote.file} in {self._remote.repository} "
                f"({self._remote.revision}); look at {page}"
            )
        if response.is_error:
            raise DownloadError(f"the hub answers {code} for {self._remote.file}; try again later")

    def _check_space(self, missing: int) -> None:
        free = shutil.disk_usage(self._folder).free
        if missing + _SPARE > free:
            raise StorageFullError(
                f"{self._remote.file_name} needs {missing / 1e9:.2f} GB more and {self._folder} has "
                f"{free / 1e9:.2f} GB left; free some disk space, or name another folder in "
                "QUOTH_MODELS"
            )

    def _fill(self, part: Path, announced: _Announced, seconds_between: float) -> None:
        """Append until the file is whole; give up after several attempts that brought nothing."""
        import httpx

        tries = 0
        while _size(part) < announced.size:
            before = _size(part)
            try:
                self._append(part, announced.size)
                why = "the connection ended early"
            except httpx.HTTPError as error:
                why = _why(error)
            tries = 0 if _size(part) > before else tries + 1
            if tries == _TRIES:
                raise DownloadError(
                    f"{self._remote.file_name} stopped at {_size(part):,} of {announced.size:,} "
                    f"bytes: {why}; what is there is kept, run the same again to go on"
                )
            if tries:
                self._pause(seconds_between * 2 ** (tries - 1))

    def _append(self, part: Path, size: int) -> None:
        start = _size(part)
        headers = {"Range": f"bytes={start}-"} if start else {}
        with self._client.stream(
            "GET", self._url, headers=headers, follow_redirects=True
        ) as response:
            if response.status_code == _RANGE_NOT_SATISFIABLE:
                part.unlink()
                return
            if response.status_code >= 500:
                return
            self._raise_for(response)
            continues = response.headers.get("content-range", "").startswith(f"bytes {start}-")
            with part.open("ab" if start and continues else "wb") as file:
                # Blocks as they come: nothing is lost when it breaks off.
                for block in response.iter_raw():
                    file.write(block)
                    self._stop_if_cancelled(file)
                    self._tell(file.tell(), size)

    def _check(self, part: Path, announced: _Announced, sha256: str) -> None:
        """Size and sha256, or the file is thrown away."""
        size, found = _size(part), ""
        if size == announced.size and sha256:
            found = self._sha256(part, size)
        if size == announced.size and found == sha256:
            return
        part.unlink()
        what = f"{size:,} bytes" if size != announced.size else f"sha256 {found}"
        told = f"{announced.size:,} bytes" if size != announced.size else sha256
        raise DownloadError(
            f"{self._remote.file_name} arrived with {what} instead of {told}, and was thrown away; "
            "try again"
        )

    def _sha256(self, part: Path, size: int) -> str:
        digest = hashlib.sha256()
        with part.open("rb") as file:
            for block in _blocks(file):
                digest.update(block)
                self._stop_if_cancelled(file)
                self._tell(file.tell(), size, checking=True)
            os.fsync(file.fileno())
        return digest.hexdigest()

    def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self._cancelled():
            time.sleep(min(0.1, seconds))

    def _stop_if_cancelled(self, file: Any) -> None:
        if self._cancelled():
            raise DownloadError(
                f"{self._remote.file_name} was stopped at {file.tell():,} bytes; what is there is "
                "kept, run the same again to go on"
            )

    def _tell(self, done: int, total: int, *, checking: bool = False) -> None:
        seconds = time.monotonic() - self._began
        self._on_progress(Progress(self._remote.file_name, done, total, seconds, checking))


def _blocks(file: Any) -> Iterator[bytes]:
    while block := file.read(_BLOCK):
        yield block


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _why(error: Exception) -> str:
    return str(error).rstrip(".") or type(error).__name__


def _storage_error(error: OSError, folder: Path) -> StorageFullError:
    return StorageFullError(
        f"{folder} cannot take the download: {error.strerror or error}; free some disk space, or name "
        "another folder in QUOTH_MODELS"
    )
