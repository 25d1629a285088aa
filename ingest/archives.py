"""Looks into ZIP and TAR archives: each file in one is a file of its own, "a.zip!/folder/b.pdf".

It knows containers, not documents. Nothing is unpacked to disk under a name from an archive; a
compressed TAR, which can't be read out of order, goes through one nameless temporary file.
"""

from __future__ import annotations

import bz2
import gzip
import os
import tarfile
import tempfile
import threading
import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Protocol

from ingest.nested import INSIDE
from quoth.errors import DamagedFileError, LimitError, MissingFileError, ReadError

if TYPE_CHECKING:
    from collections.abc import Mapping

_ZIPS = (".zip",)
_TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2")
SUFFIXES = _ZIPS + _TARS
# What a person packs has fewer files; what a program packs is better ingested unpacked.
_MOST_MEMBERS = 20_000
# Text shrinks to a hundredth at best; a bomb grows a thousandfold and more.
_MAX_RATIO = 200
_RATIO_MATTERS = 100_000_000
_LARGEST_TAR = 2_000_000_000
_BLOCK = 1 << 20
# Others set aside as much memory as the archive tells them to.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_BROKEN = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError, NotImplementedError,
    RuntimeError, OSError,
)  # fmt: skip
_DOCUMENTS = ("[Content_Types].xml", "mimetype", "META-INF/container.xml")


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive: its size in bytes, and whether it can be read without a password."""

    size: int
    is_open: bool = True


class _Archive(Protocol):
    @property
    def members(self) -> Mapping[str, Member]: ...

    def read(self, name: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Contents:
    """The files in an archive as paths, and in words what is left out of it."""

    files: tuple[Path, ...]
    left_out: tuple[str, ...]


def is_archive(path: Path) -> bool:
    """Whether a file's name ends as an archive's that can be looked into."""
    return path.name.lower().endswith(SUFFIXES)


def contents(path: Path) -> Contents | None:
    """The files in an archive; None when it is a document that is packed as a ZIP archive.

    Raises DamagedFileError and LimitError.
    """
    archive = _opened(path)
    if any(name in archive.members for name in _DOCUMENTS):
        return None
    files = {name: one for name, one in archive.members.items() if _is_inside(name)}
    n_locked = sum(not one.is_open for one in files.values())
    counts = (
        (n_locked, "under a password or packed in an unusual way"),
        (len(archive.members) - len(files), "with a name that leads out of it or is not UTF-8"),
    )
    return Contents(
        files=tuple(Path(f"{path}{INSIDE}{name}") for name, one in files.items() if one.is_open),
        left_out=tuple(
            f"{count} {'file' if count == 1 else 'files'} left out ({why})"
            for count, why in counts
            if count
        ),
    )


def missing(path: Path) -> MissingFileError:
    """The error for a file that is not there."""
    return MissingFileError(f"{path.name} does not exist; check the path")


def is_member(path: Path) -> bool:
    """Whether a path is that of a file in an archive that is there.

    Raises ReadError for an archive that can't be read.
    """
    inside = _split(path)
    return inside is not None and is_archive(inside[0]) and inside[1] in _opened(inside[0]).members


def stat_of(path: Path) -> os.stat_result:
    """`path.stat()`; for a file in an archive the archive's, with the file's own size.

    Raises OSError, and ReadError for an archive that can't be read.
    """
    inside = _split(path)
    if inside is None:
        return path.stat()
    archive, name = inside
    state = list(archive.stat())
    member = _opened(archive).members.get(name)
    if member is None:
        raise FileNotFoundError(2, "No such file in the archive", str(path))
    state[6] = member.size
    # The second ten fields repeat the times in other units; the modification time is kept whole.
    return os.stat_result(state, {"st_mtime_ns": archive.stat().st_mtime_ns})


def bytes_of(path: Path, limit: int) -> bytes:
    """At most `limit` bytes of a file, or of a file in an archive.

    Raises OSError, and ReadError for an archive that can't be read.
    """
    inside = _split(path)
    if inside is None:
        with path.open("rb") as file:
            return file.read(limit)
    archive, name = inside
    if stat_of(path).st_size > limit:
        raise LimitError(f"{path.name} is larger than its archive says; leave it out")
    try:
        with _LOCK:
            return _opened(archive).read(name)
    except _BROKEN as error:
        raise DamagedFileError(
            f"{path.name} is damaged: it breaks off inside {archive.name}; pack it again"
        ) from error


def forget() -> None:
    """Close the archive that was looked into last."""
    _open.cache_clear()


_LOCK = threading.Lock()


def _split(path: Path) -> tuple[Path, str] | None:
    """The archive and the name in it; None for a plain file, whatever its name."""
    outer, mark, name = str(path).partition(INSIDE)
    return (Path(outer), name) if mark and Path(outer).is_file() else None


def _is_inside(name: str) -> bool:
    """Whether a name is text, and none that would lead out of the folder it is unpacked into."""
    parts = PurePosixPath(name).parts
    if name != name.encode(errors="replace").decode():
        return False
    return bool(parts) and not name.startswith("/") and ".." not in parts and ":" not in parts[0]


def _opened(path: Path) -> _Archive:
    try:
        state = path.stat()
        return _open(path, state.st_mtime_ns, state.st_size)
    except FileNotFoundError as error:
        raise missing(path) from error
    except _BROKEN as error:
        raise DamagedFileError(
            f"{path.name} is damaged: it breaks off or is no archive; get it again from where it came"
        ) from error


@lru_cache(maxsize=1)
def _open(path: Path, modified_ns: int, size: int) -> _Archive:  # noqa: ARG001 (a changed file is another)
    archive: _Archive
    archive = _Zip(path) if path.name.lower().endswith(_ZIPS) else _Tar(path, size)
    if len(archive.members) > _MOST_MEMBERS:
        raise _too_much(path, f"holds {len(archive.members):,} files")
    n_bytes = sum(member.size for member in archive.members.values())
    if n_bytes > max(_RATIO_MATTERS, _MAX_RATIO * size):
        raise _too_much(path, f"expands to {n_bytes // max(1, size):,} times its size")
    return archive


def _too_much(path: Path, what: str) -> ReadError:
    return LimitError(f"{path.name} {what}; if you trust it, unpack it and ingest its folder")


class _Zip:
    """An open ZIP archive."""

    def __init__(self, path: Path) -> None:
        self._file = zipfile.ZipFile(path)
        self._infos = {_name(info): info for info in self._file.infolist() if not info.is_dir()}
        self.members = {
            name: Member(info.file_size, not info.flag_bits & 1 and info.compress_type in _METHODS)
            for name, info in self._infos.items()
        }

    def read(self, name: str) -> bytes:
        return self._file.read(self._infos[name])


def _name(info: zipfile.ZipInfo) -> str:
    """The name with slashes; many programs write UTF-8 without saying so."""
    name = info.filename
    if not info.flag_bits & 0x800:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return name.replace("\\", "/").removeprefix("./")


class _Tar:
    """An open TAR archive; links, devices and the like in it are passed over."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = tarfile.open(fileobj=_seekable(path, size), mode="r:")  # noqa: SIM115
        self._infos = {}
        for info in self._file:
            if info.isreg():
                self._infos[info.name.removeprefix("./")] = info
            if len(self._infos) > _MOST_MEMBERS:
                break
        self.members = {name: Member(info.size) for name, info in self._infos.items()}

    def read(self, name: str) -> bytes:
        file = self._file.extractfile(self._infos[name])
        return file.read() if file else b""


def _seekable(path: Path, size: int) -> IO[bytes]:
    name = path.name.lower()
    if name.endswith(".tar"):
        return path.open("rb")
    most = min(_LARGEST_TAR, max(_RATIO_MATTERS, _MAX_RATIO * size))
    plain: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the archive)
    with bz2.open(path) if "bz2" in name else gzip.open(path) as packed:
        while block := packed.read(_BLOCK):
            plain.write(block)
            if plain.tell() > most:
                raise _too_much(path, f"expands to more than {most // 1_000_000:,} MB")
    plain.seek(0)
    return plain
