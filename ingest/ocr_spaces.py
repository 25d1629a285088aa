"""Puts the spaces between words that RapidOCR's recogniser leaves out; knows its answers' shape.

Its model was made for Chinese, and of a line of English it often joins all words. Where words end
can be seen: no ink stands in so wide a gap.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]

# Of the height of a line's picture, which is that of its letters and some more: a space is about
# .2 wide, and letters stand .1 apart at most, but for figures, each of which is as wide as a 0.
_SPACE, _SPACE_OF_FIGURES = 0.14, 0.24
_TIMES_USUAL = 1.5
# The rows of a picture in which a line's letters are, without the tails of those around it.
_TOP, _BOTTOM = 0.15, 0.85


class SpacingRecogniser:
    """Stands in for RapidOCR's `text_rec`."""

    def __init__(self, recogniser: Any) -> None:
        """`recogniser` is RapidOCR's; it is given one line at a time.

        Several are all padded to the longest, which takes memory and time.
        """
        self._recognise = recogniser

    def __call__(
        self,
        pictures: Sequence[Pixels],
        return_word_box: bool = False,  # noqa: ARG002 (RapidOCR's interface)
    ) -> tuple[list[tuple[str, float]], float]:
        """The text and confidence of each line, and 0 for RapidOCR's seconds."""
        return [self._line(picture) for picture in pictures], 0.0

    def _line(self, picture: Pixels) -> tuple[str, float]:
        found, _ = self._recognise([picture], return_word_box=True)
        text, confidence, (n_columns, _, columns, *_) = found[0]
        places = [(column + 0.5) / n_columns for word in columns for column in word]
        return with_spaces(text, places, picture), confidence


def with_spaces(text: str, places: Sequence[float], picture: Pixels) -> str:
    """The text with a space wherever a wide gap stands between two letters of an alphabet.

    `places` are the letters' middles as shares of the picture's width, spaces left out.
    """
    letters = text.replace(" ", "")
    if len(letters) != len(places):
        return text
    wide = [gap for gap in _gaps(picture) if gap[1] > _SPACE]
    spaced = set(_after_spaces(text))
    for at, (left, right) in enumerate(pairwise(places), 1):
        before, after = letters[at - 1], letters[at]
        least = _SPACE_OF_FIGURES if before.isdigit() and after.isdigit() else _SPACE
        if _is_spaced(before) and _is_spaced(after):
            spaced |= {at for middle, width in wide if left < middle < right and width > least}
    return "".join(f" {letter}" if at in spaced else letter for at, letter in enumerate(letters))


def _after_spaces(text: str) -> Iterator[int]:
    """The indexes, spaces left out, of the letters behind a space."""
    at = 0
    for before, letter in pairwise(f"{text} "):
        if before != " ":
            at += 1
        elif letter != " " and at:
            yield at


def _is_spaced(letter: str) -> bool:
    """Whether its script has spaces between words, as Chinese and Japanese have not."""
    return unicodedata.east_asian_width(letter) not in "WF"


def _gaps(picture: Pixels) -> list[tuple[float, float]]:
    """The middle of each gap as a share of the width, and its width as a share of the height.

    Left out are those that are not much wider than most, as in type of one width.
    """
    import cv2
    import numpy as np

    height, width = picture.shape[:2]
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    _, binary = cv2.threshold(gray, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    is_ink = binary == (255 if np.median(binary) == 0 else 0)
    inked = np.flatnonzero(is_ink[int(_TOP * height) : int(_BOTTOM * height)].any(axis=0))
    gaps = [(one, two) for one, two in pairwise(inked.tolist()) if two - one > 1]
    widths = [two - one - 1 for one, two in gaps]
    usual = float(np.median(widths)) if widths else 0.0
    return [
        ((one + two) / 2 / width, (two - one - 1) / height)
        for one, two in gaps
        if two - one - 1 > _TIMES_USUAL * usual or len(gaps) < 3
    ]
