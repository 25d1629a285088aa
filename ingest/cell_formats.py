"""Finds how the cells of a workbook are shown: by their number formats, or the text that was shown.

It reads no values; what it does not understand it leaves to them. Knows .xlsx, .xls and .ods.
"""

from __future__ import annotations

import datetime as dt
import functools
import io
import itertools
import posixpath
import re
import zipfile
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

from ingest.number_formats import BUILT_IN, TYPED_DIGITS, shown
from ingest.packages import BROKEN, parse_xml, xml_steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ingest.number_formats import Value

    # How a cell's value is shown, None where that is not known; of a row by column, both from 0.
    Show = Callable[[Value], str | None]
    Row = tuple[int, dict[int, Show]]
    Sheets = Callable[[str], Iterator[Row]]

_CELL = re.compile(rb"<c ([^>]{1,200}?)/?>")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_STYLE = re.compile(rb'\bs="(\d{1,5})"')
_BLOCK, _LONGEST_TAG = 1 << 20, 256
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_PARAGRAPH = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}p"
_NUMBERS = ("float", "percentage", "currency")
_MOST_REPEATED = 1000
# General and the locale's dates: the formats of an .xls by their ids.
_AS_THEY_ARE = (0, 14, 22)
# What xlrd raises too, and a ZIP with parts that are encrypted.
_BROKEN = (*BROKEN, AssertionError, ArithmeticError, OSError, RuntimeError)


def formats_of(data: bytes) -> Sheets:
    """Gives for a sheet's name how the cells of its rows are shown, in order.

    What of a workbook's formats cannot be read shows its values as they are.
    """
    try:
        sheets = _sheets(data)
    except _BROKEN:
        return _nothing
    return functools.partial(_whole_rows, sheets)


def _sheets(data: bytes) -> Sheets:
    if not data.startswith(b"PK"):
        return _of_xls(data)
    archive = zipfile.ZipFile(io.BytesIO(data))
    names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return _of_xlsx(archive)
    return _of_ods(archive) if "content.xml" in names else _nothing


def _nothing(_: str) -> Iterator[Row]:
    return iter(())


def _whole_rows(sheets: Sheets, name: str) -> Iterator[Row]:
    """The rows of a sheet up to where they are broken."""
    try:
        yield from sheets(name)
    except _BROKEN:
        return


def column_number(letters: bytes) -> int:
    """Of a column's letters, from 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _of_xlsx(archive: zipfile.ZipFile) -> Sheets:
    styles = _styles(parse_xml(archive.read("xl/styles.xml")))
    parts = _sheet_parts(archive)

    def sheet(name: str) -> Iterator[Row]:
        if not any(styles) or name not in parts:
            return iter(())
        return _rows(archive.open(parts[name]), styles)

    return sheet


def _styles(root: Any) -> list[Show | None]:
    """How each cell style shows numbers; None where as they are."""
    own = {one.get("numFmtId"): one.get("formatCode", "") for one in root.iter("{*}numFmt")}
    codes: list[str | None] = []
    for style in root.find("{*}cellXfs"):
        number = style.get("numFmtId", "0")
        codes.append(own.get(number) or BUILT_IN.get(int(number)))
    return [functools.partial(shown, code=code) if code else None for code in codes]


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of each sheet, by name."""
    relations = parse_xml(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {one.get("Id"): posixpath.join("/xl", one.get("Target", "")) for one in relations}
    parts = {}
    for sheet in parse_xml(archive.read("xl/workbook.xml")).iter("{*}sheet"):
        relation = next(value for key, value in sheet.items() if key.endswith("}id"))
        parts[sheet.get("name")] = posixpath.normpath(targets[relation]).lstrip("/")
    return parts


def _rows(file: IO[bytes], styles: list[Show | None]) -> Iterator[Row]:
    row = -1
    cells: dict[int, Show] = {}
    for place, style in _tags(file):
        show = styles[style] if style < len(styles) else None
        if show is None:
            continue
        at = int(place[2]) - 1
        if at != row:
            yield row, cells
            row, cells = at, {}
        cells[column_number(place[1]) - 1] = show
    yield row, cells


def _tags(file: IO[bytes]) -> Iterator[tuple[re.Match[bytes], int]]:
    """The place and style of each cell that has a style."""
    rest = b""
    while block := file.read(_BLOCK):
        text = rest + block
        end = 0
        for tag in _CELL.finditer(text):
            end = tag.end()
            place, style = _PLACE.search(tag[1]), _STYLE.search(tag[1])
            if place is not None and style is not None:
                yield place, int(style[1])
        rest = text[max(end, len(text) - _LONGEST_TAG) :]


def _of_xls(data: bytes) -> Sheets:
    import xlrd

    book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())

    shows: list[Show | None] = [
        None
        if style.format_key in _AS_THEY_ARE
        else functools.partial(shown, code=book.format_map[style.format_key].format_str)
        for style in book.xf_list
    ]
    return lambda name: _xls_rows(book.sheet_by_name(name), shows)


def _xls_rows(sheet: Any, shows: list[Show | None]) -> Iterator[Row]:
    for row in range(sheet.nrows):
        styles = (sheet.cell_xf_index(row, column) for column in range(sheet.row_len(row)))
        found = {column: shows[style] for column, style in enumerate(styles)}
        yield row, {column: show for column, show in found.items() if show is not None}


def _of_ods(archive: zipfile.ZipFile) -> Sheets:
    sheets = itertools.groupby(_ods_rows(archive.open("content.xml")), key=lambda found: found[0])

    def sheet(name: str) -> Iterator[Row]:
        """Sheets are asked for in their order: each is parsed once."""
        rows = next((rows for owner, rows in sheets if owner == name), iter(()))
        return (row for _, row in rows)

    return sheet


def _ods_rows(file: IO[bytes]) -> Iterator[tuple[str, Row]]:
    """The rows of each table by its name, those that have cells with a format."""
    row, name = 0, ""
    for event, node in xml_steps(file, f"{_TABLE}table", f"{_TABLE}table-row"):
        if event == "start" and node.tag == f"{_TABLE}table":
            row, name = 0, node.get(f"{_TABLE}name", "")
        elif event == "end" and node.tag == f"{_TABLE}table-row":
            n_rows = int(node.get(f"{_TABLE}number-rows-repeated", "1"))
            cells = _ods_cells(node)
            for at in range(min(n_rows, _MOST_REPEATED) if cells else 0):
                yield name, (row + at, cells)
            row += n_rows
            node.clear()


def _ods_cells(row: Any) -> dict[int, Show]:
    cells: dict[int, Show] = {}
    column = 0
    for cell in row.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
        n_columns = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        kind = cell.get(f"{_OFFICE}value-type", "")
        text = " ".join("".join(one.itertext()) for one in cell.iterchildren(_PARAGRAPH))
        if text.strip() and kind in (*_NUMBERS, "date", "time"):
            show = functools.partial(_as_was_shown, text=" ".join(text.split()), kind=kind)
            cells.update(
                dict.fromkeys(range(column, column + min(n_columns, _MOST_REPEATED)), show)
            )
        column += n_columns
    return cells


def _as_was_shown(value: Value, text: str, kind: str) -> str:
    """The text, and what it hides of a value that was typed."""
    if isinstance(value, dt.date):
        hidden = f"{value.year % 100:02}" not in text or (
            value.day > 1 and str(value.day) not in text
        )
        return f"{text} ({value:%Y-%m-%d})" if hidden else text
    if not isinstance(value, int | float):
        return text
    exact = Decimal(f"{value:.15g}").scaleb(2 if kind == "percentage" else 0).normalize()
    digits = "".join(filter(str.isdigit, f"{exact:f}")).strip("0")
    is_whole = digits == "".join(filter(str.isdigit, text)).strip("0")
    if is_whole or len(digits) > TYPED_DIGITS:
        return text
    return f"{text} ({exact:f}{'%' * (kind == 'percentage')})"
