from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pypdf
import pytest
from PIL import Image, ImageChops, ImageFont

from ingest import page_view, read_document, with_passwords
from quoth.config import IngestConfig
from quoth.errors import DamagedFileError, EncryptedFileError
from tests.ingest.laying import LINE, column, placed_pdf, prose
from tests.ingest.making import encrypt, make_pdf
from tests.ingest.test_pdf_ocr import RAPIDOCR, picture

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quoth.datatypes import Box, PageView

CONFIG = IngestConfig()
LEFT, RIGHT = 50.0, 310.0


def two_columns(path: Path) -> Path:
    page = column(LEFT, 100, prose("a", 9)) + column(RIGHT, 100, prose("b", 9))
    return placed_pdf(path, [[(LEFT, 60.0, "Opening.")], page])


def view_of(path: Path, quote: str) -> PageView:
    """The second page with boxes around the quote."""
    document = read_document(path, CONFIG)
    start = document.text.index(quote)
    return page_view(path, document.pages[1], CONFIG, spans=[(start, start + len(quote))])


def covers(box: Box, x: float, y: float) -> bool:
    return box.left <= x <= box.right and box.top <= y <= box.bottom


def test_a_quote_over_the_end_of_a_column_has_a_box_for_each_line(tmp_path: Path) -> None:
    path = two_columns(tmp_path / "a.pdf")
    lines = read_document(path, CONFIG).pages[1].text
    quote = lines[lines.index("a7 says") : lines.index(" fill this line well", lines.index("b0"))]
    view = view_of(path, quote)
    assert [(round(box.left), round(box.bottom - box.top) < 2 * LINE) for box in view.boxes[0]] == [
        (50, True),
        (50, True),
        (310, True),
    ]
    for box, (x, y, _) in zip(
        view.boxes[0], [(LEFT, 100 + 7 * LINE, ""), (LEFT, 100 + 8 * LINE, ""), (RIGHT, 100, "")],
        strict=True,
    ):  # fmt: skip
        assert covers(box, x + 2, y - 2)


def test_the_picture_has_the_size_of_the_page(tmp_path: Path) -> None:
    view = view_of(two_columns(tmp_path / "a.pdf"), "a7 says")
    picture = Image.open(io.BytesIO(view.png))
    assert picture.format == "PNG"
    assert picture.width == pytest.approx(2 * view.width, abs=2)
    assert picture.height == pytest.approx(2 * view.height, abs=2)


@pytest.mark.parametrize("turned_text", [False, True])
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_boxes_lie_on_black_letters_however_the_page_is_turned(
    tmp_path: Path, degrees: int, turned_text: bool
) -> None:
    writer = pypdf.PdfWriter(clone_from=str(two_columns(tmp_path / "a.pdf")))
    for page in writer.pages:
        page.rotate(degrees)
        if turned_text:
            page.transfer_rotation_to_content()
    writer.write(str(tmp_path / "b.pdf"))
    view = view_of(tmp_path / "b.pdf", "b4 says that words")
    ((box,),) = view.boxes
    picture = Image.open(io.BytesIO(view.png)).convert("L")
    edges = tuple(round(2 * edge) for edge in (box.left, box.top, box.right, box.bottom))
    inside = picture.crop(edges)
    dark = sum(inside.histogram()[:128]) / (inside.width * inside.height)
    assert dark > 0.05
    assert {inside.width > inside.height} == {degrees % 180 == 0}


LINES = ("The warranty lasts", "for two years and", "a day after delivery.")


def paper() -> Image.Image:
    """Three lines on a strip of paper, 8.27 inches wide at 150 dpi."""
    return picture(*LINES).crop((0, 100, 1240, 420))


def pdf_of(image: Image.Image, path: Path) -> Path:
    image.save(path, "PDF", resolution=150)
    return path


def photograph_of(image: Image.Image, path: Path) -> Path:
    """A JPEG that lies on its side, and says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image.transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", exif=exif)
    return path


@pytest.mark.usefixtures("rapidocr")
@pytest.mark.parametrize(("make", "name"), [(pdf_of, "a.pdf"), (photograph_of, "a.jpg")])
def test_a_quote_on_a_scan_is_found_on_the_letters_that_were_recognised(
    tmp_path: Path, make: Callable[[Image.Image, Path], Path], name: str
) -> None:
    path = make(paper(), tmp_path / name)
    document = read_document(path, RAPIDOCR)
    (page,) = document.pages
    start, end = page.text.index("two years"), page.text.index("day") + 3
    view = page_view(path, page, CONFIG, spans=[(start, end)])
    # Black where the words are: "two years and" on the second line, "a day" on the third.
    shown = Image.open(io.BytesIO(view.png)).convert("L").resize(paper().size)
    across = paper().width / view.width
    ink = ImageChops.invert(shown.point(lambda value: 255 if value > 128 else 0))
    marked = Image.new("L", ink.size)
    for box in view.boxes[0]:
        sides = (box.left, box.top, box.right, box.bottom)
        marked.paste(255, tuple(round(side * across) for side in sides))
    quoted = Image.new("L", ink.size)
    for at, before, words in ((1, "for ", "two years and"), (2, "", "a day")):
        font = ImageFont.load_default(size=48)
        left = 120 + font.getlength(before)
        quoted.paste(
            255, (round(left), 50 + 90 * at, round(left + font.getlength(words)), 115 + 90 * at)
        )
    inked, others = ImageChops.multiply(ink, quoted), ImageChops.subtract(ink, quoted)
    assert covered(inked, marked) > 0.9
    assert covered(others, marked) < 0.05


def covered(ink: Image.Image, marked: Image.Image) -> float:
    """The share of the ink that is marked."""
    both = ImageChops.multiply(ink, marked)
    return both.histogram()[255] / ink.histogram()[255]


def test_a_password_is_needed_to_look_too(tmp_path: Path) -> None:
    plain = make_pdf(tmp_path / "a.pdf", ["Secret."])
    locked = encrypt(plain, tmp_path / "b.pdf", user="x")
    page = read_document(plain, CONFIG).pages[0]
    with pytest.raises(EncryptedFileError, match="needs a password"):
        page_view(locked, page, CONFIG)
    assert page_view(locked, page, with_passwords(CONFIG, ["x"])).png


def test_what_is_no_pdf_any_more_is_damaged(tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "a.pdf", ["Words."])
    page = read_document(path, CONFIG).pages[0]
    path.write_bytes(b"%PDF-1.7 and nothing more")
    with pytest.raises(DamagedFileError):
        page_view(path, page, CONFIG)
