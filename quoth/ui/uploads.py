"""Keeps uploaded files below the library, under safe names; knows paths, no Streamlit."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from quoth.datatypes import FileOutcome
from quoth.errors import StorageFullError

if TYPE_CHECKING:
    from collections.abc import Iterable


FOLDER = "uploads"
_LONGEST = 160  # bytes of a name; file systems take 255, and the temporary name needs some
_DEEPEST = 7
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


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of an upload: `paths` to read, the `files` written, and what was `refused`.

    `paths` are the files, or the folders that hold them.
    """

    paths: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()
    refused: tuple[FileOutcome, ...] = ()


def save(
    files: Iterable[Upload],
    library: Path,
    collection: str,
    max_megabytes: int,
    *,
    folders: bool = False,
) -> Saved:
    """Write the files to `<library>/uploads/<collection>/`, replacing those of the same name.

    With `folders` the folders in their names are kept, and what is hidden in them (a leading dot)
    is left out, as it is when folders are read. Two files of one name in the same call are
    kept apart by a number. Files larger than `max_megabytes` are refused. Raises StorageFullError
    when the folder cannot be written.
    """
    root = library / FOLDER / safe_name(collection)
    written: dict[Path, None] = {}
    refused = []
    for file in files:
        if folders and _is_hidden(file.name):
            continue
        if file.size > max_megabytes * 1_000_000:
            reason = (
                f"{file.size / 1e6:.0f} MB is more than ingest.max_megabytes = {max_megabytes}; "
                "raise that setting or split the file"
            )
            refused.append(FileOutcome(safe_name(file.name), "failed", reason=reason))
            continue
        place = safe_path(file.name) if folders else Path(safe_name(file.name))
        path = _free(root / place, written)
        _write(path, file.getbuffer())
        written[path] = None
    paths = dict.fromkeys(root / path.relative_to(root).parts[0] for path in written)
    return Saved(tuple(paths), tuple(written), tuple(refused))


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") for part in name.split("/"))


def safe_path(name: str) -> Path:
    """A file name with its folders, 7 at most, each of them safe; it leads nowhere else."""
    parts = [part for part in name.replace("\\", "/").split("/") if part.strip(". ")]
    *folders, last = parts or [""]
    return Path(*map(safe_name, folders[:_DEEPEST]), safe_name(last))


def forget(sources: Iterable[str], library: Path) -> None:
    """Delete those of the files that are uploaded copies; a person's own are not touched."""
    root = (library / FOLDER).resolve()
    for source in sources:
        path = Path(source).resolve()
        if path.is_relative_to(root):
            path.unlink(missing_ok=True)


def forget_unread(saved: Iterable[Path], held: Iterable[str], library: Path) -> None:
    """Delete the copies that were saved and that no document is read from; `held` are sources."""
    read = {Path(source.partition("!/")[0]).resolve() for source in held}
    forget((str(path) for path in saved if path.resolve() not in read), library)


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
