"""Tells figures and periods among the cells of a table, and which rows are its header; knows only text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CURRENCY = re.compile(r"[$€£¥₹]|US\$|C\$|A\$|R\$|CHF|EUR|USD|GBP")
FIGURE = re.compile(
    r"[($€£¥₹]*[-+–—−]?[($€£¥]*\d[\d,.'’]*[%)]*(?:\(?[a-z\d*]\))?[*†‡]*|[-–—−]+\)?|[Nn]/?[AaMm]"
)
TAIL = re.compile(r"[)%]+|pts?|bps|x")
_LONGEST_HEADER = 6
_YEAR = re.compile(r"(?:19|20)\d\d(?!\d|[.,]\d)")
# What stands once over several columns: "Three Months Ended June 30,", "Q4", "Fiscal year 2022". A bare date
# may as well be the first line of one column's own.
_PERIOD = re.compile(
    r"(?:(?:for|the|as|of|at) )*(?:(?:three|six|nine|twelve|first|second|third|fourth|full|fiscal|\d+)[ -])*"
    r"(?:months?|quarters?|half|years?|weeks)(?:,? end(?:ed|ing)\b.*|[ ,]*(?:of )?(?:(?:19|20)\d\d)?,?)"
    r"|Q[1-4](?: ?'?\d{2,4})?",
    re.IGNORECASE,
)


def is_figure(text: str) -> bool:
    """Whether all of a text is figures."""
    return all(map(is_figure_word, text.split()))


def is_figure_word(word: str) -> bool:
    """Whether a word is a figure, or the sign of a currency or unit beside one."""
    return bool(FIGURE.fullmatch(word) or CURRENCY.fullmatch(word) or TAIL.fullmatch(word))


def is_period(text: str) -> bool:
    """Whether a text names a stretch of time that several columns may share."""
    return bool(_PERIOD.fullmatch(text))


def n_header_rows(grid: Sequence[Sequence[str]]) -> int:
    """How many rows above the first that has a label and a figure make up the header."""
    for at, row in enumerate(grid[:_LONGEST_HEADER]):
        figures = [text for text in row[1:] if text and is_figure(text)]
        if row[0] and any(not _YEAR.fullmatch(figure) for figure in figures):
            # Labels alone below the header name the rows that follow.
            named = [n for n in range(at) if any(grid[n][1:])]
            return min(named[-1] + 1 if named else 0, _second_full(grid))
    return 0


def _gives_units(row: Sequence[str]) -> bool:
    """Whether it is the row of a header that has the units: "| ($ in millions) | 2022 | 2021 |"."""
    return row[0].startswith("(") and not any(map(_is_amount, row[1:]))


def _second_full(grid: Sequence[Sequence[str]]) -> int:
    """Where the second row with a label and something beside it is: a header has only one."""
    full = [at for at, row in enumerate(grid) if row[0] and any(row[1:]) and not _gives_units(row)]
    return full[1] if len(full) > 1 else len(grid)


def further_headers(grid: Sequence[Sequence[str]]) -> list[int]:
    """The rows below the first figures that open a table anew: they name periods, and no figure."""
    found: list[int] = []
    has_body = False
    for at, row in enumerate(grid):
        if has_body and _names_periods(row):
            found.append(at)
            has_body = False
        has_body = has_body or any(_is_amount(text) for text in row[1:])
    return found if has_body else found[:-1]


def _names_periods(row: Sequence[str]) -> bool:
    """Whether a row names the periods of its columns: "| Year ended June 30, | 2022 | 2021 |"."""
    beside = [text for text in row[1:] if text]
    if not beside or any(map(_is_amount, beside)):
        return False
    if not row[0]:
        return any(map(is_period, beside))
    return is_period(row[0]) and any(map(_YEAR.match, beside))


def _is_amount(text: str) -> bool:
    """Whether a cell is a figure, and no year."""
    return bool(text) and is_figure(text) and not _YEAR.match(text)
