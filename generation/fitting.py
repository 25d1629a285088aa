"""Says how well the words around a fact of a claim stand around a place of its source.

It knows two texts and a place in each; which places are compared is decided elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.vocabulary import PREPOSITIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.placed import Fact, Text

CONTEXT = 5  # words of the claim on each side of a fact
REACH = 8  # the same in the source, which may say more in between
FADING = 0.12  # of a word's weight for each word between it and the fact
LONGEST_ASIDE = 20  # words between commas that may be read over after a name
LONGEST_PLACE = 5  # words up to another name that says where or whose the first is
_STOP = re.compile(r"[;:\n]|[.!?]\s")
_PAUSE = re.compile(rf",|{_STOP.pattern}")


def fit(said: Text, fact: Fact, source: Text, first: int, last: int) -> float:
    """The weight of the words around a fact that stand, in order, around a place of the source."""
    return _before(said, fact, source, first) + _after(said, fact, source, last)


def fit_past_asides(said: Text, fact: Fact, source: Text, first: int, last: int) -> float:
    """The same, whatever the source adds to a name before it goes on being read over if need be.

    "Bíró, a Budapest journalist, noticed" says of Bíró that he noticed, though Budapest stands nearer.
    """
    ends = (last, *_ends_of_asides(source, last))
    return _before(said, fact, source, first) + max(_after(said, fact, source, i) for i in ends)


def _ends_of_asides(source: Text, last: int) -> Iterator[int]:
    """Where a sentence may go on after what is added to a name."""
    if last == len(source.tokens):
        return iter(())
    if "," in _gap(source, last):
        return _after_commas(source, last)
    return _after_place(source, last)


def _after_commas(source: Text, last: int) -> Iterator[int]:
    """After each further comma of the sentence: ", born in Weimar in 1816,"."""
    for i in range(last + 1, min(len(source.tokens), last + LONGEST_ASIDE)):
        if _STOP.search(_gap(source, i)):
            return
        if "," in _gap(source, i):
            yield i


def _after_place(source: Text, last: int) -> Iterator[int]:
    """After the next name, if it says where or whose: "in San Francisco Bay"."""
    after = (one for one in source.facts if one.first > last and not one.is_number)
    other = next(after, None)
    if other is None or other.first > last + LONGEST_PLACE:
        return
    between = [_gap(source, i) for i in range(last, other.first)]
    if source.tokens[last].folded in PREPOSITIONS and not any(map(_PAUSE.search, between)):
        yield other.last


def _gap(source: Text, index: int) -> str:
    """What stands between a word and the one before it."""
    return source.text[source.tokens[index - 1].end : source.tokens[index].start]


def _before(said: Text, fact: Fact, source: Text, first: int) -> float:
    here = said.keys[max(0, fact.first - CONTEXT) : fact.first][::-1]
    return _shared(here, source.keys[max(0, first - REACH) : first][::-1])


def _after(said: Text, fact: Fact, source: Text, last: int) -> float:
    here = said.keys[fact.last : fact.last + CONTEXT]
    return _shared(here, source.keys[last : last + REACH])


def _shared(mine: Sequence[tuple[str, float]], there: Sequence[tuple[str, float]]) -> float:
    """The heaviest common subsequence of two sequences that lead away from a fact."""
    row = [0.0] * (len(there) + 1)
    for i in range(len(mine) - 1, -1, -1):
        key, weight = mine[i]
        diagonal = 0.0
        for j in range(len(there) - 1, -1, -1):
            below = row[j]
            row[j] = max(below, row[j + 1])
            if key == there[j][0]:
                row[j] = max(row[j], diagonal + weight * (1 - FADING * max(i, j)))
            diagonal = below
    return row[0]
