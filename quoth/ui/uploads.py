"""Keeps uploaded files below the library, under safe names; knows paths, no Streamlit."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from quoth.datatypes import FileOutcome
from quoth.errors import StorageFullError

if TYPE_CHECKING:
    from collections.abc import Iterable


FOLDER = "uploads"
_LONGEST = 160  # bytes of a name; file systems take 255, and the temporary name needs some
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]')


class Upload(Protocol):
    """What is needed of an uploaded file: its name, its size in bytes and its content."""

    @property
    def name(self) -> str:
        """As the browser sent it: anything."""

    @property
    def size(self) -> int:
        """In bytes."""

    def getbuffer(self) -> memoryview:
        """Return the content."""


def safe_name(name: str) -> str:
    """A file name without folders, control or direction characters or a leading dot.

    It has 1 to 160 bytes in UTF-8 and keeps its suffix.
    """
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    base = _UNSAFE.sub("_", unicodedata.normalize("NFC", base)).strip(" .")
    stem, dot, suffix = base.rpartition(".")
    if not dot or len(suffix) > 12:
        stem, suffix = base, ""
    room = _LONGEST - len((dot + suffix).encode()) if suffix else _LONGEST
    stem = stem.encode()[:room].decode(errors="ignore").strip(" .") or "document"
    return f"{stem}.{suffix}" if suffix else stem


def save(
    files: Iterable[Upload], library: Path, collection: str, max_megabytes: int
) -> tuple[tuple[Path, ...], tuple[FileOutcome, ...]]:
    """Write the files to `<library>/uploads/<collection>/`, replacing those of the same name.

    Two files of one name in the same call are kept apart by a number. Gives the paths, and the
    outcomes of files larger than `max_megabytes`, which are not kept. Raises StorageFullError
    when the folder cannot be written.
    """
    folder = library / FOLDER / safe_name(collection)
    paths: dict[Path, None] = {}
    refused = []
    for file in files:
        if file.size > max_megabytes * 1_000_000:
            reason = (
                f"{file.size / 1e6:.0f} MB is more than ingest.max_megabytes = {max_megabytes}; "
                "raise that setting or split the file"
            )
            refused.append(FileOutcome(safe_name(file.name), "failed", reason=reason))
            continue
        path = _free(folder / safe_name(file.name), paths)
        _write(path, file.getbuffer())
        paths[path] = None
    return tuple(paths), tuple(refused)


def forget(sources: Iterable[str], library: Path) -> None:
    """Delete those of the files that are uploaded copies; a person's own are not touched."""
    root = (library / FOLDER).resolve()
    for source in sources:
        path = Path(source).resolve()
        if path.is_relative_to(root):
            path.unlink(missing_ok=True)


def _free(path: Path, taken: Iterable[Path]) -> Path:
    candidate, number = path, 2
    while candidate in taken:
        candidate, number = path.with_stem(f"{path.stem} ({number})"), number + 1
    return candidate


def _write(path: Path, content: memoryview) -> None:
    """All of the file or nothing: a torn file would be read as the document."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as temporary:
            temporary.write(content)
        Path(temporary.name).replace(path)
    except OSError as error:
        raise StorageFullError(
            f"{path} cannot be written: {error.strerror}; free some space or choose another library"
        ) from error
