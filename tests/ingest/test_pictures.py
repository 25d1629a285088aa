from __future__ import annotations

import io
import zipfile
from email.message import EmailMessage
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from ingest import discover, page_view, read_document
from ingest.pictures import frames
from quoth.config import IngestConfig
from quoth.datatypes import Coverage
from quoth.errors import DamagedFileError, LimitError, NoTextError
from tests.ingest.test_pdf_ocr import RAPIDOCR, coverage, picture

if TYPE_CHECKING:
    from pathlib import Path

OFF = IngestConfig(ocr="off")
SIDE = 1600


def saved(image: Image.Image, kind: str, **how: object) -> bytes:
    data = io.BytesIO()
    image.save(data, kind, **how)  # type: ignore[arg-type]
    return data.getvalue()


def strip(*lines: str) -> Image.Image:
    """Lines on a piece of paper: much less to look at than a page."""
    return picture(*lines).crop((0, 100, 1240, 400))


def first(data: bytes) -> Image.Image:
    return next(frames(data, "a.png", SIDE))[0]


@pytest.mark.usefixtures("rapidocr")
def test_a_tiff_is_a_document_with_a_page_for_each_of_its_pictures(tmp_path: Path) -> None:
    pages = [strip("The warranty lasts", "two years."), Image.new("RGB", (300, 300), "white")]
    pages.append(strip("Page three"))
    path = tmp_path / "scan.tif"
    path.write_bytes(saved(pages[0], "TIFF", save_all=True, append_images=pages[1:]))
    document = read_document(path, RAPIDOCR)
    assert document.media_type == "image/tiff"
    assert document.pages[0].text.split() == ["The", "warranty", "lasts", "two", "years."]
    assert "three" in document.pages[2].text
    assert coverage(document) == Coverage(3, ocr=(1, 3), empty=(2,))
    view = page_view(path, document.pages[2], RAPIDOCR)
    assert Image.open(io.BytesIO(view.png)).size == (1240, 300)
    assert (view.width, view.height) == pytest.approx((842, 842 * 300 / 1240))


@pytest.mark.usefixtures("rapidocr")
def test_pictures_in_mail_and_archives_are_read_and_decorations_cost_no_word(
    tmp_path: Path,
) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "The bill", "a@example.org"
    mail.set_content("See the bill.")
    bill = saved(strip("Total due 41 euros"), "PNG")
    mail.add_attachment(bill, maintype="image", subtype="png", filename="bill.png")
    logo = saved(Image.new("RGB", (200, 80), "red"), "PNG")
    mail.add_attachment(logo, maintype="image", subtype="png", filename="logo.png")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("post/a.eml", mail.as_bytes())
    (file,) = discover([archive], hidden=False).files
    document = read_document(file, RAPIDOCR)
    assert [page.label for page in document.pages] == ["", "bill.png"]
    assert "41 euros" in document.pages[1].text
    assert document.warnings == ("bill.png: its only page read by OCR",)


def test_a_picture_that_was_not_read_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(saved(picture("Words"), "JPEG"))
    with pytest.raises(NoTextError, match=r"^a\.jpg has no text: a picture, OCR is off"):
        read_document(path, OFF)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_a_picture_stands_upright_as_its_camera_says(kind: str) -> None:
    lying = Image.new("RGB", (400, 200), "white")
    lying.paste("black", (0, 0, 100, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # its top is at the right
    shown = first(saved(lying, kind, exif=exif))
    assert shown.size == (200, 400)
    assert shown.convert("L").getpixel((100, 20)) < 50  # type: ignore[operator]
    assert shown.convert("L").getpixel((100, 380)) > 200  # type: ignore[operator]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_every_kind_of_pixels_becomes_black_on_white(mode: str) -> None:
    gray = Image.linear_gradient("L").resize((300, 300)).point(lambda v: 255 if v > 128 else 0)
    image = gray.convert("I").point(lambda v: v * 257).convert(mode) if mode == "I;16" else (
        gray.convert(mode)
    )  # fmt: skip
    if mode in ("LA", "RGBA"):
        image.putalpha(gray.point(lambda v: 255 - v))  # what is white is transparent
    shown = first(saved(image, "TIFF" if mode in ("CMYK", "I;16", "F") else "PNG"))
    assert shown.mode == "RGB"
    assert max(shown.getpixel((150, 20))) < 30  # type: ignore[arg-type]
    assert min(shown.getpixel((150, 280))) > 220  # type: ignore[arg-type,type-var]


def test_large_pictures_are_made_small_and_bombs_refused(tmp_path: Path) -> None:
    assert max(first(saved(Image.new("L", (4000, 2000)), "PNG")).size) == SIDE
    assert max(first(saved(Image.new("L", (7000, 6000)), "JPEG")).size) == SIDE
    for size in ((7000, 6000), (18_000, 10_000)):
        bomb = tmp_path / "bomb.png"
        bomb.write_bytes(saved(Image.new("1", size), "PNG"))
        with pytest.raises(LimitError, match=r"^bomb\.png is a picture of more than 40 million"):
            read_document(bomb, RAPIDOCR)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_a_broken_picture_is_one_damaged_file(kind: str, tmp_path: Path) -> None:
    data = saved(picture("Words"), kind)
    path = tmp_path / "a.png"
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises((DamagedFileError, NoTextError), match=r"^a\.png "):
        read_document(path, OFF)
