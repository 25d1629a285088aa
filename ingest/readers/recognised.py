"""Turns what OCR recognised on a picture into segments, which are laid out as those of a PDF are.

It also keeps where the text that comes of it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.places import PlacedWord, places_of, words_of
from ingest.readers.pdf_layout import lines_of
from ingest.readers.pdf_segments import Segment, Word
from quoth.datatypes import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.ocr import Recognised
    from quoth.datatypes import Place

_LETTERS = 0.8
"""Of the height of a line's box is the letters', more or less."""


def segments_of(found: Sequence[Recognised], scale: float) -> tuple[Segment, ...]:
    """A segment for each line or word; `scale` is how many of its pixels make a point."""
    return tuple(_segment(at, one, scale) for at, one in enumerate(found))


def _segment(stream: int, one: Recognised, scale: float) -> Segment:
    """A recognised line; its words are taken to be as wide as they are long."""
    x0, x1 = one.x0 / scale, one.x1 / scale
    width = (x1 - x0) / max(len(one.text), 1)
    words = []
    at = 0
    for text in one.text.split():
        at = one.text.index(text, at)
        words.append(Word(text, x0 + at * width, x0 + (at + len(text)) * width))
        at += len(text)
    top, bottom = one.top / scale, one.bottom / scale
    size = _LETTERS * (bottom - top)
    return Segment(tuple(words), x0, top, x1, bottom, size, False, stream, ())


def recognised_places(text: str, segments: Sequence[Segment]) -> tuple[Place, ...]:
    """Where the text that was made of these segments stands."""
    return places_of(text, list(_placed(segments)))


def _placed(segments: Sequence[Segment]) -> Iterator[PlacedWord]:
    """The words in reading order, to a tenth of a point."""
    by_stream = {segment.stream: segment for segment in segments}
    for line in lines_of(segments):
        for segment in map(by_stream.__getitem__, line.streams):
            empty = (1 - _LETTERS) / 2 * segment.height
            for word in segment.words:
                sides = (word.x0, segment.top + empty, word.x1, segment.bottom - empty)
                box = Box(*(round(side, 1) for side in sides))
                yield from (PlacedWord(part, box) for part in words_of(word.text))
