"""Cuts a text into weighed pieces that each fit a chunk; knows no document and no headings."""

from __future__ import annotations

import math
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ingest.segmentation import Break, sentence_starts
from quoth.sentences import content_span

Weigh = Callable[[Sequence[str]], list[int]]
Room = Callable[[int], int]

_CHARACTERS_PER_TOKEN = 16
_WORDS_SHARE = 16
_SLICES_SHARE = 8
_LINE_END = re.compile(r"\n\s*")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A span without white space at its ends; `kind` is the break before it."""

    start: int
    end: int
    kind: Break
    weight: int


Cut = Callable[[Piece], Iterable[int]]


def token_weights(
    texts: Sequence[str], count_tokens: Callable[[Sequence[str]], list[int]], n_special: int
) -> list[int]:
    """The tokens of each text without the special ones.

    A tokenizer may call a very long word one unknown token; such a text weighs by its length.
    """
    counts = count_tokens(texts) if texts else []
    return [
        max(count - n_special, math.ceil(len(text) / _CHARACTERS_PER_TOKEN))
        for count, text in zip(counts, texts, strict=True)
    ]


def cut_pieces(
    text: str, language: str, breaks: Sequence[tuple[int, Break]], weigh: Weigh, room: Room
) -> list[Piece]:
    """The pieces between the breaks, in order. Only those above `room(start)` are cut further.

    They are cut at their INSIDE breaks first, then at sentences, line ends, other white space,
    and last between characters.
    """
    fitting: list[Piece] = []
    pieces = _weighed(text, _spans(text, [item for item in breaks if item[1]]), weigh)
    for cut in _cutters(text, language, breaks, room):
        heavy = [piece for piece in pieces if piece.weight > room(piece.start)]
        if not heavy:
            break
        fitting += [piece for piece in pieces if piece.weight <= room(piece.start)]
        pieces = _weighed(text, _parts(heavy, cut), weigh)
    return sorted([*fitting, *pieces], key=lambda piece: piece.start)


def _cutters(
    text: str, language: str, breaks: Sequence[tuple[int, Break]], room: Room
) -> Iterator[Cut]:
    """Ways to cut a piece that is too heavy, each finer than the one before."""
    inside = [offset for offset, kind in breaks if not kind]

    def words(piece: Piece) -> list[int]:
        return [found.start() for found in _WORD.finditer(text, piece.start, piece.end)]

    yield lambda piece: inside[bisect_right(inside, piece.start) : bisect_left(inside, piece.end)]
    yield lambda piece: sentence_starts(text, piece.start, piece.end, language)
    yield lambda piece: [at.end() for at in _LINE_END.finditer(text, piece.start, piece.end)]
    # Few pieces a chunk are packed much faster than one for each word.
    yield lambda piece: words(piece)[:: max(1, room(piece.start) // _WORDS_SHARE)]
    yield words
    yield lambda piece: range(piece.start, piece.end, max(1, room(piece.start) // _SLICES_SHARE))


def halve(text: str, piece: Piece, weigh: Weigh) -> list[Piece]:
    """The piece in two, at the white space nearest its middle or else between characters."""
    middle = (piece.start + piece.end) // 2
    words = [found.start() for found in _WORD.finditer(text, piece.start, piece.end)][1:]
    cut = min(words, key=lambda start: abs(start - middle), default=middle)
    spans = [(piece.start, cut, piece.kind), (cut, piece.end, Break.INSIDE)]
    return _weighed(text, spans, weigh)


def _spans(text: str, breaks: Sequence[tuple[int, Break]]) -> Iterator[tuple[int, int, Break]]:
    for (start, kind), (end, _) in zip(
        breaks, [*breaks[1:], (len(text), Break.INSIDE)], strict=True
    ):
        yield start, end, kind


def _weighed(text: str, spans: Iterable[tuple[int, int, Break]], weigh: Weigh) -> list[Piece]:
    """The spans that hold more than white space, trimmed; the break before a blank one carries."""
    trimmed: list[tuple[int, int, Break]] = []
    carried = Break.INSIDE
    for start, end, kind in spans:
        inner_start, inner_end = content_span(text, start, end)
        carried = max(carried, kind)
        if inner_start < inner_end:
            trimmed.append((inner_start, inner_end, carried))
            carried = Break.INSIDE
    weights = weigh([text[start:end] for start, end, _ in trimmed])
    return [
        Piece(start, end, kind, weight)
        for (start, end, kind), weight in zip(trimmed, weights, strict=True)
    ]


def _parts(pieces: Iterable[Piece], cut: Cut) -> Iterator[tuple[int, int, Break]]:
    """The spans that `cut` makes of each piece; the first keeps the break before the piece."""
    for piece in pieces:
        starts = [piece.start, *(at for at in cut(piece) if at > piece.start)]
        kinds = [piece.kind, *[Break.INSIDE] * (len(starts) - 1)]
        yield from zip(starts, [*starts[1:], piece.end], kinds, strict=True)


def merged(first: Piece, second: Piece) -> Piece:
    """Both as one piece, which begins as the first does."""
    return replace(first, end=second.end, weight=first.weight + second.weight)
