"""Shell patterns over texts and paths, for Python and, as functions of a connection, for SQL."""

from __future__ import annotations

import fnmatch
import functools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3


def register(connection: sqlite3.Connection) -> None:
    """Give a connection `fits(text, pattern)` and `fits_path(path, pattern)`."""
    connection.create_function("fits", 2, fits, deterministic=True)
    connection.create_function("fits_path", 2, fits_path, deterministic=True)


def fits(text: str, pattern: str) -> bool:
    """Whether a shell pattern (`*`, `?`, `[…]`) fits the whole text, in any case of letters."""
    return (
        text.casefold() == pattern.casefold()
        or _compiled(pattern).match(text.casefold()) is not None
    )


def fits_path(path: str, pattern: str) -> bool:
    """Whether the pattern fits the whole path or its file name."""
    return fits(path, pattern) or fits(path.rpartition("/")[2], pattern)


@functools.lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(fnmatch.translate(pattern.casefold()))
