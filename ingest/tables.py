"""Finds Markdown tables in a text and the names of their columns; knows no chunks.

A table that is cut between rows would leave its later rows without the names of their columns. The
text cannot repeat them, for a chunk is an exact piece of it: they go into the heading path.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

_HEAD = re.compile(
    r"^[ \t]*\|([^\n]*)\|[ \t]*\n[ \t]*\|(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*(?:\n|\Z)", re.MULTILINE
)
_ROW = re.compile(r"[ \t]*\|[^\n]*(?:\n|\Z)")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Table:
    """From `start`, where its header begins, to `end`; its first row begins at `body`."""

    start: int
    body: int
    end: int
    columns: str


def find_tables(text: str) -> list[Table]:
    """The tables with a header and at least one row, in order."""
    tables: list[Table] = []
    for head in _HEAD.finditer(text):
        if tables and head.start() < tables[-1].end:
            continue
        end = head.end()
        while row := _ROW.match(text, end):
            end = row.end()
            if row.end() == len(text):
                break
        if end > head.end():
            columns = " | ".join(filter(None, cells_of(head[1])))
            tables.append(Table(head.start(), head.end(), end, columns))
    return tables


def cells_of(row: str) -> list[str]:
    """What stands before, between and after the bars of a row."""
    return [cell.strip().replace(r"\|", "|") for cell in _BAR.split(row)]


def first_row_end(text: str, table: Table) -> int:
    """Just after the first row: nobody reads a header without one."""
    row = _ROW.match(text, table.body)
    return row.end() if row else table.body


def table_around(tables: list[Table], offset: int) -> int | None:
    """The index of the table whose rows the offset is in, below its header."""
    at = bisect_right(tables, offset, key=lambda table: table.body) - 1
    return at if at >= 0 and offset < tables[at].end else None
