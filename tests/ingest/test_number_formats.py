from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.number_formats import shown

DAY = dt.date(2024, 3, 15)
MOMENT = dt.datetime(2024, 3, 15, 13, 5, 9, 250_000)  # noqa: DTZ001 (a cell has no time zone)


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        (0.12, "0%", "12%"),
        (0.1234, "0%", "12% (12.34%)"),
        (-0.5, "0.0%", "-50.0%"),
        (1234567, "#,##0", "1,234,567"),
        (1234567.891, "#,##0", "1,234,568 (1234567.891)"),
        (1 / 3, "0.00", "0.33"),  # computed: nobody looks for its digits
        (2.675, "0.00", "2.68 (2.675)"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        (-7, "[Black]0;[Red]-0", "-7"),
        (1234.5, '"$"#,##0.00', "$1,234.50"),
        (1234.5, "[$€-407] #,##0.00", "€ 1,234.50"),
        (1234.5, '#,##0.00\\ "EUR"', "1,234.50 EUR"),
        (0, '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "-"),
        (1234567, '0.0,,"M"', "1.2M (1234567)"),
        (5, "000", "005"),
        (0.5, "#.##", "0.5"),
        (DAY, "d mmm yyyy", "15 Mar 2024"),
        (DAY, "[$-409]mmmm d, yyyy", "March 15, 2024"),
        (DAY, "dd.mm.yyyy", "15.03.2024"),
        (DAY, "mmm-yy", "Mar-24 (2024-03-15)"),
        (dt.date(2024, 3, 1), "mmm-yy", "Mar-24"),
        (dt.date(2024, 1, 1), "yyyy", "2024"),
        (DAY, "dddd", "Friday (2024-03-15)"),
        (MOMENT, "m/d/yyyy h:mm AM/PM", "3/15/2024 1:05 PM"),
        (MOMENT.time(), "hh:mm:ss.00", "13:05:09.25"),
        (MOMENT, "h:mm", "13:05 (2024-03-15)"),
        (dt.timedelta(hours=27, minutes=3), "[h]:mm:ss", "27:03:00"),
    ],
)
def test_a_cell_is_written_as_it_is_shown(
    value: float | dt.date | dt.time | dt.timedelta, code: str, expected: str
) -> None:
    assert shown(value, code) == expected


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (2.25, "# ?/?"),
        (12345, "0.00E+00"),
        (5551234, "000-0000"),
        (3, ";;;"),
        (3, "General"),
        (3, "@"),
        (3, ""),
        (7, "[>5]0;0"),
        (1e20, "#,##0"),
        (float("nan"), "0.00"),
        (DAY, "General"),
        (DAY, "[$-407]d. mmmm yyyy"),
    ],
)
def test_what_is_not_known_is_left_as_it_is(value: float | dt.date, code: str) -> None:
    assert shown(value, code) is None


@given(
    st.floats() | st.datetimes() | st.times() | st.timedeltas() | st.dates(),
    st.text('0#?,.%;"[]$-_*\\eE+/@hmsydAMPGenral 1€', max_size=24),
)
def test_no_format_is_an_error(
    value: float | dt.datetime | dt.time | dt.timedelta | dt.date, code: str
) -> None:
    text = shown(value, code)
    assert text is None or "\n" not in text


@given(st.integers(-(10**9), 10**9), st.integers(0, 4))
def test_a_number_that_was_typed_can_be_read_from_its_cell(cents: int, decimals: int) -> None:
    value = cents / 100
    text = shown(value, "#,##0" + "." * (decimals > 0) + "0" * decimals)
    assert text is not None
    first, _, exact = text.partition(" (")
    read = float((exact.rstrip(")") or first).replace(",", ""))
    assert read == pytest.approx(value, abs=1e-9)
