"""The write lock of a library folder: one process writes, a dead holder lets go. Knows no data."""

from __future__ import annotations

import errno
import logging
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quoth.errors import LibraryLockedError, NotALibraryError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import filelock

_log = logging.getLogger(__name__)
FILE_NAME = "write.lock"
PATIENCE_SECONDS = 30.0


def make_folder(folder: Path) -> None:
    """Make the library's folder if need be. Raises NotALibraryError, StorageFullError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise NotALibraryError(
            f"{folder} is a file, not a folder; choose another --library"
        ) from error
    except OSError as error:
        if error.errno == errno.EROFS and folder.is_dir():
            return
        raise StorageFullError(
            f"{folder} cannot be made ({error.strerror}); choose another --library"
        ) from error


def is_writable(folder: Path) -> bool:
    """Whether this process may write there."""
    return os.access(folder, os.W_OK)


@contextmanager
def writing(folder: Path, patience: float | None = None) -> Iterator[None]:
    """Hold the write lock; wait at most `patience` seconds (PATIENCE_SECONDS) for another holder.

    The operating system frees it when its holder dies. Raises LibraryLockedError,
    StorageFullError.
    """
    import filelock

    patience = PATIENCE_SECONDS if patience is None else patience
    held = filelock.FileLock(folder / FILE_NAME)
    try:
        _acquire(held, folder, patience)
    except filelock.Timeout as error:
        raise LibraryLockedError(
            f"another Quoth has been writing to {folder} for {patience:.0f} s; "
            "wait for it to finish, or stop it"
        ) from error
    except OSError as error:
        raise StorageFullError(
            f"{folder} cannot be written ({error.strerror}); choose another --library"
        ) from error
    try:
        yield
    finally:
        held.release()


def _acquire(held: filelock.BaseFileLock, folder: Path, patience: float) -> None:
    """Take the lock, and say so before waiting for another holder."""
    import filelock

    try:
        held.acquire(timeout=0)
    except filelock.Timeout:
        if patience <= 0:
            raise
        _log.warning("waiting for another Quoth to finish writing to %s", folder)
        held.acquire(timeout=patience)


@contextmanager
def try_writing(folder: Path) -> Iterator[bool]:
    """Whether the write lock could be had at once; held until the block ends if so."""
    try:
        with writing(folder, patience=0):
            yield True
    except LibraryLockedError:
        yield False


def is_held(folder: Path) -> bool:
    """Whether somebody writes there now; False where nobody can."""
    if not is_writable(folder):
        return False
    with try_writing(folder) as mine:
        return not mine
