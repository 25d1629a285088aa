"""Finds the files to read below the paths a person gives; reads none of them."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archives import contents, is_archive
from ingest.formats import KINDS, SUFFIXES
from quoth.datatypes import FileOutcome
from quoth.errors import ReadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LIBRARY_FILE = "library.sqlite"


@dataclass(frozen=True, slots=True)
class Discovery:
    """What is to be read: `files` absolute, sorted, each once.

    `problems` are the paths that gave nothing. `skipped` counts, by lower-case suffix, the files
    in folders that no reader takes.
    """

    files: tuple[Path, ...]
    problems: tuple[FileOutcome, ...]
    skipped: Mapping[str, int]


@dataclass(slots=True)
class _Found:
    files: set[Path]
    problems: list[FileOutcome]
    skipped: Counter[str]

    def fail(self, path: Path, reason: str) -> None:
        self.problems.append(FileOutcome(source=str(path), status="failed", reason=reason))


def discover(paths: Iterable[str | os.PathLike[str]], *, hidden: bool) -> Discovery:
    """The files named, and those in the folders named, at any depth.

    A file named is always among them. In folders, files of other types and, unless `hidden`,
    names that start with a dot are passed over; so are folders that hold a Quoth library.
    A link to a folder is followed once. Nothing is raised: what is wrong is in `problems`.
    """
    found = _Found(set(), [], Counter())
    for given in paths:
        path = Path(os.path.abspath(Path(given).expanduser()))  # noqa: PTH100 (keeps links)
        try:
            _add(path, hidden=hidden, found=found)
        except OSError as error:
            found.fail(
                path, f"{path.name} cannot be read ({error.strerror}); check its permissions"
            )
    return Discovery(tuple(sorted(found.files)), tuple(found.problems), dict(found.skipped))


def _add(path: Path, *, hidden: bool, found: _Found) -> None:
    if path.is_dir():
        _add_folder(path, hidden=hidden, found=found)
    elif path.exists() and is_archive(path):
        _add_archive(_resolved(path), hidden=hidden, found=found)
    elif path.exists():
        found.files.add(_resolved(path))
    elif path.is_symlink():
        found.fail(path, f"{path.name} is a link to nothing; mend or remove it")
    else:
        found.fail(path, f"{path.name} does not exist; check the path")


def _add_folder(folder: Path, *, hidden: bool, found: _Found) -> None:
    if (folder / LIBRARY_FILE).is_file():
        found.fail(
            folder, f"{folder.name} is a Quoth library itself; name the folder of your documents"
        )
        return
    n_problems = len(found.problems)
    skipped: Counter[str] = Counter()
    files = set()
    n_archives = 0
    for file in _walk(folder, hidden=hidden, found=found):
        suffix = file.suffix.lower()
        if is_archive(file):
            _add_archive(_resolved(file), hidden=hidden, found=found)
            n_archives += 1
        elif suffix in SUFFIXES:
            files.add(_resolved(file))
        else:
            skipped[suffix] += 1
    found.files |= files
    found.skipped.update(skipped)
    if not files and not n_archives and len(found.problems) == n_problems:
        found.fail(folder, f"{folder.name} holds nothing to read; Quoth reads {KINDS}")


def _add_archive(archive: Path, *, hidden: bool, found: _Found) -> None:
    """The files in an archive, as if it were a folder; what is left out is a problem each."""
    try:
        inside = contents(archive)
    except ReadError as error:
        found.fail(archive, str(error))
        return
    if inside is None:
        found.files.add(archive)
        return
    seen = [file for file in inside.files if hidden or not _is_hidden(file, archive)]
    files = [file for file in seen if file.suffix.lower() in SUFFIXES]
    found.files.update(files)
    found.skipped.update(f.suffix.lower() for f in seen if f.suffix.lower() not in SUFFIXES)
    for what in inside.left_out:
        found.fail(archive, f"{archive.name}: {what}; unpack it and ingest its folder")
    if not files and not inside.left_out:
        found.fail(archive, f"{archive.name} holds nothing to read; Quoth reads {KINDS}")


def _is_hidden(file: Path, archive: Path) -> bool:
    """Whether a folder or name inside the archive is hidden, or only macOS knows what it is."""
    inner = str(file).removeprefix(str(archive)).split("/")
    return "__MACOSX" in inner or any(part.startswith(".") for part in inner)


def _walk(folder: Path, *, hidden: bool, found: _Found) -> Iterator[Path]:
    """The plain files below a folder, by name; each real folder once, so that loops end."""
    seen: set[Path] = set()

    def fail(error: OSError) -> None:
        where = Path(error.filename)
        found.fail(where, f"{where.name} cannot be read ({error.strerror}); check its permissions")

    for at, folders, names in os.walk(folder, followlinks=True, onerror=fail):
        here = Path(at).resolve()
        if here in seen:
            folders.clear()
            continue
        seen.add(here)
        folders[:] = sorted(
            name
            for name in folders
            if (hidden or not name.startswith("."))
            and not (Path(at, name) / LIBRARY_FILE).is_file()
        )
        for name in sorted(names):
            if (hidden or not name.startswith(".")) and Path(at, name).is_file():
                yield Path(at, name)


def _resolved(file: Path) -> Path:
    """The file in its real folder, under the name it was given."""
    return file.parent.resolve() / file.name
