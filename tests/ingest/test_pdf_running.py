from __future__ import annotations

from typing import TYPE_CHECKING

from ingest import read_document
from quoth.config import IngestConfig
from tests.ingest.laying import column, placed_pdf, prose

if TYPE_CHECKING:
    from pathlib import Path

    from tests.ingest.laying import Placed

CONFIG = IngestConfig()


def book(n_pages: int) -> list[list[Placed]]:
    """Pages with a head, a page number, and a line that is in the middle of each."""
    return [
        [
            (50.0, 40.0, "Annual report 2024"),
            (480.0, 40.0, f"Chapter {1 + at // 3}"),
            *column(50, 100, prose(f"p{at}x", 8)),
            (50.0, 400.0, "The same words on every page."),
            (290.0, 810.0, f"- {at + 1} -"),
        ]
        for at in range(n_pages)
    ]


def test_heads_and_page_numbers_are_dropped_and_the_text_stays(tmp_path: Path) -> None:
    document = read_document(placed_pdf(tmp_path / "a.pdf", book(8)), CONFIG)
    assert "Annual report" not in document.text
    assert "Chapter" not in document.text
    assert "- 3 -" not in document.text
    assert document.text.count("The same words on every page.") == 8
    assert all(f"p{at}x7 says" in document.pages[at].text for at in range(8))


def test_two_pages_are_too_few_to_tell(tmp_path: Path) -> None:
    text = read_document(placed_pdf(tmp_path / "a.pdf", book(2)), CONFIG).text
    assert text.count("Annual report 2024") == 2
    assert "- 2 -" in text


def test_what_differs_or_stands_elsewhere_stays(tmp_path: Path) -> None:
    names = ("Assets", "Liabilities", "Equity", "Income", "Cash flow")
    pages = [
        [(50.0, 40.0, name), *column(50, 100 + 20 * at, [f"Opening words {at}", *prose("a", 5)])]
        for at, name in enumerate(names)
    ]
    text = read_document(placed_pdf(tmp_path / "a.pdf", pages), CONFIG).text
    assert all(name in text for name in names)
    assert text.count("Opening words") == 5


def test_a_title_in_large_letters_stays(tmp_path: Path) -> None:
    from fpdf import FPDF

    pdf = FPDF(unit="pt")
    for at in range(4):
        pdf.add_page()
        pdf.set_font("Helvetica", size=24)
        pdf.text(50, 60, "Our plan")
        pdf.set_font("Helvetica", size=10)
        for x, y, line in column(50, 200, prose(f"p{at}x", 5)):
            pdf.text(x, y, line)
    pdf.output(str(tmp_path / "a.pdf"))
    assert read_document(tmp_path / "a.pdf", CONFIG).text.count("Our plan") == 4


def test_heads_that_change_with_the_chapter_are_dropped_in_each(tmp_path: Path) -> None:
    pages = [
        [
            (50.0, 40.0, f"{'Aims' if at < 6 else 'Methods'} and more"),
            *column(50, 100, prose("a", 5)),
        ]
        for at in range(12)
    ]
    text = read_document(placed_pdf(tmp_path / "a.pdf", pages), CONFIG).text
    assert "and more" not in text
