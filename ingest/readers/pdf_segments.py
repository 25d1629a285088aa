"""Turns a page of a PDF into segments: runs of words on one line without a wide gap between them.

It knows PDFium's characters and their boxes, not how a page is laid out. Coordinates are in points
with the origin at the top left of the page as its text stands upright, y downwards.
"""

from __future__ import annotations

import ctypes
import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from ingest.readers.pdf_tex import sign_reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfPage, PdfTextPage

_GAP = 0.85
_TOUCHING = 0.1
_ADJOINING = 0.3
_SHARED = 0.25
_SHIFT = 0.12
_BOLD = 600
_SPACES = frozenset((0x20, 0x09, 0xA0, 0x3000, *range(0x2000, 0x200B), 0x202F))
_BREAKS = frozenset((0x0A, 0x0D))
HYPHENS = frozenset((0x02, 0xFFFE))
_NAME_BYTES = 128


class Word(NamedTuple):
    """A word and where it stands from left to right."""

    text: str
    x0: float
    x1: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Words on one line. `stream` counts segments in the order of the file.

    `size` is the font's in points, `chars` the indexes of PDFium's characters. `aside` marks text
    that runs downwards, or in another direction than most of the page; `turns` are the quarter
    turns, clockwise, that brought it upright.
    """

    words: tuple[Word, ...]
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    stream: int
    chars: tuple[int, ...]
    aside: bool = False
    turns: int = 0

    @property
    def text(self) -> str:
        """The words with single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def height(self) -> float:
        """From the top of its highest letter's box to the bottom of its lowest."""
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        """Half way between top and bottom."""
        return (self.top + self.bottom) / 2


class Char(NamedTuple):
    """A character of PDFium: its index on the page, its code point, its box."""

    at: int
    code: int
    x0: float
    top: float
    x1: float
    bottom: float

    @property
    def height(self) -> float:
        """From the top of the box to its bottom."""
        return self.bottom - self.top


def page_segments(page: PdfPage, text_page: PdfTextPage, *, tex: bool = False) -> list[Segment]:
    """The segments of a page in the order of the file. `tex` mends the signs of TeX's fonts."""
    lines = list(_lines(page, text_page, tex=tex))
    turns = [_turns(text_page, line[0].at) for line in lines]
    weights: Counter[int] = Counter()
    for turn, line in zip(turns, lines, strict=True):
        weights[turn] += len(line)
    upright = max(weights, key=lambda turn: weights[turn], default=0)
    segments: list[Segment] = []
    for turn, line in zip(turns, lines, strict=True):
        turned = line if turn == 0 else [turn_box(char, turn, page) for char in line]
        downwards = _runs_down(turned)
        for run in [turned] if downwards else _runs(turned):
            aside = downwards or turn != upright
            found = _segment(run, text_page, len(segments))
            segments.append(replace(found, aside=aside, turns=turn) if aside or turn else found)
    return segments


def _runs_down(line: Sequence[Char]) -> bool:
    """Whether the characters stand below each other, as in Chinese and Japanese they may."""
    if len(line) < 3:
        return False
    down = abs((line[-1].top + line[-1].bottom) - (line[0].top + line[0].bottom)) / 2
    across = abs((line[-1].x0 + line[-1].x1) - (line[0].x0 + line[0].x1)) / 2
    return down > 2 * across and down > line[0].height


def _lines(page: PdfPage, text_page: PdfTextPage, *, tex: bool) -> Iterator[list[Char]]:
    """The characters between line ends, spaces included, with boxes as on the page.

    PDFium ends a line, or puts a space, before and after a raised or lowered letter. That is no
    end where the letters touch.
    """
    line: list[Char] = []
    ended = False
    for char in _characters(page, text_page, tex=tex):
        if char.code in _BREAKS:
            ended = True
            continue
        if ended and not _goes_on(line, char):
            yield from _whole(line)
            line = []
        elif not ended and len(line) > 1 and _is_false_space(line, char, text_page):
            line.pop()
        ended = False
        line.append(char)
    yield from _whole(line)


def _goes_on(line: list[Char], char: Char) -> bool:
    """Whether the line goes on with the character, after a space if there is room for one."""
    last = _last_written(line)
    if last is None or not _adjoins(last, char):
        return False
    if _distance(last, char) > _TOUCHING * char.height and line[-1] is last:
        line.append(last._replace(code=0x20))
    return True


def _whole(line: list[Char]) -> Iterator[list[Char]]:
    """The line without spaces at its ends, if anything is left."""
    if line := _stripped(line):
        yield line


def _adjoins(one: Char, two: Char) -> bool:
    """Whether the second goes on at the right of the first, higher or lower by part of a letter."""
    shared = min(one.bottom, two.bottom) - max(one.top, two.top)
    low, high = sorted((one.height, two.height))
    gap = two.x0 - one.x1
    return shared > _SHARED * low and -0.3 * low < gap < _ADJOINING * high and low > 0


def _is_false_space(line: Sequence[Char], char: Char, text_page: PdfTextPage) -> bool:
    """Whether the line ends in a space that PDFium made up before or after an index."""
    import pypdfium2.raw as pdfium

    space, before = line[-1], line[-2]
    if space.code != 0x20 or char.code in _SPACES or before.code in _SPACES:
        return False
    if char.x0 < before.x1 - _ADJOINING * char.height:
        return False
    shift = abs(before.bottom - char.bottom)
    if shift < _SHIFT * char.height or _distance(before, char) > _TOUCHING * char.height:
        return False
    return bool(pdfium.FPDFText_IsGenerated(text_page.raw, space.at) == 1)


def _characters(page: PdfPage, text_page: PdfTextPage, *, tex: bool) -> Iterator[Char]:
    """Every character of the page in PDFium's order."""
    import pypdfium2.raw as pdfium

    raw = text_page.raw
    box = pdfium.FS_RECTF()
    reference = ctypes.byref(box)
    unicode_of, box_of = pdfium.FPDFText_GetUnicode, pdfium.FPDFText_GetLooseCharBox
    left, _, _, top = page.get_bbox()
    sign_of = sign_reader(text_page) if tex else None
    for index in range(pdfium.FPDFText_CountChars(raw)):
        code = unicode_of(raw, index)
        if sign_of is not None and 0x20 < code < 0x7F:
            code = sign_of(index, code)
        if code:
            box_of(raw, index, reference)
            x0, x1 = box.left - left, box.right - left
            yield Char(index, code, x0, top - box.top, x1, top - box.bottom)


def _stripped(line: list[Char]) -> list[Char]:
    while line and line[-1].code in _SPACES:
        line.pop()
    while line and line[0].code in _SPACES:
        del line[0]
    return line


def _turns(text_page: PdfTextPage, index: int) -> int:
    """How many quarter turns, clockwise, bring the character's line upright."""
    import pypdfium2.raw as pdfium

    angle = float(pdfium.FPDFText_GetCharAngle(text_page.raw, index))
    # PDFium counts the angle clockwise.
    return -round(angle / (math.pi / 2)) % 4


def turn_box(char: Char, turns: int, page: PdfPage) -> Char:
    """The character where it stands after so many quarter turns of the page, clockwise."""
    left, bottom, right, top = page.get_bbox()
    width, height = right - left, top - bottom
    x0, y0, x1, y1 = char.x0, char.top, char.x1, char.bottom
    boxes = {
        1: (height - y1, x0, height - y0, x1),
        2: (width - x1, height - y1, width - x0, height - y0),
        3: (y0, width - x1, y1, width - x0),
    }
    return Char(char.at, char.code, *boxes.get(turns, (x0, y0, x1, y1)))


def _runs(line: Sequence[Char]) -> Iterator[list[Char]]:
    """The line cut where the distance between two characters is wide."""
    run: list[Char] = []
    for char in line:
        if char.code in _SPACES:
            if run:
                run.append(char)
            continue
        before = _last_written(run)
        if before is not None and _distance(before, char) > _GAP * (char.bottom - char.top):
            yield _stripped(run)
            run = []
        run.append(char)
    if run:
        yield _stripped(run)


def _last_written(run: Sequence[Char]) -> Char | None:
    return next((char for char in reversed(run) if char.code not in _SPACES), None)


def _distance(one: Char, two: Char) -> float:
    """The width of the gap between two characters, whichever stands first; 0 when they touch."""
    return max(0.0, two.x0 - one.x1, one.x0 - two.x1)


def _segment(run: Sequence[Char], text_page: PdfTextPage, stream: int) -> Segment:
    written = [char for char in run if char.code not in _SPACES]
    size, bold = _font(text_page, written[len(written) // 2].at)
    return Segment(
        words=tuple(_words(run)),
        x0=min(char.x0 for char in written),
        top=min(char.top for char in written),
        x1=max(char.x1 for char in written),
        bottom=max(char.bottom for char in written),
        size=size,
        bold=bold,
        stream=stream,
        chars=tuple(char.at for char in written),
    )


def _words(run: Sequence[Char]) -> Iterator[Word]:
    word: list[Char] = []
    for char in [*run, None]:
        if char is not None and char.code not in _SPACES:
            word.append(char)
        elif word:
            text = "".join(map(_character, word))
            yield Word(text, min(one.x0 for one in word), max(one.x1 for one in word))
            word = []


def _character(char: Char) -> str:
    return chr(char.code) if char.code <= 0x10FFFF else "\ufffd"


def _font(text_page: PdfTextPage, index: int) -> tuple[float, bool]:
    """The size in points, and whether the font is bold by its weight or its name."""
    import pypdfium2.raw as pdfium

    raw = text_page.raw
    matrix = pdfium.FS_MATRIX()
    scale = 1.0
    if pdfium.FPDFText_GetMatrix(raw, index, ctypes.byref(matrix)):
        scale = math.hypot(matrix.c, matrix.d)
    size = pdfium.FPDFText_GetFontSize(raw, index) * scale
    if pdfium.FPDFText_GetFontWeight(raw, index) >= _BOLD:
        return size, True
    name = ctypes.create_string_buffer(_NAME_BYTES)
    pdfium.FPDFText_GetFontInfo(raw, index, name, _NAME_BYTES, None)
    return size, b"bold" in name.value.lower() or b"black" in name.value.lower()
