"""Says what in a claim its quote does not say: numbers, units, names, negation, opposites.

It knows two texts and the names of the sources; it does not choose the quote.
"""

from __future__ import annotations

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from generation.vocabulary import OPPOSITES
from generation.words import (
    Number,
    content,
    dates,
    number_value,
    number_values,
    numbers,
    stated_numbers,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

LINKS = frozenset({"", "to", "of", "out of"})  # words between two numbers of one range or share
LONGEST_DAY = 2  # digits; a longer number after a month is a year
AT_ONCE = 2  # words within which a number that comes again is repeated at once
_YEAR = re.compile(r"[12]\d{3}")
_HUNDREDS = re.compile(r"\b([12]\d00)['’]?s\b")  # "the 1800s"
_COUNT = re.compile(r"\d{1,4}")  # whole and short: documents may hold numbers of any length
_YEARS = {"year": 1, "decade": 10, "century": 100}
_NEXT_YEAR = re.compile(r"\b(?:next|following) year\b", re.IGNORECASE)
_NUMBER = r"(?<![\w.,-])([a-z]+(?:-[a-z]+)?|\d+)"  # the whole of it, not the "one" of "twenty-one"
_STEP = re.compile(rf"{_NUMBER} years? (later|after|before|earlier)\b", re.IGNORECASE)
_AFTER = re.compile(rf"\bafter {_NUMBER} years?\b", re.IGNORECASE)
_AT_LEAST = re.compile(r"\bat (?:least|most|first|last)\b", re.IGNORECASE)


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


def missing_number(claim: str, quoted: str) -> str:
    """Which number, unit or date of the claim the quoted text lacks, in words, or ""."""
    said, there = number_values(quoted), numbers(quoted)
    units = {number.unit for number in there} | content(quoted)
    if "m" in units:
        units |= {"metre", "million"}
    amounts = {number.amount for number in there}
    for number in stated_numbers(claim):
        if number.value not in said and number.amount not in amounts:
            if _is_reckoned(number, claim, quoted):
                continue
            return f"the source does not say {_written(number)}"
        same = [other for other in there if other.value == number.value]
        if same and number.unit and not any(_same_unit(number, other, units) for other in same):
            return f"the source does not say {_written(number)}"
        if same and _counts_otherwise(number, same, there):
            return f"the source counts {number.written} of something else"
        if _is_row_for_count(number, same):
            return f"the source does not say {number.written} so"
    return _said_twice(claim, quoted) or _turned_round(claim, quoted) or _other_date(claim, quoted)


def _is_reckoned(number: Number, claim: str, quoted: str) -> bool:
    """Whether the number follows from others: "the 1800s" or "ten years" from 1785 to 1795."""
    centuries = {other.value for other in numbers(quoted) if other.unit == "century"}
    hundreds_there, hundreds_here = _HUNDREDS.findall(quoted), _HUNDREDS.findall(claim)
    return (
        (number.unit == "century" and number.value in map(_century, hundreds_there))
        or (number.value in hundreds_here and _century(number.value) in centuries)
        or _is_reckoned_in_years(number, claim, quoted)
    )


def _is_reckoned_in_years(number: Number, claim: str, quoted: str) -> bool:
    """Whether it is so many years between two, two centuries for 200 years, or a year that many later.

    The year that one is later than must be in the claim, too: else "in 1912" would follow from any
    "following year" after 1911.
    """
    there = numbers(quoted)
    years = [int(other.value) for other in there if _YEAR.fullmatch(other.value)]
    if _YEAR.fullmatch(number.value):
        said = number_values(claim)
        known = [year for year in years if str(year) in said]
        return int(number.value) in {year + step for year in known for step in _steps(quoted)}
    length = None if number.is_ordinal else _in_years(number)
    spans = {b - a for a in years for b in years} | {_in_years(other) for other in there}
    return length is not None and length in spans


def _in_years(number: Number) -> int | None:
    """What a whole number of years, decades or centuries comes to; None for any other."""
    if number.unit not in _YEARS or _COUNT.fullmatch(number.value) is None:
        return None
    return int(number.value) * _YEARS[number.unit]


def _steps(quoted: str) -> Iterator[int]:
    """The years that a text goes on or back by: 3 of "three years later", -1 of "a year before"."""
    if _NEXT_YEAR.search(quoted):
        yield 1
    for said, way in (*_STEP.findall(quoted), *((n, "after") for n in _AFTER.findall(quoted))):
        value = "1" if said.casefold() == "a" else number_value(words(said)[0])
        if _COUNT.fullmatch(value):
            yield int(value) if way.casefold() in {"later", "after"} else -int(value)


def _century(year: str) -> str:
    """The century of a hundred years: "19" of "1800"."""
    return str(int(year) // 100 + 1)


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
    said, values = dates(claim), number_values(quoted)
    for month, number in sorted(said - there):
        is_year = len(number) > LONGEST_DAY and number in values
        if is_year and any((month, day) in there for other, day in said if other == month):
            continue  # "August 17, 2017" of "the 2017 season … on August 17"
        if month in {other for other, _ in there}:
            return f"the source does not say {month.capitalize()} {number}"
    return ""


def _written(number: Number) -> str:
    return f"{number.written} {number.unit}".strip()


def _same_unit(number: Number, other: Number, units: AbstractSet[str]) -> bool:
    """The same unit, or none at this number and the unit elsewhere: "5 to 10 million"."""
    if "m" in {number.unit, other.unit}:
        return {number.unit, other.unit} <= {"m", "metre", "million"}
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
