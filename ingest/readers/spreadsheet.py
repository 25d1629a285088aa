"""Reads spreadsheets (.xlsx, .xlsm, .xlsb, .xls, .ods): cells as they are shown, sheet by sheet.

It knows no other format. Formulas stand for the values they had when the file was saved; macros
and links to other files are not looked at.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from itertools import chain
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any

from ingest.assembly import Content, assemble, check_characters, clean
from ingest.blocks import Part, join_parts
from ingest.cell_formats import column_number, formats_of
from ingest.grids import grid_parts
from ingest.packages import check_package, mended
from quoth.errors import DamagedFileError, EncryptedFileError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineWorkbook

    from ingest.cell_formats import Row, Sheets, Show
    from quoth.config import IngestConfig
    from quoth.datatypes import Document

_OOXML = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Cells are held as a rectangle: one stray cell far out would fill the memory with empty ones.
_MAX_CELLS = 10_000_000
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELL = re.compile(rb'<c [^>]{0,100}?\br="([A-Z]{1,3})(\d{1,7})"')
_BLOCK = 1 << 20
_NO_MORE: Row = (1 << 30, {})
_LONGEST_TAG = 128


def read(data: bytes, source: str, config: IngestConfig) -> Document:
    """Read a spreadsheet. Raises DamagedFileError, EncryptedFileError, NoTextError, LimitError."""
    is_package = data.startswith(b"PK")
    with mended(source, "a spreadsheet program"):
        if is_package:
            check_package(data, source, config)
            _check_extents(data, source)
        workbook = _open(data, source)
        hidden = [sheet.name for sheet in workbook.sheets_metadata if not _is_visible(sheet)]
        pages, headings = join_parts(_parts(workbook, formats_of(data), source, config))
    content = Content(
        media_type=_media_type(data),
        pages=pages,
        headings=headings,
        title=PurePath(source).stem,
        warnings=[f"hidden sheets are not read: {', '.join(hidden)}"] if hidden else [],
    )
    return assemble(data, source, content, config)


def _media_type(data: bytes) -> str:
    if not data.startswith(b"PK"):
        return "application/vnd.ms-excel"
    is_open_document = b"opendocument.spreadsheet" in data[:200]
    return "application/vnd.oasis.opendocument.spreadsheet" if is_open_document else _OOXML


def _open(data: bytes, source: str) -> CalamineWorkbook:
    import python_calamine as calamine

    try:
        return calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except calamine.PasswordError as error:
        raise EncryptedFileError(
            f"{PurePath(source).name} is encrypted in a way that Quoth does not know; save a copy without a password"
        ) from error
    except (calamine.CalamineError, OSError) as error:
        raise _damaged(source) from error


def _damaged(source: str) -> DamagedFileError:
    return DamagedFileError(
        f"{PurePath(source).name} is damaged: its sheets cannot be read; "
        "open it in a spreadsheet program and save it again"
    )


def _is_visible(sheet: Any) -> bool:
    return str(sheet.visible).rpartition(".")[2] == "Visible"


def _parts(
    workbook: CalamineWorkbook, formats: Sheets, source: str, config: IngestConfig
) -> Iterator[Part]:
    import python_calamine as calamine

    n_characters = 0
    for about in workbook.sheets_metadata:
        if not _is_visible(about):
            continue
        try:
            sheet = workbook.get_sheet_by_name(about.name)
        except (calamine.WorksheetNotFound, calamine.CalamineError) as error:
            if str(about.typ).endswith("WorkSheet"):
                raise _damaged(source) from error
            continue
        rows = list(_rows(sheet, formats(about.name)))
        n_characters += sum(map(len, chain.from_iterable(rows)))
        check_characters(n_characters, source, config)
        first = sheet.start[0] + 1 if sheet.start else 1
        yield from grid_parts(rows, clean(about.name), first)


def _rows(sheet: Any, formats: Iterator[Row]) -> Iterator[list[str]]:
    """The cells as they are shown."""
    first_row, first_column = sheet.start or (0, 0)
    formatted, shows = next(formats, _NO_MORE)
    for number, row in enumerate(sheet.to_python(skip_empty_area=True), first_row):
        while formatted < number:
            formatted, shows = next(formats, _NO_MORE)
        here = shows if formatted == number else {}
        yield [_text(value, here.get(column)) for column, value in enumerate(row, first_column)]


def _check_extents(data: bytes, source: str) -> None:
    """Raise LimitError for a sheet whose cells lie too far apart, before it is laid out."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if not _SHEET.fullmatch(name):
                continue
            with archive.open(name) as file:
                n_cells = _extent(file)
            if n_cells > _MAX_CELLS:
                raise LimitError(
                    f"{PurePath(source).name} spans {n_cells:,} cells in one sheet and the limit is "
                    f"{_MAX_CELLS:,}; delete stray cells far out, or split it"
                )


def _extent(file: IO[bytes]) -> int:
    """The cells of the rectangle from A1 to the last row and column that a sheet's XML names."""
    columns: set[bytes] = set()
    last_row = 0
    rest = b""
    while block := file.read(_BLOCK):
        found = _CELL.findall(rest + block)
        columns.update(letters for letters, _ in found)
        last_row = max(last_row, max((int(row) for _, row in found), default=0))
        rest = block[-_LONGEST_TAG:]
    return last_row * max(map(column_number, columns), default=0)


def _text(value: Any, show: Show | None) -> str:
    """A cell as it is shown; else whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return str(value).upper()
    if show is not None and (text := show(value)) is not None:
        return clean(text)
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, dt.datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return str(value)
