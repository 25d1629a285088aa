"""Finds which words of a page's picture make up which part of its text; knows no file format.

The text's words are aligned with those on the page, in reading order: what a layout does to them
(joined at hyphens, left out, put into tables) moves few of them.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from quoth.datatypes import Box, Place

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"[^\W_]+")
_BESIDE = 1.0
_OTHER_LINE = 0.4  # of its height lower or higher


class PlacedWord(NamedTuple):
    """A word as `words_of` gives it, and its box as the page is displayed."""

    text: str
    box: Box


class Match(NamedTuple):
    """The word of the text from `start` to `end` is word `at` of the page."""

    word: int
    start: int
    end: int
    at: int


def words_of(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def matches(text: str, placed: Sequence[str]) -> list[Match]:
    """Which words of the text are which of the page's, in order."""
    found = [
        (one, written.start(), written.end())
        for written in _WORD.finditer(text)
        for one in words_of(written[0])
    ]
    matcher = difflib.SequenceMatcher(None, [one for one, _, _ in found], placed, autojunk=False)
    return [
        Match(block.a + n, *found[block.a + n][1:], block.b + n)
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
    ]


def places_of(text: str, placed: Sequence[PlacedWord]) -> tuple[Place, ...]:
    """The places of a page's text, a piece of a line each."""
    places: list[Place] = []
    for match in matches(text, [word.text for word in placed]):
        box = placed[match.at].box
        if places and _goes_on(places[-1].box, box):
            before = places.pop()
            places.append(Place(before.start, match.end, around(before.box, box)))
        else:
            places.append(Place(match.start, match.end, box))
    return tuple(replace(place, box=_apart(place.box, places)) for place in places)


def _apart(box: Box, places: Sequence[Place]) -> Box:
    """The box up to half way into those of the lines above and below: OCR draws them too high."""
    top, bottom = box.top, box.bottom
    for other in (place.box for place in places):
        beside = min(box.right, other.right) - max(box.left, other.left)
        down = (other.top + other.bottom - box.top - box.bottom) / 2
        if beside <= 0 or abs(down) < _OTHER_LINE * (box.bottom - box.top):
            continue
        if down < 0:
            top = max(top, (box.top + other.bottom) / 2)
        else:
            bottom = min(bottom, (box.bottom + other.top) / 2)
    return Box(box.left, round(top, 1), box.right, round(bottom, 1))


def boxes_in(places: Sequence[Place], start: int, end: int) -> tuple[Box, ...]:
    """The boxes of a span of the page's text; letters count as equally wide."""
    clipped = ((place, max(start, place.start), min(end, place.end)) for place in places)
    return tuple(_part(place, first, last) for place, first, last in clipped if first < last)


def _part(place: Place, first: int, last: int) -> Box:
    """The box of some of the letters; of a line that runs downwards, the whole of it."""
    left, top, right, bottom = place.box.left, place.box.top, place.box.right, place.box.bottom
    if bottom - top > right - left:
        return place.box
    letter = (right - left) / (place.end - place.start)
    at, to = (left + (offset - place.start) * letter for offset in (first, last))
    return Box(at, top, to, bottom)


def _goes_on(before: Box, box: Box) -> bool:
    """Whether the second stands on the first's line and next to it."""
    height = min(before.bottom - before.top, box.bottom - box.top)
    shared = min(before.bottom, box.bottom) - max(before.top, box.top)
    apart = box.left - before.right
    return shared >= height / 2 and -height < apart < _BESIDE * height


def around(one: Box, two: Box) -> Box:
    """The smallest box that holds both."""
    return Box(
        min(one.left, two.left),
        min(one.top, two.top),
        max(one.right, two.right),
        max(one.bottom, two.bottom),
    )
