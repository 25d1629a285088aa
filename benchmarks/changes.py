"""Makes a true claim false by changing one fact: with something new, or from the passage itself.

It knows the words of a claim and of its passage; who judges the result is others' business. A claim
that offers nothing to change comes back as it was.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from generation.naming import read_lexicon
from generation.vocabulary import MONTHS, VAGUE_NUMBER_WORDS
from generation.words import names, number_value, stated_numbers, words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Span = tuple[int, int]

_AUXILIARIES = "is|are|was|were|can|ca|will|has|have|had|do|does|did|could|would|should"
OTHER_NAMES = ("Zanzibar", "Hawthorne", "Mulligan")
_LISTED = re.compile(r"[\s,&/(–-]*(?:'s|and|or|of|in|the)*[\s,]*(?:\w+ ?)?")


def other_number(claim: str, _passage: str) -> str:
    """The claim with its first number in digits one higher."""
    found = next((n.written for n in stated_numbers(claim) if n.written.isdigit()), "")
    return claim.replace(found, str(int(found) + 1), 1) if found else claim


def number_of_passage(claim: str, passage: str) -> str:
    """The claim with a number replaced by one of the passage that it lacks, of the same length if any."""
    mine = _numbers(claim)
    known = {number_value(word) for word in words(claim) if word.is_digits}
    theirs = [passage[a:b] for a, b in _numbers(passage)]
    new = sorted({text for text in theirs if number_value(words(text)[0]) not in known})
    if not mine or not new:
        return claim
    start, end = _dice(claim).choice(mine)
    alike = [text for text in new if len(text) == end - start]
    return claim[:start] + _dice(claim).choice(alike or new) + claim[end:]


def numbers_swapped(claim: str, _passage: str) -> str:
    """The claim with two of its numbers in each other's place; not two of one list."""
    return _exchanged(claim, _numbers(claim), re.compile(r"[\s,&]*(?:and|or)?\s*"))


def other_name(claim: str, _passage: str) -> str:
    """The claim with its last name, if that is not its first word, replaced by a strange one."""
    found = [name for name in names(claim) if name.start > 0]
    if not found:
        return claim
    new = OTHER_NAMES[len(claim) % len(OTHER_NAMES)]
    return claim[: found[-1].start] + new + claim[found[-1].end :]


def name_of_passage(claim: str, passage: str) -> str:
    """The claim with a whole name replaced by one of the passage that shares no word with it."""
    said = {word.folded for word in words(claim)}
    mine = _names(claim, read_lexicon([claim]).names)
    theirs = {passage[a:b] for a, b in _names(passage, read_lexicon([passage]).names)}
    new = sorted(name for name in theirs if not said & {word.folded for word in words(name)})
    if not mine or not new:
        return claim
    start, end = _dice(claim).choice(mine)
    return claim[:start] + _dice(claim).choice(new) + claim[end:]


def names_swapped(claim: str, passage: str) -> str:
    """The claim with two of its names in each other's place; not two of one list."""
    known = read_lexicon([claim, passage]).names
    return _exchanged(claim, _names(claim, known), _LISTED)


def negation(claim: str, _passage: str) -> str:
    """The claim with a "not" after its first auxiliary verb."""
    return re.sub(r"\b(is|are|was|were|can|will|has|have)\b(?! not)", r"\1 not", claim, count=1)


def not_taken_out(claim: str, _passage: str) -> str:
    """The claim without its first "not" after an auxiliary verb."""
    return re.sub(rf"\b({_AUXILIARIES}) ?(?:not\b|n't\b)(?! only)", r"\1", claim, count=1)


CHANGES: Mapping[str, Callable[[str, str], str]] = {
    "a number one higher": other_number,
    "another number of the passage": number_of_passage,
    "two numbers swapped": numbers_swapped,
    "a strange name": other_name,
    "another name of the passage": name_of_passage,
    "two names swapped": names_swapped,
    "a “not” put in": negation,
    "a “not” taken out": not_taken_out,
}
_SWAPS = {
    "numbers": ("another number of the passage", "two numbers swapped"),
    "names": ("another name of the passage", "two names swapped"),
}
POOLS: Mapping[str, tuple[str, ...]] = {
    "numbers, pooled": ("a number one higher", *_SWAPS["numbers"]),
    "names, pooled": ("a strange name", *_SWAPS["names"]),
    "from the passage, pooled": (*_SWAPS["numbers"], *_SWAPS["names"]),
}


def _dice(claim: str) -> random.Random:
    return random.Random(claim)


def _exchanged(claim: str, spans: Sequence[Span], listed: re.Pattern[str]) -> str:
    pairs = [
        (one, other)
        for number, one in enumerate(spans)
        for other in spans[number + 1 :]
        if _plain(claim[slice(*one)]) != _plain(claim[slice(*other)])
        and not listed.fullmatch(claim[one[1] : other[0]])
    ]
    if not pairs:
        return claim
    (a, b), (c, d) = _dice(claim).choice(pairs)
    return claim[:a] + claim[c:d] + claim[b:c] + claim[a:b] + claim[d:]


def _plain(fact: str) -> tuple[str, ...]:
    """What a name or number says, however it is written: "6" and "six" are one."""
    return tuple(number_value(w) if w.is_number else w.folded for w in words(fact))


def _numbers(text: str) -> list[Span]:
    return [
        (word.start, word.end)
        for word in words(text)
        if word.is_number and word.folded not in VAGUE_NUMBER_WORDS | {"two"}
    ]


def _names(text: str, known: frozenset[str]) -> list[Span]:
    """Names of one or several words that `known` has, without months."""
    spans: list[Span] = []
    for name in names(text):
        if spans and text[spans[-1][1] : name.start] in {" ", "-"}:
            spans[-1] = (spans[-1][0], name.end)
        elif name.folded in known:
            spans.append((name.start, name.end))
    return [(a, b) for a, b in spans if text[a:b].casefold() not in MONTHS]
