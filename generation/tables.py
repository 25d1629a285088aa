"""Reads the rows of Markdown tables in a passage, each with the names of its columns.

It knows the text of a passage and the titles above it; nothing of questions or quotes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROW = re.compile(r"^[ \t]*\|[^\n]*\|[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"\s*\|(?:\s*:?-+:?\s*\|)+\s*")
_BETWEEN_CELLS = re.compile(r"(?<!\\)\|")
_BETWEEN_COLUMNS = " | "  # as the names of the columns stand in the title of a table that was cut

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: its span in the text, that of its header if the text holds it, and a reading.

    The reading names the column before each cell: "Year: 2015; Net sales: 30,274". The label is
    its first cell, which mostly says what the others are of.
    """

    span: Span
    header: Span | None
    reading: str
    label: str = ""


def tables(
    text: str, headings: Sequence[str] = ()
) -> tuple[tuple[Span, tuple[TableRow, ...]], ...]:
    """Every table of a text: its span, and its rows without header and rule.

    A table whose header the text lacks takes its columns from the innermost heading, where they
    stand when it was cut. A header without rows is no table.
    """
    found = []
    for lines in _blocks(text):
        rows = tuple(_rows(text, lines, headings))
        if rows:
            found.append(((lines[0][0], lines[-1][1]), rows))
    return tuple(found)


def _blocks(text: str) -> Iterator[list[Span]]:
    """Lines of cells that follow each other, as spans."""
    block: list[Span] = []
    for line in _ROW.finditer(text):
        if block and text[block[-1][1] : line.start()].strip(" \t") != "\n":
            yield block
            block = []
        block.append(line.span())
    if block:
        yield block


def _rows(text: str, lines: Sequence[Span], headings: Sequence[str]) -> Iterator[TableRow]:
    rules = [n for n, (start, end) in enumerate(lines) if _RULE.fullmatch(text[start:end])]
    header: Span | None = None
    columns: Sequence[str] = ()
    body = lines
    if rules and rules[0] > 0:
        header = (lines[0][0], lines[rules[0] - 1][1])
        columns = _cells(text, lines[rules[0] - 1])
        body = lines[rules[0] + 1 :]
    elif headings and _BETWEEN_COLUMNS in headings[-1]:
        columns = [name.strip() for name in headings[-1].split(_BETWEEN_COLUMNS)]
    for line in body:
        cells = _cells(text, line)
        reading = _reading(columns, cells)
        if reading and not _RULE.fullmatch(text[line[0] : line[1]]):
            yield TableRow(_inner(text, line), header, reading, cells[0])


def _cells(text: str, line: Span) -> list[str]:
    inner = text[line[0] : line[1]].strip().removeprefix("|").removesuffix("|")
    return [" ".join(cell.replace("\\|", "|").split()) for cell in _BETWEEN_CELLS.split(inner)]


def _reading(columns: Sequence[str], cells: Sequence[str]) -> str:
    """The cells with their columns; without them where they do not match one to one.

    Names that lack just one are those of the columns after the first, which holds the labels.
    """
    if len(columns) == len(cells) - 1:
        columns = ["", *columns]
    elif len(columns) != len(cells):
        columns = [""] * len(cells)
    named = zip(columns, cells, strict=True)
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in named if cell)


def _inner(text: str, line: Span) -> Span:
    written = text[line[0] : line[1]]
    start = line[0] + len(written) - len(written.lstrip())
    return start, line[1] - len(written) + len(written.rstrip())
