"""Makes real files, and documents, for the tests of `ingest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fpdf import FPDF

from quoth.datatypes import Document, Heading, Page

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def make_pdf(
    path: Path, pages: Sequence[str], *, outline: Sequence[str] = (), **facts: str
) -> Path:
    """A PDF with a page for each text. `outline[i]` is put above the text of page i."""
    pdf = FPDF()
    pdf.set_font("Helvetica", size=11)
    for name, value in facts.items():
        getattr(pdf, f"set_{name}")(value)
    for number, text in enumerate(pages):
        pdf.add_page()
        if number < len(outline):
            pdf.start_section(outline[number])
            pdf.multi_cell(0, 6, outline[number], new_x="LMARGIN", new_y="NEXT")
        if text:
            pdf.multi_cell(0, 6, text)
    pdf.output(str(path))
    return path


def encrypt(source: Path, target: Path, *, user: str, owner: str = "owner") -> Path:
    """A copy of a PDF, encrypted with AES-256."""
    import pypdf

    writer = pypdf.PdfWriter(clone_from=str(source))
    writer.encrypt(user_password=user, owner_password=owner, algorithm="AES-256")
    with target.open("wb") as file:
        writer.write(file)
    return target


def make_document(
    *pages: str, headings: Sequence[tuple[int, str]] = (), language: str = "en"
) -> Document:
    """A Document of these pages. Headings are (level, text), found in order in the text."""
    made = []
    start = 0
    for number, text in enumerate(pages, 1):
        made.append(Page(number, text, start))
        start += len(text)
    whole = "".join(pages)
    found: list[Heading] = []
    at = 0
    for level, title in headings:
        at = whole.index(title, at)
        found.append(Heading(at, level, title))
        at += len(title)
    return Document("0" * 16, "made.txt", "made", "text/plain", tuple(made), tuple(found), language)


def word_file(path: Path, build: Any) -> Path:
    """A .docx; `build` is called with the empty python-docx document."""
    import docx

    word = docx.Document()
    build(word)
    word.save(str(path))
    return path
