"""Reads each chunk that a search looks at once, however many stages look at it. Knows rows only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from quoth.datatypes import Chunk


class ReadOnce:
    """The chunks of rows, for one search: what it has asked for is kept, and what is gone is not.

    For one thread.
    """

    def __init__(self, read: Callable[[Sequence[int]], dict[int, Chunk]]) -> None:
        self._read = read
        self._kept: dict[int, Chunk | None] = {}

    def __call__(self, rows: Iterable[int]) -> dict[int, Chunk]:
        """The chunk of each row, in their order; a row that is gone is left out."""
        rows = list(rows)
        missing = [row for row in rows if row not in self._kept]
        if missing:
            found = self._read(missing)
            self._kept |= {row: found.get(row) for row in missing}
        chunks = ((row, self._kept[row]) for row in rows)
        return {row: chunk for row, chunk in chunks if chunk is not None}
