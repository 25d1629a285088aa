"""The sync run: a shelf comes to hold what folders hold, and loses what they have lost.

It knows files and a shelf. Nothing is taken off the shelf because a drive or a permission is
missing: a file counts as gone only when its folder, on the file system where it lay, says so.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest import archives
from ingest.discovery import discover
from ingest.failures import failures_before
from ingest.nested import INSIDE
from ingest.pipeline import Shelf, bring
from ingest.run import Run
from quoth.datatypes import FileOutcome
from quoth.errors import ReadError, UnavailableFolderError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quoth.config import IngestConfig
    from quoth.datatypes import IngestReport, KnownFile, Progress


class MirrorShelf(Shelf, Protocol):
    """What a sync run asks of a shelf beyond an ingest run."""

    def below(self, folders: Iterable[Path]) -> Mapping[str, KnownFile]:
        """What is kept of files below these folders, by source."""
        ...

    def drop(self, sources: Sequence[str]) -> None:
        """Forget these sources, and the documents that no other source names."""
        ...

    def forget_failures(self, sources: Sequence[str]) -> None:
        """Forget that these files failed."""
        ...

    def note_devices(self, devices: Mapping[str, int]) -> None:
        """Record on which file system each source lies."""
        ...


def mirror_folders(
    folders: Sequence[Path],
    shelf: MirrorShelf,
    config: IngestConfig,
    *,
    allow_empty: bool = False,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> IngestReport:
    """Make the shelf hold what the folders hold; what it has from elsewhere stays.

    A folder that is missing, unreadable, or without a file to read though the shelf holds some
    from it, raises UnavailableFolderError, and nothing is done. Files that are missing together
    with the file system on which they lay stay, and are reported as a failure. `allow_empty`
    takes both as deletions.
    """
    roots = [_usable(folder) for folder in folders]
    found = discover(roots, hidden=config.hidden, may_be_empty=True)
    places = sorted({*roots, *found.folders})
    kept = shelf.below(places)
    files = {str(file) for file in found.files}
    if not allow_empty:
        _refuse_emptied(places, files, kept)
    failed = shelf.failures()
    failures = failures_before(failed, config)
    run = Run(len(found.files) + len(found.problems), on_progress, failures)
    for problem in found.problems:
        run.report(problem)
    bring(found.files, shelf, config, run, known=kept.get, cancelled=cancelled)
    if not cancelled():
        with run.timed("scan"):
            devices = _Devices()
            moved = devices.moved(kept, files)
            unread = {problem.source for problem in found.problems}
            there = {source for source in kept.keys() - files if _may_be_inside(source, unread)}
            gone = _gone(kept, files | there, devices, run, allow_empty=allow_empty)
        with run.timed("write"):
            below = tuple(map(_below, places))
            lost = sorted(source for source in failed.keys() - files if source.startswith(below))
            _write(shelf, moved, gone, lost)
        for source in gone:
            run.report(FileOutcome(source, "removed", kept[source].document_id))
    return run.finished(found.skipped)


def _may_be_inside(source: str, unread: set[str]) -> bool:
    """Whether a file may still lie in an archive that was not read, or not all of it."""
    if source.partition(INSIDE)[0] not in unread:
        return False
    try:
        return archives.is_member(Path(source))
    except (OSError, ReadError):
        return True


def _write(
    shelf: MirrorShelf, moved: Mapping[str, int], gone: Sequence[str], lost: Sequence[str]
) -> None:
    """`lost` failed and are not found any more, wherever they went."""
    if moved:
        shelf.note_devices(moved)
    if gone:
        shelf.drop(gone)
    if lost:
        shelf.forget_failures(lost)


def _below(folder: Path) -> str:
    """What the paths of all files below a folder begin with."""
    return str(folder).rstrip("/") + "/"


def _usable(folder: Path) -> Path:
    """The real folder. Raises UnavailableFolderError."""
    try:
        with os.scandir(folder):
            return folder.resolve()
    except OSError as error:
        raise UnavailableFolderError(
            f"{folder} cannot be read ({error.strerror}), so nothing was changed; check the path, "
            "its permissions and that its drive is connected"
        ) from error


def _refuse_emptied(
    places: Iterable[Path], files: Iterable[str], kept: Mapping[str, KnownFile]
) -> None:
    for place in places:
        below = _below(place)
        n_kept = sum(source.startswith(below) for source in kept)
        if n_kept and not any(file.startswith(below) for file in files):
            raise UnavailableFolderError(
                f"{place} holds nothing to read and the library {_files(n_kept)} from it, so nothing "
                "was changed; connect its drive, or add --allow-empty if they were deleted"
            )


class _Devices:
    """On which file system folders lie, each asked once."""

    def __init__(self) -> None:
        self._known: dict[str, int | None] = {}
        self._here: set[int] = set()

    def moved(self, kept: Mapping[str, KnownFile], files: Iterable[str]) -> dict[str, int]:
        """Of the files that are there, those on another file system than recorded.

        A file system of which a file is still there is there, under whatever number.
        """
        found: dict[str, int] = {}
        for source in files:
            if source in kept:
                self._here.add(kept[source].device)
                now = self._of(os.path.dirname(source))  # noqa: PTH120 (five times as fast)
                if now is not None and now != kept[source].device:
                    found[source] = now
        return found

    def may_be_away(self, known: KnownFile, at: str) -> bool:
        """Whether the file system of a file that is missing at `at` may be missing too."""
        if known.device == 0 or known.device in self._here:
            return False
        return self._of(existing(at)) != known.device

    def _of(self, folder: str) -> int | None:
        if folder not in self._known:
            try:
                self._known[folder] = Path(folder).stat().st_dev
            except OSError:
                self._known[folder] = None
        return self._known[folder]


def existing(source: str) -> str:
    """The nearest folder above a path that exists."""
    return next(str(folder) for folder in Path(source).parents if folder.exists())


def _gone(
    kept: Mapping[str, KnownFile],
    files: set[str],
    devices: _Devices,
    run: Run,
    *,
    allow_empty: bool,
) -> list[str]:
    """The sources whose files were deleted; those that may be there unseen are reported."""
    gone: list[str] = []
    away: Counter[tuple[str, str]] = Counter()
    for source in sorted(kept.keys() - files):
        try:
            Path(source).lstat()
        except (FileNotFoundError, NotADirectoryError):
            if allow_empty or not devices.may_be_away(kept[source], source):
                gone.append(source)
            else:
                away[existing(source), "the drive is not there; connect it"] += 1
        except OSError as error:
            folder = os.path.dirname(source)  # noqa: PTH120
            away[folder, f"{error.strerror}; check its permissions"] += 1
    for (folder, why), n_files in away.items():
        stay = "stays" if n_files == 1 else "stay"
        run.report(
            FileOutcome(folder, "failed", reason=f"{_files(n_files)} below {folder} {stay}: {why}")
        )
    return gone


def _files(n: int) -> str:
    return "1 file" if n == 1 else f"{n} files"
