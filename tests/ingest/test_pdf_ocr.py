from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from fpdf import FPDF
from PIL import Image, ImageDraw, ImageFont

from ingest import read_document
from ingest.ocr import recogniser
from ingest.readers.pdf_pages import is_garbage
from quoth.config import IngestConfig
from quoth.datatypes import Coverage
from quoth.errors import MissingDependencyError, NoTextError, ReadError

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.datatypes import Document

RAPIDOCR = IngestConfig(ocr="rapidocr")


def picture(*lines: str) -> Image.Image:
    """A white page of 150 dpi with black lines."""
    image = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(image)
    for at, line in enumerate(lines):
        draw.text((120, 150 + 90 * at), line, fill="black", font=ImageFont.load_default(size=48))
    return image


def scan(path: Path, *pages: str | Image.Image) -> Path:
    """A PDF with a page for each: a picture, or text in a text layer."""
    pdf = FPDF(unit="pt", format=(595, 842))
    pdf.set_font("Helvetica", size=11)
    for page in pages:
        pdf.add_page()
        if isinstance(page, str):
            pdf.multi_cell(0, 14, page)
        else:
            pdf.image(page, 0, 0, 595, 842)
    pdf.output(str(path))
    return path


def coverage(document: Document) -> Coverage:
    found = Coverage.from_metadata(document.metadata)
    assert found is not None
    return found


@pytest.mark.usefixtures("rapidocr")
def test_scanned_pages_and_only_those_are_read_by_ocr(tmp_path: Path) -> None:
    words = "This page has a text layer, which is read as it is and not recognised again."
    path = scan(tmp_path / "a.pdf", words, picture("The warranty lasts", "two years."), "")
    document = read_document(path, RAPIDOCR)
    assert document.pages[0].text == words + "\n"
    assert "warranty" in document.pages[1].text
    assert document.pages[1].text.index("warranty") < document.pages[1].text.index("years")
    assert coverage(document) == Coverage(3, ocr=(2,), empty=(3,))
    assert document.warnings == ("1 of 3 pages (2) read by OCR", "1 of 3 pages (3) have no text")


@pytest.mark.usefixtures("rapidocr")
def test_a_scan_in_which_ocr_finds_nothing_is_no_document(tmp_path: Path) -> None:
    path = scan(tmp_path / "a.pdf", Image.new("RGB", (600, 800), "gray"))
    with pytest.raises(NoTextError, match=r"^a\.pdf has no text: scanned, OCR found nothing; "):
        read_document(path, RAPIDOCR)


def test_without_ocr_a_scan_says_why_it_was_not_read(tmp_path: Path) -> None:
    off = IngestConfig(ocr="off")
    with pytest.raises(NoTextError, match=r"has no text: scanned, OCR is off \(ingest\.ocr\)"):
        read_document(scan(tmp_path / "a.pdf", picture("Words")), off)
    path = scan(
        tmp_path / "b.pdf", "Words enough to be a page of their own, so it counts.", picture()
    )
    document = read_document(path, off)
    assert coverage(document).failed == {2: "scanned, OCR is off (ingest.ocr)"}
    assert document.warnings == ("1 of 2 pages (2) not read: scanned, OCR is off (ingest.ocr)",)


def test_pages_that_time_does_not_suffice_for_are_said(tmp_path: Path) -> None:
    path = scan(
        tmp_path / "b.pdf", "Words enough to be a page of their own, so it counts.", picture()
    )
    document = read_document(path, IngestConfig(ocr="rapidocr", ocr_seconds=-1))
    ((page, why),) = coverage(document).failed.items()
    assert page == 2
    assert "ingest.ocr_seconds" in why or "not installed" in why


def test_a_broken_text_layer_counts_as_none() -> None:
    assert is_garbage("\ufffd\ufffd\ufffd\ufffd a")
    assert is_garbage("\ue001\ue002\ue003 \ue004")
    assert not is_garbage("Plain words, 12 %, naïve, 日本語, שלום.")
    assert not is_garbage("")


def fake_tesseract(folder: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program of that name, first on the path."""
    program = folder / "tesseract"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def test_an_installed_tesseract_is_asked_for_the_languages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = r"left\ttop\twidth\theight\tconf\ttext\n10\t20\t80\t30\t96\t$4\n0\t0\t9\t9\t-1\t\n"
    fake_tesseract(tmp_path, f'printf "{table}"', monkeypatch)
    read = recogniser(IngestConfig(ocr_languages=("deu", "fra")))
    assert read(picture()) == [("deu+fra", 10.0, 20.0, 90.0, 50.0)]


def test_what_tesseract_complains_of_is_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_tesseract(tmp_path, 'echo "no such language: xyz" >&2; exit 1', monkeypatch)
    read = recogniser(IngestConfig(ocr="tesseract", ocr_languages=("xyz",)))
    with pytest.raises(ReadError, match=r"no such language: xyz; check ingest\.ocr_languages"):
        read(picture())


def test_a_missing_tesseract_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(MissingDependencyError, match="apt install tesseract-ocr"):
        recogniser(IngestConfig(ocr="tesseract"))
