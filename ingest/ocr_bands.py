"""Finds the lines of text in a picture band by band, in bounded memory; knows RapidOCR's detector.

The detector's memory grows with its picture, to more than half a gigabyte for a page. A band has the
same area whatever the picture's; it is cut where a row of pixels is quiet, and each line is taken
from the band in which its middle is, seen with some of the bands beside it.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]
    Boxes = np.ndarray[Any, np.dtype[np.float32]]

_AREA = 350_000
# Pixels that a band sees beyond its ends: as much as most letters are high.
_MARGIN = 40
_LEAST_HEIGHT = 64
# What the shorter side is enlarged to, as RapidOCR does it, as long as the longer one stays below.
_SHORTER, _LONGER = 736, 1600


class BandedDetector:
    """Stands in for RapidOCR's `text_det`, which it asks about each band."""

    def __init__(self, detector: Any) -> None:
        """`detector` is RapidOCR's, with `limit_type` "max": it must not enlarge bands."""
        self._detect = detector

    def __call__(self, picture: Pixels) -> tuple[Boxes | None, float]:
        """The corners of each line as an array of shape (lines, 4, 2), in pixels; None for none.

        The second value, RapidOCR's seconds, is 0.
        """
        import cv2
        import numpy as np

        scale = _scale(picture)
        if scale > 1:
            picture = cv2.resize(picture, None, fx=scale, fy=scale).astype(np.uint8)
        found = [boxes for top, end in _bands(picture) for boxes in self._found(picture, top, end)]
        return (np.concatenate(found) / np.float32(scale) if found else None), 0.0

    def _found(self, picture: Pixels, top: int, end: int) -> Iterator[Boxes]:
        """The boxes whose middles are in the band."""
        first = max(0, top - _MARGIN)
        boxes, _ = self._detect(picture[first : end + _MARGIN])
        if boxes is None or not len(boxes):
            return
        boxes[:, :, 1] += first
        middles = boxes[:, :, 1].mean(axis=1)
        yield boxes[(middles >= top) & (middles < end)]


def _scale(picture: Pixels) -> float:
    shorter, longer = sorted(picture.shape[:2])
    return float(min(max(1.0, _SHORTER / shorter), max(1.0, _LONGER / longer)))


def _bands(picture: Pixels) -> Iterator[tuple[int, int]]:
    """The first row of each band and the one after its last."""
    import numpy as np

    height, width = picture.shape[:2]
    rows = max(_LEAST_HEIGHT, _AREA // width - 2 * _MARGIN)
    n_bands = -(-height // rows)
    if n_bands == 1:
        yield 0, height
        return
    # Letters change quickly from left to right.
    noise = np.abs(np.diff(picture[:, :, 1].astype(np.int16), axis=1)).sum(axis=1)
    slack = rows // 4
    cuts = [height * n // n_bands for n in range(1, n_bands)]
    quiet = [at - slack + int(noise[at - slack : at + slack].argmin()) for at in cuts]
    yield from pairwise([0, *quiet, height])
