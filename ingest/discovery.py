"""Finds the files to read below the paths a person gives; reads none of them."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archives import contents, is_archive, is_member
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
    in folders that no reader takes. `folders` are those that were walked, without their
    subfolders: the folders named, and where links in them lead. `named` are the files and archives
    that were named themselves.
    """

    files: tuple[Path, ...]
    problems: tuple[FileOutcome, ...]
    skipped: Mapping[str, int]
    folders: tuple[Path, ...] = ()
    named: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Found:
    files: set[Path]
    problems: list[FileOutcome]
    skipped: Counter[str]
    folders: set[Path]
    named: set[str] = field(default_factory=set)

    def fail(self, path: Path, reason: str) -> None:
        self.problems.append(FileOutcome(source=str(path), status="failed", reason=reason))

    def is_file(self, file: Path) -> bool:
        """Whether it is a plain file, or a link to one."""
        try:
            return file.is_file()
        except OSError as error:
            self.fail(file, f"{file.name} cannot be read ({error.strerror}); check its permissions")
            return False

    def can_be_kept(self, file: Path) -> bool:
        """Whether the path is text: Python shows bytes that are none as lone surrogates."""
        try:
            str(file).encode()
        except UnicodeEncodeError:
            name = str(file).encode(errors="backslashreplace").decode()
            self.fail(Path(name), f"{name} has a name that is not UTF-8; rename it")
            return False
        return True


def discover(
    paths: Iterable[str | os.PathLike[str]], *, hidden: bool, may_be_empty: bool = False
) -> Discovery:
    """The files named, and those in the folders named, at any depth.

    A file named is always among them, one in an archive too. In folders, files of other types and, unless `hidden`,
    names that start with a dot are passed over; so are folders that hold a Quoth library.
    A link to a folder is followed once. Nothing is raised: what is wrong is in `problems`, such as
    a folder that holds nothing to read, unless it `may_be_empty`.
    """
    found = _Found(set(), [], Counter(), set())
    for given in paths:
        path = Path(os.path.abspath(Path(given).expanduser()))  # noqa: PTH100 (keeps links)
        try:
            _add(path, found, hidden=hidden, may_be_empty=may_be_empty)
        except OSError as error:
            found.fail(
                path, f"{path.name} cannot be read ({error.strerror}); check its permissions"
            )
        except ReadError as error:
            found.fail(path, str(error))
    return Discovery(
        tuple(sorted(found.files)),
        tuple(found.problems),
        dict(found.skipped),
        tuple(sorted(found.folders)),
        frozenset(found.named),
    )


def _add(path: Path, found: _Found, *, hidden: bool, may_be_empty: bool) -> None:
    if path.is_dir():
        _add_folder(path, found, hidden=hidden, may_be_empty=may_be_empty)
        return
    found.named.add(str(_resolved(path)))
    if path.exists() and is_archive(path):
        _add_archive(_resolved(path), found, hidden=hidden)
    elif path.exists() or is_member(path):
        if found.can_be_kept(path):
            found.files.add(_resolved(path))
    elif path.is_symlink():
        found.fail(path, f"{path.name} is a link to nothing; mend or remove it")
    else:
        found.fail(path, f"{path.name} does not exist; check the path")


def _add_folder(folder: Path, found: _Found, *, hidden: bool, may_be_empty: bool) -> None:
    if _is_library(folder):
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
            _add_archive(file, found, hidden=hidden)
            n_archives += 1
        elif suffix not in SUFFIXES:
            skipped[suffix] += 1
        elif found.can_be_kept(file):
            files.add(file)
    found.files |= files
    found.skipped.update(skipped)
    nothing = not files and not n_archives and len(found.problems) == n_problems
    if nothing and not may_be_empty:
        found.fail(folder, f"{folder.name} holds nothing to read; Quoth reads {KINDS}")


def _add_archive(archive: Path, found: _Found, *, hidden: bool) -> None:
    """The files in an archive, as if it were a folder; what is left out is a problem each."""
    if not found.can_be_kept(archive):
        return
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
    """The plain files below a folder in their real folders; each of these once, so that loops end."""
    seen: set[Path] = set()

    def fail(error: OSError) -> None:
        where = Path(error.filename)
        found.fail(where, f"{where.name} cannot be read ({error.strerror}); check its permissions")

    for at, folders, names in os.walk(folder, followlinks=True, onerror=fail):
        here = Path(at).resolve()
        if here in seen:
            folders.clear()
            continue
        if here.parent not in seen:
            found.folders.add(here)
        seen.add(here)
        folders[:] = sorted(
            name
            for name in folders
            if (hidden or not name.startswith(".")) and not _is_library(Path(at, name))
        )
        for name in names:
            if (hidden or not name.startswith(".")) and found.is_file(Path(at, name)):
                yield here / name


def _is_library(folder: Path) -> bool:
    try:
        return (folder / LIBRARY_FILE).is_file()
    except OSError:
        return False  # what cannot be looked into is reported when it is walked


def _resolved(file: Path) -> Path:
    """The file in its real folder, under the name it was given."""
    return file.parent.resolve() / file.name
