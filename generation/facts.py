"""Says what in a claim its quote does not say: numbers, units, names, negation, opposites.

It knows two texts and the names of the sources; it does not choose the quote.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
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
LINKS = frozenset({"", "to", "of", "out of"})  # words between two numbers of one range or share
AT_ONCE = 2  # words within which a number that comes again is repeated at once
_IN_NAME = re.compile(r"[ .-]*(?:(?:von|van|de|der|del|di|la|bin|al)[ -]+)*")
_AT_LEAST = re.compile(r"\bat (?:least|most|first|last)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What all the sources and the question say: content stems, names, and names of several words.

    `runs` are the stems of names that stand together, `leading` those that never stand last in one.
    """

    stems: frozenset[str]
    names: frozenset[str]
    runs: frozenset[frozenset[str]]
    leading: frozenset[str]


def read_lexicon(texts: Iterable[str]) -> Lexicon:
    """The lexicon of some texts. A name is capitalised where no sentence starts."""
    texts = tuple(texts)
    runs = frozenset().union(*map(_runs, texts))
    return Lexicon(
        stems=frozenset().union(*map(content, texts)),
        names=frozenset().union(*map(_names_within, texts)),
        runs=frozenset(map(frozenset, runs)),
        leading=frozenset(stem for run in runs for stem in run[:-1]) - {run[-1] for run in runs},
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
    return _mixed_name(claim, lexicon)


def _mixed_name(claim: str, lexicon: Lexicon) -> str:
    """Whether a first name stands with another last name than in the sources, in words, or ""."""
    for first, second in itertools.pairwise(names(claim)):
        if claim[first.end : second.start] != " " or first.folded not in lexicon.names:
            continue
        pair = {first.key, second.key}
        if first.key in lexicon.leading and not any(pair <= run for run in lexicon.runs):
            return f"the source does not say {first.text} {second.text}"
    return ""


@lru_cache(maxsize=8192)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """The stems of names with nothing but spaces, initials or "von" between them."""
    runs: list[tuple[str, ...]] = []
    end = -1
    for name in names(text):
        if runs and _IN_NAME.fullmatch(text[end : name.start]):
            runs[-1] = (*runs[-1], name.key)
        else:
            runs.append((name.key,))
        end = name.end
    return frozenset(runs)


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
        if _is_row_for_count(number, same):
            return f"the source does not say {number.written} so"
    return _said_twice(claim, quoted) or _turned_round(claim, quoted) or _other_date(claim, quoted)


def _said_twice(claim: str, quoted: str) -> str:
    """Whether a claim repeats a number at once where the source does not: "from 1911 to 1911"."""
    twice = _repeated(claim) - _repeated(quoted)
    return f"the source does not say {min(twice)} twice" if twice else ""


def _turned_round(claim: str, quoted: str) -> str:
    """Whether two numbers next to each other stand there the other way round: "from 65 to 40"."""
    there = _ranges(quoted)
    for first, link, last in sorted(_ranges(claim) - there):
        if first != last and (last, link, first) in there:
            return f"the source says {last} {link or '–'} {first}"
    return ""


@lru_cache(maxsize=8192)
def _ranges(text: str) -> frozenset[tuple[str, str, str]]:
    """Two numbers with "to", "of" or no word at all between them, and no comma."""
    tokens = words(text)
    numbered = [i for i, token in enumerate(tokens) if token.is_number]
    return frozenset(
        (number_value(tokens[i]), link, number_value(tokens[j]))
        for i, j in itertools.pairwise(numbered)
        for link in (" ".join(token.folded for token in tokens[i + 1 : j]),)
        if link in LINKS and not set(text[tokens[i].end : tokens[j].start]) & set(",;&/.")
    )


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


def _is_row_for_count(number: Number, same: list[Number]) -> bool:
    """Whether the source has "third week" where the claim has "three week", or the reverse."""
    thing = number.unit or number.counted
    alike = [other for other in same if thing and thing == (other.unit or other.counted)]
    return bool(alike) and all(other.is_ordinal != number.is_ordinal for other in alike)


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
