"""Waits for folders to change, by the platform's notifications; reads no file. Knows no library."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quoth.config import SyncConfig

# How often a folder is asked for that is missing, or might be another one by now.
_LOOK_SECONDS = 1.0
_FALLBACK_SECONDS = 30.0


def rounds(
    folders: Sequence[Path],
    config: SyncConfig,
    *,
    ignored: Path,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Yield at once, then whenever the folders may have changed, for ever.

    What is yielded is "", or a line to tell. Changes below `ignored` do not count. A folder that
    goes, or is mounted over, counts as a change; when it is missing, its return is waited for.
    """
    yield ""
    while True:
        before = _identities(folders)
        if None in before:
            while _identities(folders) == before:
                wait(_LOOK_SECONDS)
            yield ""
        elif config.poll_seconds:
            wait(config.poll_seconds)
            yield ""
        else:
            yield from _notified(folders, before, config, ignored, wait)


def _identities(folders: Sequence[Path]) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for folder in folders:
        try:
            stat = folder.stat()
        except OSError:
            found.append(None)
        else:
            found.append((stat.st_dev, stat.st_ino))
    return found


def _notified(
    folders: Sequence[Path],
    before: list[tuple[int, int] | None],
    config: SyncConfig,
    ignored: Path,
    wait: Callable[[float], None],
) -> Iterator[str]:
    """Yield for each notification, until a folder is not the one it was."""
    from watchfiles import watch
    from watchfiles._rust_notify import WatchfilesRustInternalError

    own = f"{ignored.resolve()}{os.sep}"

    def matters(_: Any, path: str) -> bool:
        return not f"{path}{os.sep}".startswith(own)

    stream = watch(
        *folders,
        watch_filter=matters,
        debounce=config.debounce_milliseconds,
        rust_timeout=int(_LOOK_SECONDS * 1000),
        yield_on_timeout=True,
        raise_interrupt=True,
        ignore_permission_denied=True,
    )
    try:
        for number, changes in enumerate(stream):
            # By the first time the watch stands: what happened until then is seen now.
            if changes or not number:
                yield ""
            if _identities(folders) != before:
                yield ""
                return
    except (OSError, WatchfilesRustInternalError) as error:
        if _identities(folders) == before:
            wait(_FALLBACK_SECONDS)
            yield f"the system does not notify of changes ({error}); looking again from time to time"
