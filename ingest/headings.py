"""Answers which titles stand above an offset; knows headings and tables, not how chunks are made."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from ingest.tables import find_tables, table_around

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quoth.datatypes import Document, Heading


class HeadingPaths:
    """The heading paths of one document, each of at most `cap` weight.

    The names of a table's columns are the innermost title above its rows. A path that weighs more
    loses its outermost titles. `weigh` gives the weight of each text.
    """

    def __init__(
        self, document: Document, weigh: Callable[[Sequence[str]], list[int]], cap: int
    ) -> None:
        self._headings = document.headings
        self._text = document.text
        self._starts = [heading.start for heading in document.headings]
        self._tables = find_tables(self._text)
        # Headings first, then the tables' columns: a path is a tuple of indexes into them.
        self._titles = [heading.text for heading in document.headings]
        self._titles += [table.columns for table in self._tables]
        self._weights = weigh(self._titles)
        self._chains = _chains(document.headings)
        self._cap = cap

    def path(self, offset: int) -> tuple[str, ...]:
        """The titles above the offset, outermost first, without one whose words begin there."""
        return tuple(self._titles[at] for at in self._shown(offset))

    def weight(self, offset: int) -> int:
        """The weight of `path(offset)`, a unit for each separator included."""
        return sum(self._weights[at] + 1 for at in self._shown(offset))

    def end_of_columns(self, offset: int) -> int | None:
        """Where the table ends whose columns `path(offset)` has as its innermost title, if any."""
        shown = self._shown(offset)
        table = table_around(self._tables, offset)
        if table is None or shown[-1:] != (len(self._headings) + table,):
            return None
        return self._tables[table].end

    def holds_for(self, first: int, second: int) -> bool:
        """Whether the section at `second` stands under every title above the one at `first`."""
        above = self._above(first)
        return self._above(second)[: len(above)] == above

    def is_bare(self, start: int, end: int) -> bool:
        """Whether the section at `start` holds nothing but its title."""
        at = bisect_right(self._starts, start) - 1
        if at < 0 or self._starts[at] != start:
            return False
        return _letters(self._text[start:end]) == _letters(self._headings[at].text)

    def _shown(self, offset: int) -> tuple[int, ...]:
        at = bisect_right(self._starts, offset) - 1
        chain = self._chains[at] if at >= 0 else ()
        shown = [at for at in chain if self._starts[at] < offset or not self._is_written(at)]
        table = table_around(self._tables, offset)
        if table is not None:
            shown.append(len(self._headings) + table)
        weight = sum(self._weights[at] + 1 for at in shown)
        while shown and weight > self._cap:
            weight -= self._weights[shown.pop(0)] + 1
        return tuple(shown)

    def _above(self, offset: int) -> tuple[int, ...]:
        at = bisect_right(self._starts, offset) - 1
        chain = self._chains[at] if at >= 0 else ()
        return tuple(at for at in chain if self._starts[at] < offset)

    def _is_written(self, at: int) -> bool:
        """Whether the text at a heading spells its title; an outline's entry may not be there."""
        heading = self._headings[at]
        there = self._text[heading.start : heading.start + 2 * len(heading.text) + 16]
        return _letters(heading.text) in _letters(there)


def _chains(headings: Sequence[Heading]) -> list[tuple[int, ...]]:
    """For each heading the indexes of those it stands under, and its own."""
    chains = []
    chain: tuple[int, ...] = ()
    for at, heading in enumerate(headings):
        chain = (*(above for above in chain if headings[above].level < heading.level), at)
        chains.append(chain)
    return chains


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))
