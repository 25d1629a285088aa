"""Decodes pictures within limits: upright, on white, small enough to be looked at; knows no text."""

from __future__ import annotations

import io
import struct
import warnings
from contextlib import contextmanager
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING

from quoth.datatypes import PageView
from quoth.errors import DamagedFileError, LimitError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
# A page at 600 dpi has 35 million; a JPEG may have four times as many, which need not be decoded.
_MOST_PIXELS = 40_000_000
_PAGE_LENGTH, _LONGEST_SIDE = 842, 4000
_BROKEN = (
    SyntaxError, OSError, ValueError, TypeError, LookupError, EOFError, ArithmeticError,
    AttributeError, RuntimeError, struct.error,
)  # fmt: skip


def frames(data: bytes, source: str, longest: int) -> Iterator[tuple[Image, str]]:
    """The picture, of a TIFF each of its pages, at most `longest` pixels long, and its media type.

    Of what moves it is the first frame. Raises DamagedFileError and LimitError.
    """
    import PIL.Image

    with _mended(source), PIL.Image.open(io.BytesIO(data), formats=FORMATS) as file:
        media_type = PIL.Image.MIME[file.format or ""]
        yield _shown(file, source, longest), media_type
        index = 1
        while file.format == "TIFF" and _seek(file, index):
            yield _shown(file, source, longest), media_type
            index += 1


def picture_view(data: bytes, source: str, number: int, scale: float) -> PageView:
    """Page `number` as PNG, taken to be as long as an A4 page. Raises as `frames` does.

    A picture that has fewer pixels than `scale` asks for is not enlarged.
    """
    longest = min(_LONGEST_SIDE, round(_PAGE_LENGTH * scale))
    shown = next(islice(frames(data, source, longest), number - 1, None), None)
    if shown is None:
        raise DamagedFileError(
            f"{PurePath(source).name} has no page {number} any more; ingest it again"
        )
    picture, _ = shown
    png = io.BytesIO()
    picture.save(png, "PNG")
    across = pixels_a_point(picture)
    return PageView(png.getvalue(), picture.width / across, picture.height / across)


def pixels_a_point(picture: Image) -> float:
    """Of a picture that is as long as an A4 page."""
    return max(picture.size) / _PAGE_LENGTH


@contextmanager
def _mended(source: str) -> Iterator[None]:
    import PIL.Image

    name = PurePath(source).name
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except PIL.Image.DecompressionBombError as error:
        raise _too_large(name) from error
    except _BROKEN as error:
        raise DamagedFileError(
            f"{name} is damaged: its picture can't be decoded; get it again from where it came"
        ) from error


def _too_large(name: str) -> LimitError:
    return LimitError(
        f"{name} is a picture of more than {_MOST_PIXELS // 1_000_000} million pixels; "
        "make it smaller"
    )


def _seek(file: ImageFile, index: int) -> bool:
    try:
        file.seek(index)
    except EOFError:
        return False
    return True


def _shown(file: ImageFile, source: str, longest: int) -> Image:
    """The frame as a viewer shows it, in RGB."""
    import PIL.Image
    import PIL.ImageOps

    file.draft("RGB", (longest, longest))
    if file.width * file.height > _MOST_PIXELS:
        raise _too_large(PurePath(source).name)
    picture: Image = _plain(file)
    factor = max(picture.size) // longest
    if factor > 1:
        picture = picture.reduce(factor)
    picture.thumbnail((longest, longest))
    picture = PIL.ImageOps.exif_transpose(picture)
    if picture.mode in ("RGBA", "LA"):
        over = picture.convert("RGBA")
        picture = PIL.Image.new("RGB", picture.size, "white")
        picture.paste(over, mask=over)
    return picture.convert("RGB")


def _plain(file: ImageFile) -> Image:
    """A copy in a mode that can be made smaller without loss."""
    import PIL.Image

    if file.mode in ("P", "PA") or "transparency" in file.info:
        return file.convert("RGBA")
    if file.mode == "1":
        return file.convert("L")
    if file.mode.startswith(("I", "F")):
        import numpy as np

        values = np.asarray(file, dtype=np.float32)
        low, high = float(values.min()), float(values.max())
        return PIL.Image.fromarray(((values - low) * (255 / max(high - low, 1))).astype(np.uint8))
    return file.copy()
