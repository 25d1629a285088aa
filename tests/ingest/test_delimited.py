from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.readers.delimited import read
from quoth.config import IngestConfig
from quoth.errors import NoTextError
from tests.ingest.reading_files import read_file

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = IngestConfig()
TABLE = "| Name | Note |\n| --- | --- |\n| Ada | 1,5 |\n| Bob | x |\n"


def text_of(data: str | bytes, name: str = "a.csv") -> str:
    return read(data if isinstance(data, bytes) else data.encode(), name, CONFIG).text


@pytest.mark.parametrize(
    "data",
    [
        'Name,Note\nAda,"1,5"\nBob,x\n',
        "Name;Note\nAda;1,5\nBob;x\n",
        "Name\tNote\r\nAda\t1,5\r\nBob\tx\r\n",
        "Name|Note\nAda|1,5\nBob|x",
        "sep=;\nName;Note\nAda;1,5\nBob;x\n",
        "\ufeffName;Note\n\nAda;1,5\nBob;x\n".encode("utf-16-le"),
    ],
)
def test_the_delimiter_is_found(data: str | bytes) -> None:
    assert text_of(data) == TABLE


def test_a_quoted_cell_may_hold_lines_and_bars() -> None:
    assert text_of('a,b\n"one\ntwo","x|y"\n') == "| a | b |\n| --- | --- |\n| one two | x\\|y |\n"


def test_a_quote_that_is_never_closed_swallows_nothing() -> None:
    text = text_of('a,b\n1,"half\n' + "2,row\n" * 50)
    assert text.count("| 2 | row |") == 50
    assert '| 1 | "half |' in text


def test_rows_without_names_make_no_header() -> None:
    assert text_of("1,Ada\n2,Bob\n") == "| 1 | Ada |\n| 2 | Bob |\n"


def test_a_long_table_has_pages_of_rows_and_one_header() -> None:
    data = "name,number\n" + "".join(f"n,{number}\n" for number in range(2, 1002))
    document = read(data.encode(), "a.csv", CONFIG)
    assert [page.label for page in document.pages] == [
        "rows 1–500",
        "rows 501–1000",
        "rows 1001–1001",
    ]
    assert document.text.count("---") == 2


def test_each_row_of_a_very_wide_table_repeats_the_names_of_its_columns() -> None:
    names = [f"measured quantity {n}" for n in range(30)]
    rows = [[str(n * m) if m != 3 else "" for m in range(30)] for n in (7, 8)]
    lines = text_of("\n".join(",".join(row) for row in [names, *rows])).split("\n")
    assert lines[0].startswith("Columns: measured quantity 0; measured quantity 1; ")
    assert lines[2].startswith("- measured quantity 0: 0; measured quantity 1: 7; ")
    assert "measured quantity 3:" not in lines[3]
    assert "measured quantity 29: 232" in lines[3]


def test_a_very_large_cell_is_read() -> None:
    assert len(text_of("a,b\n1," + "word " * 100_000)) > 400_000


def test_commas_without_text_are_no_text() -> None:
    with pytest.raises(NoTextError):
        text_of(",,,\n,,,\n")


def test_a_list_of_words_is_no_table(tmp_path: Path) -> None:
    assert read_file(tmp_path / "a.csv", "name\nAda\nBob\n").text == "name\nAda\nBob\n"


cells = st.text(st.characters(codec="utf-8", categories=["L", "N"]), min_size=1, max_size=8)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=50)
@given(st.lists(st.tuples(cells, cells, cells), min_size=2, max_size=8))
def test_every_cell_comes_back_in_its_row(rows: list[tuple[str, str, str]]) -> None:
    text = text_of("".join(f"{','.join(row)}\n" for row in rows))
    for row in rows:
        assert f"| {' | '.join(row)} |" in text
