from __future__ import annotations

from typing import TYPE_CHECKING

from fpdf import FPDF

from ingest import chunk_document, read_document
from quoth.config import IngestConfig
from tests.ingest.laying import prose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from quoth.datatypes import Document

CONFIG = IngestConfig()


def report(path: Path) -> Document:
    """Two chapters in large letters, each with two sections in bold, and no outline."""
    pdf = FPDF(unit="pt")
    for chapter in ("Our aims", "Our means"):
        pdf.add_page()
        pdf.set_font("Helvetica", size=18)
        pdf.multi_cell(0, 30, chapter, new_x="LMARGIN", new_y="NEXT")
        for section in ("First part", "Second part"):
            pdf.set_font("Helvetica", "B", size=10)
            pdf.multi_cell(0, 20, section, new_x="LMARGIN", new_y="NEXT")
            pdf.set_font("Helvetica", size=10)
            pdf.multi_cell(0, 12, ". ".join(prose("a", 9)) + ".", new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(path))
    return read_document(path, CONFIG)


def test_large_and_bold_lines_are_headings_by_size(tmp_path: Path) -> None:
    document = report(tmp_path / "a.pdf")
    assert [(one.level, one.text) for one in document.headings] == [
        (1, "Our aims"),
        (2, "First part"),
        (2, "Second part"),
        (1, "Our means"),
        (2, "First part"),
        (2, "Second part"),
    ]
    assert all(document.text[one.start :].startswith(one.text) for one in document.headings)


def test_chunks_carry_the_path_of_such_headings(
    tmp_path: Path, count_tokens: Callable[[Sequence[str]], list[int]]
) -> None:
    document = report(tmp_path / "a.pdf")
    chunks = chunk_document(document, count_tokens, 64)
    assert ("Our means", "Second part") in {chunk.headings for chunk in chunks}


def test_a_title_on_two_lines_is_one_heading_and_names_the_document(tmp_path: Path) -> None:
    pdf = FPDF(unit="pt")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", size=16)
    pdf.multi_cell(0, 17, "Consolidated statements\nof cash flows", new_x="LMARGIN", new_y="NEXT")
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, 12, "\n".join(prose("a", 9)), new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(tmp_path / "a.pdf"))
    document = read_document(tmp_path / "a.pdf", CONFIG)
    assert [one.text for one in document.headings] == ["Consolidated statements of cash flows"]
    assert document.title == "Consolidated statements of cash flows"


def test_a_paragraph_that_begins_in_bold_is_no_heading(tmp_path: Path) -> None:
    pdf = FPDF(unit="pt")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", size=10)
    pdf.multi_cell(
        0, 12, "Boats. Fourteen of them lay in the harbour that", new_x="LMARGIN", new_y="NEXT"
    )
    pdf.set_font("Helvetica", size=10)
    pdf.multi_cell(0, 12, "\n".join(prose("a", 9)), new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(tmp_path / "a.pdf"))
    assert read_document(tmp_path / "a.pdf", CONFIG).headings == ()


def test_bold_text_throughout_makes_no_headings(tmp_path: Path) -> None:
    pdf = FPDF(unit="pt")
    pdf.add_page()
    pdf.set_font("Helvetica", "B", size=10)
    for line in ("Short line", "Another one", *prose("a", 9)):
        pdf.multi_cell(0, 20, line, new_x="LMARGIN", new_y="NEXT")
    pdf.output(str(tmp_path / "a.pdf"))
    assert read_document(tmp_path / "a.pdf", CONFIG).headings == ()
