"""Gives each text once, though several documents hold it. Knows rows and chunks only."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quoth.datatypes import Chunk, FloatArray
    from retrieval.reading import ReadOnce

# A part of a text is the same text when it is at least so much of it.
_GOOD_PART = 0.5
# The cosine from which on a chunk may hold the same text: a part of one is less like it.
_ALIKE = 0.8
# Marks of headings, lists and quotations, and of emphasis, that one format has and another has not.
_LINE_MARK = re.compile(r"(?m)^[ \t]*(?:#{1,6}|[-*+>•–]|\d{1,3}[.)])[ \t]+")
_EMPHASIS = re.compile(r"(?<!\w)(?:\*{1,3}|_{1,3}|`)(?=\w)|(?<=\w)(?:\*{1,3}|_{1,3}|`)(?!\w)")
_TYPOGRAPHY = str.maketrans(
    {**dict.fromkeys("‘’‚‛´", "'"), **dict.fromkeys("“”„«»", '"'), **dict.fromkeys("‐‑‒–—−", "-")}
    | {"\u00ad": None, "\u200b": None}
)


@dataclass(frozen=True, slots=True)
class Distinct:
    """A chunk that is ranked; `same` are the rows that hold its text, its own first."""

    row: int
    score: float
    chunk: Chunk
    same: tuple[int, ...]


@dataclass(slots=True)
class _Kept:
    """A text as it is compared, with what else may stand around it and the rows that hold it."""

    row: int
    score: float
    chunk: Chunk
    text: str
    known: frozenset[str]
    same: list[int] = field(default_factory=list)


def distinct(
    ranked: Sequence[tuple[int, float]],
    read: ReadOnce,
    k: int,
    vectors: Mapping[int, FloatArray],
) -> tuple[Distinct, ...]:
    """The best `k` rows whose texts differ, with their chunks.

    Of those that say the same, the best is kept. Texts say the same when they differ in case, white
    space, typography or the marks of their format only, or when one is a good part of the other
    and what stands around it adds no word. Rows after those that it takes to find `k` are looked at
    where their vectors are like those of a kept one.
    """
    kept, end = _first(ranked, read, k)
    best = kept[:k]
    for row, chunk in read(_like(best, [row for row, _ in ranked[end:]], vectors)).items():
        text, known = _compared(chunk)
        held = next((one for one in best if _say_the_same(one, text, known)), None)
        if held is not None:
            held.same.append(row)
    return tuple(Distinct(one.row, one.score, one.chunk, tuple(one.same)) for one in best)


def are_fewer(ranked: Sequence[tuple[int, float]], read: ReadOnce, k: int) -> bool:
    """Whether the rows have fewer than `k` texts that differ."""
    return len(_first(ranked, read, k)[0]) < k


def _first(ranked: Sequence[tuple[int, float]], read: ReadOnce, k: int) -> tuple[list[_Kept], int]:
    """At least `k` texts that differ if there are so many, and how many rows were looked at."""
    kept: list[_Kept] = []
    by_text: dict[str, _Kept] = {}
    end = 0
    while end < len(ranked) and len(kept) < k:
        batch = ranked[end : end + 2 * k]
        end += len(batch)
        chunks = read(row for row, _ in batch)
        for row, score in batch:
            if row in chunks:
                _take(_Kept(row, score, chunks[row], *_compared(chunks[row])), kept, by_text)
    return kept, end


# The copies of a text are compared more than once in a search, and good chunks are found often.
@lru_cache(maxsize=2048)
def wording(text: str) -> str:
    """The same for texts that differ in case, white space, typography or marks of format only."""
    plain = _LINE_MARK.sub("", text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain).translate(_TYPOGRAPHY)
    if any(mark in plain for mark in "*_`"):
        plain = _EMPHASIS.sub("", plain)
    return " ".join(plain.casefold().split())


def _compared(chunk: Chunk) -> tuple[str, frozenset[str]]:
    """A chunk's text as it is compared, and the words that it and its headings have."""
    text = wording(chunk.text)
    return text, frozenset([*text.split(), *wording(" ".join(chunk.headings)).split()])


def _take(new: _Kept, kept: list[_Kept], by_text: dict[str, _Kept]) -> None:
    """Join a text to the one that says the same, or keep it."""
    held = by_text.get(new.text) or next(
        (one for one in kept if _say_the_same(one, new.text, new.known)), None
    )
    if held is None:
        held = new
        kept.append(new)
        by_text[new.text] = new
    held.same.append(new.row)


def _say_the_same(better: _Kept, text: str, known: frozenset[str]) -> bool:
    """Whether a lower text is the better one, or part of it, or has no word beyond it."""
    longer, shorter = (better.text, text) if len(text) <= len(better.text) else (text, better.text)
    if len(shorter) < _GOOD_PART * len(longer) or f" {shorter} " not in f" {longer} ":
        return False
    return longer is better.text or known <= better.known


def _like(
    best: Sequence[_Kept], rows: Iterable[int], vectors: Mapping[int, FloatArray]
) -> list[int]:
    """Those of the rows whose vectors are like that of one of the best."""
    these = [row for row in rows if row in vectors]
    heads = [vectors[one.row] for one in best if one.row in vectors]
    if not these or not heads:
        return []
    cosines = np.stack([vectors[row] for row in these]) @ np.stack(heads).T
    return [these[at] for at in np.flatnonzero(cosines.max(axis=1) >= _ALIKE)]
