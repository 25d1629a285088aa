"""Writes the rows of a sheet or table file as Markdown tables, page by page; knows no file format.

Numbers stay with their labels: a row is never broken, and a table's first row is its header
when it reads like one. Rows far below find their header through the table (see `ingest.tables`);
those of a very wide table repeat the names of their columns.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.blocks import Block, Part

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Row = tuple[int, list[str]]

# So many rows are read at a glance; a page of a whole long sheet would show nothing.
_ROWS_A_PAGE = 500
# A header beyond some 60 tokens can't stand above every piece of its table (see `ingest.headings`).
_WIDEST_HEADER = 240
_FIGURE = re.compile(r"[\s$€£¥(+\-–.,]*\d[\d\s.,%()eE:/+\-–$€£¥]*")
_YEAR_OR_DATE = re.compile(
    r"(?:FY\s?)?(?:19|20)\d\d(?:[-/]\d\d?(?:[-/]\d\d?)?)?|\d\d?([./-])\d\d?\1(?:19|20)?\d\d"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of text from row `row`; `joined` when it goes on from the line before."""

    row: int
    text: str
    joined: bool


def grid_parts(rows: Iterable[Sequence[str]], name: str = "", first_row: int = 1) -> list[Part]:
    """The rows as pages of at most 500; `name` is the sheet's title and label.

    Empty rows part tables. A page that is not the whole sheet says in its label which rows it
    holds, counted from `first_row`.
    """
    lines = list(_lines(list(_groups(rows, first_row))))
    pages = [lines[at : at + _ROWS_A_PAGE] for at in range(0, len(lines), _ROWS_A_PAGE)]
    return [
        Part(_label(name, page, whole=len(pages) == 1), _blocks(page), name if not at else "")
        for at, page in enumerate(pages)
    ]


def _label(name: str, page: Sequence[_Line], *, whole: bool) -> str:
    if whole:
        return name
    rows = f"rows {page[0].row}–{page[-1].row}"
    return f"{name}, {rows}" if name else rows


def _blocks(page: Sequence[_Line]) -> list[Block]:
    texts: list[list[str]] = []
    for line in page:
        if texts and line.joined:
            texts[-1].append(line.text)
        else:
            texts.append([line.text])
    return [Block("\n".join(lines)) for lines in texts]


def _groups(rows: Iterable[Sequence[str]], first_row: int) -> Iterator[list[Row]]:
    """Runs of rows that hold anything; one that begins with figures goes on from the run above."""
    group: list[Row] = []
    apart = False
    for number, row in enumerate(rows, first_row):
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells):
            apart = bool(group)
            continue
        if apart and not _goes_on(group, cells):
            yield group
            group = []
        apart = False
        group.append((number, cells))
    if group:
        yield group


def _goes_on(group: Sequence[Row], cells: Sequence[str]) -> bool:
    return len(group) > 1 and _is_header(group[0][1]) and _has_figure(cells)


def _lines(groups: Iterable[Sequence[Row]]) -> Iterator[_Line]:
    for group in groups:
        width = max(len(cells) for _, cells in group)
        full = [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in group]
        kept = [column for column in range(width) if any(cells[column] for _, cells in full)]
        yield from _group_lines([(number, [cells[at] for at in kept]) for number, cells in full])


def _group_lines(group: list[Row]) -> Iterator[_Line]:
    """Titles above a table as lines of their own, then the table; a single column as lines."""
    if len(group[0][1]) == 1:
        for at, (number, cells) in enumerate(group):
            yield _Line(number, cells[0], joined=at > 0)
        return
    while len(group) > 1 and sum(map(bool, group[0][1])) == 1:
        number, cells = group.pop(0)
        yield _Line(number, "".join(cells), joined=False)
    has_header = len(group) > 1 and _is_header(group[0][1])
    if has_header and len(" | ".join(group[0][1])) > _WIDEST_HEADER:
        yield from _records(group)
        return
    for at, (number, cells) in enumerate(group):
        row = "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
        if has_header and not at:
            row += "\n|" + " --- |" * len(cells)
        yield _Line(number, row, joined=at > 0)


def _records(group: Sequence[Row]) -> Iterator[_Line]:
    """The rows of a wide table as list items that repeat the name of each column."""
    (first, names), *rows = group
    yield _Line(first, "Columns: " + "; ".join(name for name in names if name), joined=False)
    for at, (number, cells) in enumerate(rows):
        named = (
            f"{name}: {cell}" if name else cell for name, cell in zip(names, cells, strict=True)
        )
        filled = [text for text, cell in zip(named, cells, strict=True) if cell]
        yield _Line(number, "- " + "; ".join(filled), joined=at > 0)


def _is_header(cells: Sequence[str]) -> bool:
    """Whether a row names columns: words, or years beside an empty or worded first cell."""
    if _FIGURE.fullmatch(cells[0]):
        return False
    return not any(_FIGURE.fullmatch(c) and not _YEAR_OR_DATE.fullmatch(c) for c in cells)


def _has_figure(cells: Sequence[str]) -> bool:
    return any(_FIGURE.fullmatch(cell) for cell in cells)
