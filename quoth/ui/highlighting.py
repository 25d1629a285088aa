"""Lays a highlighter's stroke over boxes of a page's picture; knows no document and no Streamlit."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PIL.Image import Image

    from quoth.datatypes import Box, PageView

YELLOW = (255, 214, 0)
OPACITY = 0.34
"""Of the yellow. Black on white keeps a contrast of 15 : 1 under it, white on black of 7 : 1."""
EDGE = (138, 97, 0)
"""The stroke's outline: more than 3 : 1 against white and against black paper."""
_AROUND = 1.5  # points of room around the words


def highlighted(view: PageView, boxes: Iterable[Box]) -> bytes:
    """The picture, as PNG, with the boxes (in points of the page) highlighted; their size is kept.

    Without boxes it is `view.png` itself.
    """
    from PIL import Image

    boxes = tuple(boxes)
    if not boxes:
        return view.png
    with Image.open(io.BytesIO(view.png)) as opened:
        picture = opened.convert("RGB")
    stroke = _stroke(picture.size, view, boxes)
    drawn = Image.composite(_tinted(picture, stroke), picture, stroke)
    drawn.paste(EDGE, mask=_outline(stroke))
    png = io.BytesIO()
    drawn.save(png, "PNG")
    return png.getvalue()


def _tinted(picture: Image, stroke: Image) -> Image:
    """The picture under yellow: as ink on light paper, so that letters stay black; else as light."""
    from PIL import Image, ImageChops, ImageStat

    yellow = Image.new("RGB", picture.size, YELLOW)
    (light,) = ImageStat.Stat(picture.convert("L"), stroke).mean
    if light < 128:
        return Image.blend(picture, yellow, OPACITY)
    white = Image.new("RGB", picture.size, "white")
    return ImageChops.multiply(picture, Image.blend(white, yellow, OPACITY))


def _stroke(size: tuple[int, int], view: PageView, boxes: tuple[Box, ...]) -> Image:
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
