from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from ingest.ocr_bands import BandedDetector
from ingest.ocr_spaces import with_spaces

if TYPE_CHECKING:
    from collections.abc import Sequence

FONT = ImageFont.load_default(size=34)


def line_of(words: str, *, ink: str = "black", ground: str = "white") -> tuple[Any, list[float]]:
    """A picture of one line, as RapidOCR cuts it out, and where its letters' middles are."""
    width = int(FONT.getlength(words)) + 12
    image = Image.new("RGB", (width, 48), ground)
    ImageDraw.Draw(image).text((6, 2), words, fill=ink, font=FONT)
    middles = [
        (6 + FONT.getlength(words[:at]) + FONT.getlength(letter) / 2) / width
        for at, letter in enumerate(words)
        if letter != " "
    ]
    return np.asarray(image), middles


@pytest.mark.parametrize("colours", [("black", "white"), ("white", "navy")])
@pytest.mark.parametrize(
    "words",
    [
        "JSON and Markdown in an easy, self contained file",
        "Net sales of 1,112 stores rose to $ 41,511 in 2021.",
        "Will it fill the hall until I call?",
        "word",
    ],
)
def test_spaces_that_were_left_out_are_put_where_words_end(
    words: str, colours: tuple[str, str]
) -> None:
    picture, places = line_of(words, ink=colours[0], ground=colours[1])
    assert with_spaces(words.replace(" ", ""), places, picture) == words
    assert with_spaces(words, places, picture) == words


def test_chinese_is_given_no_spaces_and_a_misfit_stays_as_it_is() -> None:
    picture, places = line_of("OO  OO  OO")
    assert with_spaces("重庆万州经济", places, picture) == "重庆万州经济"
    assert with_spaces("other text", places, picture) == "other text"


class Eyes:
    """Finds a line wherever rows of ink are, and notes how large the pictures were."""

    def __init__(self) -> None:
        self.areas: list[int] = []

    def __call__(self, picture: Any) -> tuple[Any, float]:
        self.areas.append(picture.shape[0] * picture.shape[1])
        rows = (picture < 128).any(axis=(1, 2))
        edges = np.flatnonzero(np.diff(np.r_[False, rows, False].astype(int))).reshape(-1, 2)
        boxes = [[(0, top), (9, top), (9, end), (0, end)] for top, end in edges]
        return np.array(boxes, dtype=np.float32), 0.0


def lines_found(size: tuple[int, int], tops: Sequence[int]) -> tuple[list[float], int]:
    """The tops of the lines that are found in a picture with lines 20 pixels high; the largest area."""
    picture = np.full((*size, 3), 255, dtype=np.uint8)
    for top in tops:
        picture[top : top + 20, ::2] = 0
    eyes = Eyes()
    boxes, _ = BandedDetector(eyes)(picture)
    assert boxes is not None
    return sorted(boxes[:, 0, 1].tolist()), max(eyes.areas)


@pytest.mark.parametrize("size", [(1600, 1200), (1131, 1600), (12_000, 740), (800, 800)])
def test_every_line_is_found_once_in_pictures_of_bounded_area(size: tuple[int, int]) -> None:
    tops = list(range(15, size[0] - 20, 31))
    found, area = lines_found(size, tops)
    assert found == tops
    assert area < 600_000


def test_a_small_picture_is_enlarged_and_its_lines_are_where_they_were() -> None:
    found, _ = lines_found((200, 300), [20, 90, 150])
    assert found == pytest.approx([20, 90, 150], abs=1)


def test_a_picture_without_lines_gives_none() -> None:
    boxes, _ = BandedDetector(Eyes())(np.full((900, 900, 3), 255, dtype=np.uint8))
    assert boxes is None or not len(boxes)
