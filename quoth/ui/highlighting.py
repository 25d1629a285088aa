"""Lays colours over boxes of a page's picture; knows no document and no Streamlit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PIL.Image import Image

    from quoth.datatypes import Box, PageView

Colour = tuple[int, int, int]

YELLOW = (255, 214, 0)
OPACITY = 0.34
"""Of the yellow. Black on white keeps a contrast of 15 : 1 under it, white on black of 7 : 1."""
EDGE = (138, 97, 0)
"""The stroke's outline: more than 3 : 1 against white and against black paper."""
TINTS = ((47, 111, 176), (186, 88, 41))
"""Of neighbouring chunks, in turn: blue and red-brown, which no usual colour blindness confuses."""
TINT_OPACITY = 0.16
_AROUND = 1.5  # points of room around the words


def highlighted(view: PageView, boxes: Iterable[Box]) -> bytes:
    """The picture, as PNG, with the boxes (in points of the page) highlighted; their size is kept.

    Without boxes it is `view.png` itself.
    """
    boxes = tuple(boxes)
    return _png(_laid_over(_opened(view), view, boxes, YELLOW, EDGE)) if boxes else view.png


def tinted(view: PageView, groups: Iterable[Sequence[Box]]) -> bytes:
    """The picture, as PNG, with each group of boxes in one of two tints in turn."""
    drawn = _opened(view)
    for number, boxes in enumerate(groups):
        if boxes:
            tint = TINTS[number % 2]
            drawn = _laid_over(drawn, view, boxes, tint, tint, TINT_OPACITY)
    return _png(drawn)


def _opened(view: PageView) -> Image:
    from PIL import Image

    with Image.open(io.BytesIO(view.png)) as opened:
        return opened.convert("RGB")


def _png(picture: Image) -> bytes:
    png = io.BytesIO()
    picture.save(png, "PNG")
    return png.getvalue()


def _laid_over(
    picture: Image,
    view: PageView,
    boxes: Sequence[Box],
    colour: Colour,
    edge: Colour,
    opacity: float = OPACITY,
) -> Image:
    from PIL import Image

    stroke = _stroke(picture.size, view, boxes)
    drawn = Image.composite(_coloured(picture, stroke, colour, opacity), picture, stroke)
    drawn.paste(edge, mask=_outline(stroke))
    return drawn


def _coloured(picture: Image, stroke: Image, colour: Colour, opacity: float) -> Image:
    """The picture under a colour: as ink on light paper, so that letters stay black; else as light."""
    from PIL import Image, ImageChops, ImageStat

    laid = Image.new("RGB", picture.size, colour)
    (light,) = ImageStat.Stat(picture.convert("L"), stroke).mean
    if light < 128:
        return Image.blend(picture, laid, opacity)
    white = Image.new("RGB", picture.size, "white")
    return ImageChops.multiply(picture, Image.blend(white, laid, opacity))


def _stroke(size: tuple[int, int], view: PageView, boxes: Sequence[Box]) -> Image:
    """White where the boxes are; drawn together, so that none darkens where two overlap."""
    from PIL import Image, ImageDraw

    across, down = size[0] / view.width, size[1] / view.height
    stroke = Image.new("L", size)
    pen = ImageDraw.Draw(stroke)
    for box in boxes:
        left, top = (box.left - _AROUND) * across, (box.top - _AROUND) * down
        right, bottom = (box.right + _AROUND) * across, (box.bottom + _AROUND) * down
        pen.rectangle((left, top, max(left, right), max(top, bottom)), fill=255)
    return stroke


def _outline(stroke: Image) -> Image:
    """A line of one pixel around the stroke, outside it: it crosses no letter."""
    from PIL import ImageChops, ImageFilter

    return ImageChops.subtract(stroke.filter(ImageFilter.MaxFilter(3)), stroke)
