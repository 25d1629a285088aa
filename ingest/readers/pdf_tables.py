"""Finds tables among the rows of a region and writes them as Markdown; knows only segments.

Statements of accounts have no ruling lines: what makes a table is cells that stand below each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

from ingest.blocks import markdown_table
from ingest.readers.pdf_cells import (
    CURRENCY,
    TAIL,
    further_headers,
    is_figure,
    is_figure_word,
    is_period,
    n_header_rows,
)
from ingest.readers.pdf_lines import SUBTITLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.readers.pdf_segments import Segment, Word

_LONGEST_GAP = 3.0
_MOST_BETWEEN = 3
_PROSE_WORDS = 7
_SPARSE = 0.15
_FILLED = 0.45
_HEADER_GAP = 0.8
_MATHEMATICS = re.compile("[=\u2190-\u2211\u2213-\u22ff{}\uf8e0-\uf8ff]")
_ITEM = re.compile(r"[•●○▪■◦‣·*o–—-]|\(?\.?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})(?:\.\d{1,3})*[.):]?")
_BULLET = re.compile("[•●○▪■◦‣·–—-]")
_ITEM_WORDS = 4
_LABEL = 2


class Cell(NamedTuple):
    """Some words of a row and where they stand."""

    text: str
    x0: float
    x1: float

    @property
    def is_figure(self) -> bool:
        """Whether all of it is figures."""
        return is_figure(self.text)


@dataclass(frozen=True, slots=True)
class Row:
    """Segments beside each other, from left to right."""

    segments: tuple[Segment, ...]
    cells: tuple[Cell, ...]

    @property
    def top(self) -> float:
        """The top of its highest segment."""
        return min(one.top for one in self.segments)

    @property
    def bottom(self) -> float:
        """The bottom of its lowest segment."""
        return max(one.bottom for one in self.segments)

    @property
    def n_figures(self) -> int:
        """How many of its cells, but for the first, are figures."""
        return sum(cell.is_figure for cell in self.cells[1:])


def rows_of(segments: Sequence[Segment]) -> list[Row]:
    """The segments in rows from top to bottom: beside each other is what overlaps by half."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda one: (one.middle, one.x0)):
        if rows and _beside(rows[-1], segment):
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [_row(sorted(row, key=lambda one: one.x0)) for row in rows]


def _beside(row: Sequence[Segment], segment: Segment) -> bool:
    def overlap(other: Segment) -> float:
        shared = min(other.bottom, segment.bottom) - max(other.top, segment.top)
        return shared / max(min(other.height, segment.height), 0.1)

    return all(overlap(other) >= 0.5 for other in row)


def _row(segments: Sequence[Segment]) -> Row:
    """The row with its cells. A currency sign goes with its figure, neighbouring figures apart."""
    cells: list[Cell] = []
    for segment in segments:
        for cell in _split(segment):
            if cells and _goes_with(cells[-1], cell):
                last = cells.pop()
                cells.append(Cell(f"{last.text} {cell.text}", last.x0, cell.x1))
            else:
                cells.append(cell)
    return Row(tuple(segments), tuple(cells))


def _goes_with(before: Cell, cell: Cell) -> bool:
    if CURRENCY.fullmatch(before.text):
        return cell.is_figure
    return bool(TAIL.fullmatch(cell.text)) and before.is_figure


def _split(segment: Segment) -> Iterator[Cell]:
    """A segment whole; one of figures alone, or one that ends in several, figure by figure."""
    words = segment.words
    start = len(words)
    while start and is_figure_word(words[start - 1].text):
        start -= 1
    if start and not _several(words[start:]):
        start = len(words)
    if start:
        yield _cell(words[:start])
    for word in words[start:]:
        yield _cell([word])


def _several(words: Sequence[Word]) -> bool:
    """Whether these are at least two figures, or one after a currency sign, as prose has not."""
    signs = sum(bool(CURRENCY.fullmatch(word.text)) for word in words)
    return len(words) - signs >= 3 or (signs > 0 and len(words) - signs >= 2)


def _cell(words: Sequence[Word]) -> Cell:
    return Cell(" ".join(word.text for word in words), words[0].x0, words[-1].x1)


def table_spans(rows: Sequence[Row]) -> list[tuple[int, int]]:
    """The (first, last + 1) of the rows of each table, in order."""
    tabular = [len(row.cells) >= 2 and not _is_prose(row) for row in rows]
    spans: list[tuple[int, int]] = []
    at = 0
    while at < len(rows):
        if not tabular[at]:
            at += 1
            continue
        end = _end_of_table(rows, tabular, at)
        if _is_table(rows[at:end]):
            floor = spans[-1][1] if spans else 0
            spans.append((_with_header_above(rows, floor, at, end), end))
        at = end
    return spans


def _is_prose(row: Row) -> bool:
    """Whether it is rather lines of text beside each other, or one behind its bullet."""
    if len(row.cells) == 2 and _BULLET.fullmatch(row.cells[0].text):
        return len(row.cells[1].text.split()) >= _ITEM_WORDS
    return sum(len(one.words) >= _PROSE_WORDS for one in row.segments) >= 2


def _end_of_table(rows: Sequence[Row], tabular: Sequence[bool], start: int) -> int:
    """After its last row with cells; a few rows of one cell may stand between."""
    end = start + 1
    height = median(row.bottom - row.top for row in rows[start : start + 5])
    for at in range(start + 1, len(rows)):
        if rows[at].top - rows[at - 1].bottom > _LONGEST_GAP * height:
            break
        if sum(bool(SUBTITLE.match(cell.text)) for cell in rows[at].cells) >= 2:
            break
        if tabular[at]:
            end = at + 1
        elif at - end >= _MOST_BETWEEN:
            break
    return end


def _is_table(rows: Sequence[Row]) -> bool:
    """Three rows or two of figures, of which half fill several columns, with few holes.

    A formula or the labels of a figure stand in columns too, but fill little of them.
    """
    columns = _columns(rows)
    filled = [sum(map(bool, _in_columns(row.cells, columns))) for row in rows]
    full = [n for n in filled if n >= 2]
    if len(columns) < 2 or len(full) < max(2, 0.5 * len(rows)):
        return False
    if _is_formula(rows) or _is_list(rows) or _is_drawing(rows):
        return False
    figures = sum(row.n_figures > 0 for row in rows)
    return (len(full) > 2 or figures > 1) and sum(full) >= _FILLED * len(full) * len(columns)


def _is_list(rows: Sequence[Row]) -> bool:
    """Whether nearly all that stands before a row's last cell is bullets and numbers of items."""
    before = [cell for row in rows for cell in row.cells[:-1]]
    marks = sum(bool(_ITEM.fullmatch(cell.text)) for cell in before)
    words = sum(len(row.cells[-1].text.split()) for row in rows)
    return marks >= 0.8 * len(before) and words >= _ITEM_WORDS * len(rows)


def _is_drawing(rows: Sequence[Row]) -> bool:
    """Whether hardly a row has figures or a word of more than two letters: labels in a drawing."""
    telling = sum(
        row.n_figures > 0
        or any(
            sum(map(str.isalpha, word.text)) > _LABEL for one in row.segments for word in one.words
        )
        for row in rows
    )
    return 3 * telling <= len(rows)


def _is_formula(rows: Sequence[Row]) -> bool:
    """Whether many cells hold signs of mathematics, or many rows reach into the next."""
    cells = [cell for row in rows for cell in row.cells]
    signs = sum(bool(_MATHEMATICS.search(cell.text)) for cell in cells)
    body = [row for row in rows if row.n_figures] or list(rows)
    into = sum(two.top - one.bottom < -0.25 * (one.bottom - one.top) for one, two in pairwise(body))
    return signs > 0.2 * len(cells) or into > 0.25 * len(body)


def _with_header_above(rows: Sequence[Row], floor: int, start: int, end: int) -> int:
    """The first row of the header: lines close above that stand over other columns than the first."""
    columns = _columns(rows[start:end])
    for at in range(start - 1, max(floor, start - 1 - _MOST_BETWEEN) - 1, -1):
        height = rows[at].bottom - rows[at].top
        close = rows[at + 1].top - rows[at].bottom <= _HEADER_GAP * height
        if not close or rows[at].cells[0].x0 < columns[0][1]:
            return at + 1
        start = at
    return start


def write_table(rows: Sequence[Row]) -> str:
    """The rows as Markdown, the header of each table in one row; columns are shared by all rows."""
    columns = _columns(rows)
    grid = [_in_columns(row.cells, columns) for row in rows]
    bounds = [0, *further_headers(grid), len(rows)]
    return "\n\n".join(
        _one_table(rows[start:end], grid[start:end], columns) for start, end in pairwise(bounds)
    )


def _one_table(
    rows: Sequence[Row], grid: Sequence[list[str]], columns: Sequence[tuple[float, float]]
) -> str:
    n_header = n_header_rows(grid)
    if n_header < 2:
        return markdown_table(grid)
    filled = [any(column) for column in zip(*grid[n_header:], strict=True)]
    above = [_shared(row, columns, filled) for row in rows[:n_header]]
    header = [" ".join(filter(None, column)) for column in zip(*above, strict=True)]
    return markdown_table([header, *grid[n_header:]])


def _shared(row: Row, columns: Sequence[tuple[float, float]], filled: Sequence[bool]) -> list[str]:
    """A row of a header by columns: periods that are fewer than these stand over all that are filled."""
    texts = _in_columns(row.cells, columns)
    over = [cell for cell in row.cells if _column_of(cell, columns) > 0]
    if not 0 < len(over) < sum(filled[1:]) or not all(is_period(cell.text) for cell in over):
        return texts

    def nearest(column: tuple[float, float]) -> str:
        return min(over, key=lambda cell: abs(cell.x0 + cell.x1 - sum(column))).text

    beside = zip(columns[1:], filled[1:], strict=True)
    return [texts[0], *(nearest(column) if is_filled else "" for column, is_filled in beside)]


def _columns(rows: Sequence[Row]) -> list[tuple[float, float]]:
    """The (x0, x1) of each column: where more than a few rows have something.

    Rows of figures say it best: a header's cell spans columns, and a title has none.
    """
    telling = [row for row in rows if row.n_figures >= 2]
    if len(telling) < 3:
        telling = [row for row in rows if len(row.cells) > 1]
    events: list[tuple[float, int]] = []
    for row in telling:
        for cell in row.cells:
            events += [(cell.x0, 1), (max(cell.x1, cell.x0 + 0.5), -1)]
    few = int(_SPARSE * len(telling))
    columns: list[tuple[float, float]] = []
    covered, start = 0, None
    for x, change in sorted(events):
        covered += change
        if covered > few and start is None:
            start = x
        elif covered <= few and start is not None:
            columns.append((start, x))
            start = None
    return columns


def _in_columns(row: Sequence[Cell], columns: Sequence[tuple[float, float]]) -> list[str]:
    """The text of each column; a cell stands where it overlaps most, one over many in the first."""
    texts = [""] * max(1, len(columns))
    for cell in row:
        at = _column_of(cell, columns)
        texts[at] = f"{texts[at]} {cell.text}".strip()
    return texts


def _column_of(cell: Cell, columns: Sequence[tuple[float, float]]) -> int:
    def miss(at: int) -> tuple[float, int]:
        x0, x1 = columns[at]
        shared = min(x1, cell.x1) - max(x0, cell.x0)
        return -shared / max(1.0, min(x1 - x0, cell.x1 - cell.x0)), at

    return min(range(len(columns)), key=miss, default=0)
