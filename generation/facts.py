"""Says what in a claim its quote does not say: numbers, units, names, negation, opposites.

It knows two texts and the names of the sources; it does not choose the quote.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.vocabulary import FRAMING, OPPOSITES
from generation.words import (
    Number,
    Word,
    content,
    dates,
    is_initial,
    names,
    number_value,
    number_values,
    numbers,
    stated_numbers,
    stem,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

NAME_ENDING = 3
SHORTEST_NAME = 4
AT_ONCE = 2  # words within which a number that comes again is repeated at once
_AT_LEAST = re.compile(r"\bat (?:least|most|first|last)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What all the sources and the question say: their content stems, and their names."""

    stems: frozenset[str]
    names: frozenset[str]


def read_lexicon(texts: Iterable[str]) -> Lexicon:
    """The lexicon of some texts. A name is capitalised where no sentence starts."""
    texts = tuple(texts)
    return Lexicon(
        frozenset().union(*map(content, texts)), frozenset().union(*map(_names_within, texts))
    )


def opposite(claim: str, quoted: str) -> str:
    """Which opposite of a word of the claim the quoted text has in its stead, in words, or ""."""
    here = {word.folded for word in words(_AT_LEAST.sub("", claim))}
    there = {word.folded for word in words(_AT_LEAST.sub("", quoted))}
    for mine, theirs in _both_ways():
        if here & mine and not here & theirs and there & theirs and not there & mine:
            said, meant = min(here & mine), min(there & theirs)
            return f"the source says {meant}, not {said}"
    return ""


def _both_ways() -> Iterator[tuple[frozenset[str], frozenset[str]]]:
    for left, right in OPPOSITES:
        yield left, right
        yield right, left


def missing_name(claim: str, said: str, lexicon: Lexicon) -> str:
    """Which name of the claim is not said, in words; "" when all are.

    At the start of a sentence a capitalised word is taken for a name when the sources know it
    for one, or do not know it at all.
    """
    told = [word.folded for word in words(said)]
    there = {*told, *map("".join, itertools.pairwise(told))}  # "South East" says "Southeast"
    for name in names(claim):
        if _is_said(name.folded, there):
            continue
        initial = is_initial(claim, name.start)
        if not initial or _is_name(name, lexicon):
            return f"the source does not say {name.text}"
    return ""


def _names_within(text: str) -> frozenset[str]:
    """The folded names of a text, found where a capital is not owed to a sentence's start."""
    return frozenset(w.folded for w in names(text) if not is_initial(text, w.start))


def missing_number(claim: str, quoted: str) -> str:
    """Which number, unit or date of the claim the quoted text lacks, in words, or ""."""
    said, there = number_values(quoted), numbers(quoted)
    units = {number.unit for number in there} | content(quoted)
    for number in stated_numbers(claim):
        if number.value not in said:
            return f"the source does not say {_written(number)}"
        same = [other for other in there if other.value == number.value]
        if same and number.unit and not any(_same_unit(number, other, units) for other in same):
            return f"the source does not say {_written(number)}"
        if same and _counts_otherwise(number, same, there):
            return f"the source counts {number.written} of something else"
    return _said_twice(claim, quoted) or _other_date(claim, quoted)


def _said_twice(claim: str, quoted: str) -> str:
    """Whether a claim repeats a number at once where the source does not: "from 1911 to 1911"."""
    twice = _repeated(claim) - _repeated(quoted)
    return f"the source does not say {min(twice)} twice" if twice else ""


def _repeated(text: str) -> frozenset[str]:
    tokens = words(text)
    values = [number_value(token) if token.is_digits else "" for token in tokens]
    return frozenset(
        value
        for i, value in enumerate(values)
        if value and value in values[i + 1 : i + 1 + AT_ONCE]
    )


def _other_date(claim: str, quoted: str) -> str:
    """Whether a month stands with another number in the source than in the claim."""
    there = dates(quoted)
    for month, number in sorted(dates(claim) - there):
        if month in {other for other, _ in there}:
            return f"the source does not say {month.capitalize()} {number}"
    return ""


def _written(number: Number) -> str:
    return f"{number.written} {number.unit}".strip()


def _same_unit(number: Number, other: Number, units: AbstractSet[str]) -> bool:
    """The same unit, or none at this number and the unit elsewhere: "5 to 10 million"."""
    return other.unit == number.unit or (not other.unit and number.unit in units)


def _counts_otherwise(number: Number, same: list[Number], there: tuple[Number, ...]) -> bool:
    """Whether what is counted stands at other numbers of the source, and never at this one."""
    if not number.counted or any(other.counted == number.counted for other in same):
        return False
    return any(other.counted == number.counted for other in there)


def _is_said(name: str, said: set[str]) -> bool:
    """The name itself, or with another ending: "Normans" for "Norman"."""
    if name in said or name in FRAMING:
        return True
    if len(name) < SHORTEST_NAME:
        return False
    return any(
        len(word) >= SHORTEST_NAME
        and abs(len(word) - len(name)) <= NAME_ENDING
        and (word.startswith(name) or name.startswith(word))
        for word in said
    )


def _is_name(word: Word, lexicon: Lexicon) -> bool:
    return word.folded in lexicon.names or stem(word.folded) not in lexicon.stems
