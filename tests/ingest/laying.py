"""Makes PDFs whose words stand at given places, for the tests of layout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fpdf import FPDF

from ingest.readers.pdf_segments import Segment, Word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Placed = tuple[float, float, str]
LINE = 12.0


def placed_pdf(path: Path, pages: Iterable[Sequence[Placed]], *, size: float = 10) -> Path:
    """A PDF in points, A4; each text stands with its left edge and baseline at (x, y)."""
    pdf = FPDF(unit="pt", format="A4")
    pdf.set_auto_page_break(auto=False)
    for texts in pages:
        pdf.add_page()
        pdf.set_font("Helvetica", size=size)
        for x, y, text in texts:
            pdf.text(x, y, text)
    pdf.output(str(path))
    return path


def column(x: float, top: float, lines: Sequence[str]) -> list[Placed]:
    """Lines below each other."""
    return [(x, top + LINE * at, line) for at, line in enumerate(lines)]


def prose(name: str, n: int) -> list[str]:
    """So many lines of about the same length, each with its own words."""
    return [f"{name}{at} says that words fill this line well" for at in range(n)]


def segment(
    text: str, x: float, y: float, *, stream: int = 0, size: float = 10, bold: bool = False
) -> Segment:
    """A segment whose letters are all half as wide as high."""
    words = []
    at = x
    for word in text.split():
        words.append(Word(word, at, at + len(word) * size / 2))
        at += (len(word) + 1) * size / 2
    return Segment(tuple(words), x, y, words[-1].x1, y + size, size, bold, stream, ())
