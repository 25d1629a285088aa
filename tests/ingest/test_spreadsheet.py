from __future__ import annotations

import datetime as dt
import re
import time
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ingest import ReaderPool, read_document
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError, EncryptedFileError, LimitError, NoTextError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quoth.datatypes import Document

CONFIG = IngestConfig()
SALES = [["Region", "2022", "2023"], ["North", 10, 12.5], ["South", 7, 0.1 + 0.2]]


def excel(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def read(path: Path) -> Document:
    return read_document(path, CONFIG)


def test_each_sheet_is_a_page_with_its_name_and_a_table_with_its_header(tmp_path: Path) -> None:
    document = read(excel(tmp_path / "a.xlsx", Sales=SALES, Staff=[["Name", "Age"], ["Ada", 36]]))
    assert [page.label for page in document.pages] == ["Sales", "Staff"]
    assert document.pages[0].text == (
        "| Region | 2022 | 2023 |\n| --- | --- | --- |\n| North | 10 | 12.5 |\n| South | 7 | 0.3 |\n"
    )
    found = [(heading.start, heading.text) for heading in document.headings]
    assert found == [(0, "Sales"), (document.pages[1].start, "Staff")]
    assert "spreadsheetml" in document.media_type


def test_dates_truths_and_saved_results_of_formulas_are_words(tmp_path: Path) -> None:
    import openpyxl

    day, moment = dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 13, 5)  # noqa: DTZ001
    path = excel(tmp_path / "a.xlsx", S=[["Day", "At", "Done"], [day, moment, True]])
    assert read(path).text.splitlines()[-1] == "| 2024-02-29 | 2024-02-29 13:05:00 | TRUE |"
    book = openpyxl.load_workbook(path)
    book["S"]["D2"] = "=1+1"
    book.save(path)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(b"<v ?/>|<v></v>", b"<v>2</v>", old.read(name)))
    assert read(tmp_path / "b.xlsx").text.splitlines()[-1].endswith("| TRUE | 2 |")


def test_titles_and_tables_in_one_sheet_are_told_apart(tmp_path: Path) -> None:
    rows = [
        ["Report 2023"],
        ["Item", "Cost"],
        ["Rent", 900],
        [],
        ["Food", 300],
        [],
        ["City", "Head"],
        ["Bern", "Ada"],
    ]
    assert read(excel(tmp_path / "a.xlsx", S=rows)).text == (
        "Report 2023\n\n| Item | Cost |\n| --- | --- |\n| Rent | 900 |\n| Food | 300 |\n\n"
        "| City | Head |\n| --- | --- |\n| Bern | Ada |\n"
    )


def test_a_long_sheet_is_cut_into_pages_that_say_which_rows_they_hold(tmp_path: Path) -> None:
    rows = [["Name", "Number"], *(["row", number] for number in range(2, 1102))]
    document = read(excel(tmp_path / "a.xlsx", Long=rows))
    labels = [page.label for page in document.pages]
    assert labels == ["Long, rows 1–500", "Long, rows 501–1000", "Long, rows 1001–1101"]
    assert document.pages[1].text.startswith("| row | 501 |\n")
    assert document.text.count("---") == 2, "one table with one header"


def test_hidden_sheets_are_left_out_and_said(tmp_path: Path) -> None:
    import openpyxl

    path = excel(tmp_path / "a.xlsx", Seen=SALES, Lists=[["secret"]])
    book = openpyxl.load_workbook(path)
    book["Lists"].sheet_state = "hidden"
    book.save(path)
    document = read(path)
    assert "secret" not in document.text
    assert document.warnings == ("hidden sheets are not read: Lists",)


def test_an_old_workbook_is_read_too(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Blätter")
    for number, row in enumerate(SALES):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(tmp_path / "a.xls"))
    document = read(tmp_path / "a.xls")
    assert document.text.splitlines()[2] == "| North | 10 | 12.5 |"
    assert (document.pages[0].label, document.media_type) == ("Blätter", "application/vnd.ms-excel")


FORMATTED = [
    (0.1234, "0%", "12% (12.34%)"),
    (1234567.5, '"$"#,##0.00', "$1,234,567.50"),
    (dt.date(2024, 3, 15), "d mmm yyyy", "15 Mar 2024"),
    (-3, "0;(0)", "(3)"),
    (4, "General", "4"),
    ("five", "0.00", "five"),
    (dt.date(2024, 3, 15), "mm-dd-yy", "2024-03-15"),  # the locale's own format
]


def test_cells_of_an_xlsx_are_read_as_they_are_shown(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    book.create_sheet("Second")
    for sheet in book:
        # Not from the corner: what is empty around the cells counts for their places.
        for at, (value, code, _) in enumerate(FORMATTED, 5):
            sheet.cell(at, 3, f"row {at}")
            sheet.cell(at, 4, value).number_format = code
        sheet.cell(8, 6, 0.5).number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")
    for page in read(tmp_path / "a.xlsx").pages:
        rows = [line.split(" | ") for line in page.text.splitlines() if line.startswith("| row")]
        assert [row[1] for row in rows] == [expected for _, _, expected in FORMATTED]
        assert rows[3][2].startswith("50.0%")


def test_cells_of_an_xls_are_read_as_they_are_shown(tmp_path: Path) -> None:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for at, (value, code, _) in enumerate(FORMATTED[:6], 2):
        sheet.write(at, 1, f"row {at}")
        sheet.write(at, 2, value, xlwt.easyxf(num_format_str=code))
    book.save(str(tmp_path / "a.xls"))
    rows = [
        line.split(" | ")[1].removesuffix(" |")
        for line in read(tmp_path / "a.xls").text.splitlines()
    ]
    assert [row for row in rows if "---" not in row] == [told for _, _, told in FORMATTED[:6]]


def test_a_workbook_whose_styles_name_no_formats_shows_its_values(tmp_path: Path) -> None:
    whole = excel(tmp_path / "a.xlsx", S=[["Share"], [0.5]])
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as after:
        for name in before.namelist():
            styles = name == "xl/styles.xml"
            data = before.read(name)
            after.writestr(name, data.replace(b"numFmtId", b"xumFmtId") if styles else data)
    assert read(tmp_path / "b.xlsx").text == "Share\n0.5\n"


def test_a_sheet_whose_part_is_named_in_other_letters_shows_its_values(tmp_path: Path) -> None:
    whole = excel(tmp_path / "a.xlsx", S=[["Day"], [dt.date(2024, 2, 29)]])
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as after:
        for name in before.namelist():
            after.writestr(name.replace("sheet1.xml", "Sheet1.xml"), before.read(name))
    assert read(tmp_path / "b.xlsx").text == "Day\n2024-02-29\n"


ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Prices"><table:table-row>
<table:table-cell office:value-type="string"><text:p>Fruit</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Price</text:p></table:table-cell>
</table:table-row><table:table-row>
<table:table-cell office:value-type="string"><text:p>Fig</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="2.5"><text:p>2,50 €</text:p></table:table-cell>
</table:table-row><table:table-row table:number-rows-repeated="2">
<table:table-cell office:value-type="string"><text:p>Tax</text:p></table:table-cell>
<table:table-cell office:value-type="percentage" office:value="0.1234"><text:p>12%</text:p></table:table-cell>
</table:table-row></table:table><table:table table:name="Other"><table:table-row>
<table:table-cell office:value-type="string"><text:p>Day</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2024-03-15"><text:p>15. März 24</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>""".replace(
    ">\n<", "><"
)


def test_an_open_document_spreadsheet_is_read_too(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    document = read(tmp_path / "a.ods")
    tax = "| Tax | 12% (12.34%) |\n"
    assert (
        document.pages[0].text == f"| Fruit | Price |\n| --- | --- |\n| Fig | 2,50 € |\n{2 * tax}"
    )
    assert document.pages[1].text == "| Day | 15. März 24 |\n"
    assert document.media_type.endswith("opendocument.spreadsheet")


def test_an_empty_workbook_has_no_text(tmp_path: Path) -> None:
    with pytest.raises(NoTextError, match=r"^a\.xlsx has no text"):
        read(excel(tmp_path / "a.xlsx", Empty=[]))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml"])
def test_a_broken_part_is_damaged(tmp_path: Path, part: str) -> None:
    path = excel(tmp_path / "a.xlsx", S=SALES)
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken <<" if name == part else old.read(name))
    with pytest.raises(DamagedFileError, match=r"^b\.xlsx is damaged: .*save it again"):
        read(tmp_path / "b.xlsx")


def rewritten(path: Path, part: str, old_text: bytes, new_text: bytes) -> Path:
    target = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                assert old_text in data
                data = data.replace(old_text, new_text)
            new.writestr(name, data)
    return target


def test_a_stray_cell_far_out_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = excel(tmp_path / "a.xlsx", S=[["a", "b"], [1, 2]])
    far = rewritten(path, "xl/worksheets/sheet1.xml", b'r="B2"', b'r="XFD1048576"')
    with ReaderPool(CONFIG) as pool:
        error = pool.submit(far).exception()
    assert isinstance(error, LimitError), error


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE a [<!ENTITY b "ha">' + b"".join(
        b'<!ENTITY %c "%s">' % (99 + n, b"&%c;" % (98 + n) * 10) for n in range(9)
    )
    path = excel(tmp_path / "a.xlsx", S=[["x"], ["y"]])
    sheet = "xl/worksheets/sheet1.xml"
    path = rewritten(path, sheet, b"<worksheet", laughs + b"]><worksheet")
    path = rewritten(path.rename(tmp_path / "c.xlsx"), sheet, b"</sheetData>", b"&k;</sheetData>")
    began = time.perf_counter()
    with ReaderPool(IngestConfig(timeout_seconds=20, memory_megabytes=600)) as pool:
        future = pool.submit(path)
        text = "" if future.exception() else future.result().text
    assert "ha" not in text
    assert time.perf_counter() - began < 15, "it ended by itself"


def test_a_bomb_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    path = excel(tmp_path / "a.xlsx", S=SALES)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", bytes(60_000_000))
    assert path.stat().st_size < 100_000
    with pytest.raises(LimitError, match=r"^a\.xlsx expands to .* times its size.*bomb"):
        read(path)


def test_an_encrypted_workbook_needs_its_password(tmp_path: Path) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    (tmp_path / "a.xlsx").write_bytes(ole)
    with pytest.raises(EncryptedFileError, match=r"^a\.xlsx needs a password"):
        read(tmp_path / "a.xlsx")


def test_a_web_page_or_text_under_the_name_of_a_workbook_is_read_as_what_it_is(
    tmp_path: Path,
) -> None:
    rows = "<tr><td>A</td><td>B</td></tr><tr><td>1</td><td>2</td></tr>"
    (tmp_path / "a.xls").write_text(f"<html><table>{rows}</table></html>")
    (tmp_path / "b.xls").write_text("A\tB\n1\t2\n")
    for name, kind in (("a.xls", "text/html"), ("b.xls", "text/tab-separated-values")):
        document = read(tmp_path / name)
        assert (document.text, document.media_type) == (
            "| A | B |\n| --- | --- |\n| 1 | 2 |\n",
            kind,
        )
        assert "whatever its name says" in document.warnings[0]
