"""Finds the documents that a question calls by their file's name. Knows one question and names only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from retrieval.fusion import best_first
from retrieval.subjects import content_words, names

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from quoth.datatypes import Chunk

_GAIN = 0.4
_LONGEST = 4  # words that are one name
_BEGUN = 4  # letters that may begin a word of a file's name: "Pepsi" of "pepsico"
_PART = re.compile(r"[^\W_]+")
_POSSESSIVE = r"(?:['’]s?(?!\w))?"
_TIED = r"(?:\b(?:of|at|for|by|from|in|on)\s+(?:the\s+)?)?"
_BEFORE_SIGN = re.compile(r"\s+(?=[?.!,;:])")


@dataclass(frozen=True, slots=True)
class Named:
    """The sources that a question names, and the question without their names."""

    sources: frozenset[str]
    rest: str


def named_in(question: str, sources: Collection[str]) -> Named | None:
    """Those of the sources whose files' names the most names in a question fit.

    A name fits where it is words of a file's name: "Best Buy" those of BESTBUY_2023_10K.pdf. "MGM"
    and "Pepsi" may be the beginning of a word. Numbers name nothing, for they say when as often as
    which. None when no name fits, or when the question has no other word of content.
    """
    asked = list(_candidates(question))
    if not asked:
        return None
    spelled = {source: _spelled(PurePath(source).stem) for source in sources}
    fitting = {
        source: [name for name in asked if _fits(name, told)] for source, told in spelled.items()
    }
    most = max(map(_n_names, fitting.values()), default=0)
    if not most:
        return None
    chosen = {source: found for source, found in fitting.items() if _n_names(found) == most}
    rest = _without(question, {name for found in chosen.values() for name in found})
    return Named(frozenset(chosen), rest) if content_words(rest) else None


def preferred(
    ranked: Sequence[tuple[int, float]], chunks: Mapping[int, Chunk], named: Collection[str]
) -> list[tuple[int, float]]:
    """The rows ranked anew: those of the documents `named` gain, scores still in [0, 1]."""
    gains = {row: _GAIN for row, chunk in chunks.items() if chunk.document_id in named}
    return best_first((row, (score + gains.get(row, 0.0)) / (1 + _GAIN)) for row, score in ranked)


def _candidates(question: str) -> Iterator[str]:
    """The names of a question and the runs of words in them, but for plain numbers."""
    for name in names(question):
        words = name.split()
        for length in range(min(_LONGEST, len(words)), 0, -1):
            for at in range(len(words) - length + 1):
                run = re.sub(r"['’]s?$", "", " ".join(words[at : at + length]))
                if re.search(r"[^\W\d_]", run) and content_words(run):
                    yield run


@dataclass(frozen=True, slots=True)
class _Spelled:
    """A file's name without what parts its words: its letters, and where words begin and end."""

    letters: str
    starts: frozenset[int]


def _spelled(stem: str) -> _Spelled:
    parts = _PART.findall(stem.casefold())
    starts, at = {0}, 0
    for part in parts:
        at += len(part)
        starts.add(at)
    return _Spelled("".join(parts), frozenset(starts))


def _fits(name: str, spelled: _Spelled) -> bool:
    letters = "".join(_PART.findall(name.casefold()))
    may_begin = len(letters) >= _BEGUN or (len(letters) == _BEGUN - 1 and name.isupper())
    return bool(letters) and any(
        spelled.letters.startswith(letters, start)
        and (may_begin or start + len(letters) in spelled.starts)
        for start in spelled.starts
    )


def _n_names(found: Sequence[str]) -> int:
    """How many different names, those that are part of a longer one left out."""
    known = {name.casefold() for name in found}
    return sum(not any(name != other and name in other for other in known) for name in known)


def _without(question: str, found: Collection[str]) -> str:
    """The question without names, nor what ties them to it: "the sales of Johnson & Johnson"."""
    longest = sorted(found, key=len, reverse=True)
    name = rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))}){_POSSESSIVE}(?!\w)"
    rest = re.sub(rf"{_TIED}{name}(?:\s*(?:&|and)\s*{name})*", " ", question)
    return _BEFORE_SIGN.sub("", " ".join(rest.split()))
