"""Draws a page of a PDF and finds where a passage of its text stands; knows one open file.

The passage is found by its words: those of the page's text are aligned with those on the page.
"""

from __future__ import annotations

import contextlib
import io
from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING, NamedTuple

from ingest.places import around, matches, words_of
from ingest.readers.pdf import open_pdf
from ingest.readers.pdf_layout import lines_of
from ingest.readers.pdf_pages import page_text_segments
from quoth.datatypes import Box, PageView
from quoth.errors import DamagedFileError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pypdfium2 import PdfDocument, PdfPage

    from ingest.places import Match
    from ingest.readers.pdf_segments import Segment

_LONGEST_SIDE = 4000
_SKIPPED = 3


class _Placed(NamedTuple):
    """A word on the page, its segment, and its box as displayed."""

    word: str
    segment: int
    box: Box


def look(
    data: bytes,
    source: str,
    number: int,
    text: str,
    spans: Sequence[tuple[int, int]],
    scale: float,
    passwords: Sequence[str] = (),
) -> PageView:
    """The picture of page `number`, with the boxes of each span of `text`, a line each.

    Raises EncryptedFileError and DamagedFileError.
    """
    import pypdfium2

    name = PurePath(source).name
    pdf = open_pdf(data, source, passwords)
    if pdf is None:
        raise DamagedFileError(f"{name} is damaged: it can't be shown; get it again")
    try:
        with contextlib.closing(pdf):
            boxes = _boxes(pdf, number - 1, text, spans)
            with contextlib.closing(pdf[number - 1]) as page:
                return PageView(_drawn(page, scale), page.get_width(), page.get_height(), boxes)
    except (pypdfium2.PdfiumError, IndexError) as error:
        raise DamagedFileError(f"page {number} of {name} can't be shown; it is damaged") from error


def _drawn(page: PdfPage, scale: float) -> bytes:
    scale = min(scale, _LONGEST_SIDE / max(page.get_width(), page.get_height(), 1.0))
    with contextlib.closing(page.render(scale=scale)) as bitmap:
        png = io.BytesIO()
        bitmap.to_pil().save(png, "PNG")
        return png.getvalue()


def _boxes(
    pdf: PdfDocument, index: int, text: str, spans: Sequence[tuple[int, int]]
) -> tuple[tuple[Box, ...], ...]:
    if not any(start < end for start, end in spans):
        return tuple(() for _ in spans)
    segments = page_text_segments(pdf, index)
    with contextlib.closing(pdf[index]) as page:
        placed = list(_placed(segments, page))
    pairs = matches(text, [one.word for one in placed])
    return tuple(_lines([placed[at] for at in sorted(_within(pairs, span))]) for span in spans)


def _lines(words: Sequence[_Placed]) -> tuple[Box, ...]:
    """A box around the words of each line."""
    lines: dict[int, Box] = {}
    for one in words:
        lines[one.segment] = around(lines.get(one.segment, one.box), one.box)
    return tuple(lines.values())


def _placed(segments: Sequence[Segment], page: PdfPage) -> Iterator[_Placed]:
    """The words of the page in reading order."""
    by_stream = {segment.stream: segment for segment in segments}
    for line in lines_of(segments):
        for stream in line.streams:
            segment = by_stream[stream]
            for word in segment.words:
                box = (word.x0, segment.top, word.x1, segment.bottom)
                turns = page.get_rotation() // 90 - segment.turns
                shown = _turned(box, turns % 4, page)
                for part in words_of(word.text):
                    yield _Placed(part, stream, Box(*shown))


def _turned(
    box: tuple[float, float, float, float], turns: int, page: PdfPage
) -> tuple[float, float, float, float]:
    """The box after so many quarter turns, clockwise, that make the page as it is displayed."""
    x0, top, x1, bottom = box
    width, height = page.get_width(), page.get_height()
    if turns == 1:
        return width - bottom, x0, width - top, x1
    if turns == 2:
        return width - x1, height - bottom, width - x0, height - top
    return (top, height - x1, bottom, height - x0) if turns == 3 else box


def _within(pairs: Sequence[Match], span: tuple[int, int]) -> set[int]:
    """Which words on the page make up the span; a few odd ones between are taken along."""
    inside = [one for one in pairs if span[0] <= one.start < span[1]]
    wanted = {one.at for one in inside}
    for one, after in pairwise(inside):
        if after.word - one.word <= _SKIPPED and after.at - one.at <= _SKIPPED:
            wanted |= set(range(one.at, after.at))
    return wanted
