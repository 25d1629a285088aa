"""Says whether a name or a number of a claim stands where its source has another one.

It knows two texts and which words are names; which span is compared is decided elsewhere.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.fitting import fit, fit_past_asides
from generation.placed import read_facts
from generation.vocabulary import ORDINALS, PREPOSITIONS, PRONOUNS, SAME_NAMES
from generation.words import is_name, words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from generation.placed import Fact, Text

# By how much another name or number must fit better than the claim's own, and how well at least.
MARGIN = 0.5
NAME_LEAST, NUMBER_LEAST = 0.8, 0.6
SETTLED = 0.5  # by how much less another fact of the claim may fit its own place
LONG_TITLE = 3  # words; in a shorter one the name is not told by its words
NAME_FIT, NUMBER_FIT = 1.0, 1.5  # least fit of what another sentence lends
FREE_FIT = 0.25  # the same of a number whose place no other could have taken
_OR = re.compile(r"[\s,]*(?:\(|\bor\b|\balso (?:known as|called)\b)[\s`'\"“]*")
_YEAR = re.compile(r"[12]\d{3}")
_ASIDE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class Places:
    """The texts in which the facts of a claim may stand: each holds the one before it.

    The ground of the claim, with what was lent to it, and all that is around. Names within one of
    the `titles`, as it is written, stand where that has them.
    """

    ground: str
    quoted: str
    around: str
    titles: tuple[str, ...] = ()


def misplaced(claim: str, places: Places, known: AbstractSet[str]) -> str:
    """Which fact of the claim stands where the quoted text has another of its kind, in words, or "".

    A fact is looked for in the text around with the words that stand around it in the claim. When
    another in the quoted text fits them better, what is said of one was said of the other: two
    names changed places, or one took another's. `known` are the folded words that are names
    wherever they stand.
    """
    said = read_facts(claim, known)
    if not said.facts:
        return ""
    own_sources = _versions(places.around, known)
    other_sources, ground = _versions(places.quoted, known), read_facts(places.ground, known)
    renamed, titled = _renamed(own_sources[0]), _titled(said, places.titles)
    for fact in said.facts:
        if fact in titled or (fact.is_number and not _is_there(fact, own_sources[0])):
            continue
        own = max(_own(said, fact, source) for source in own_sources)
        own = max(own, _pronoun(said, fact, ground))
        rivals = other_sources if fact.is_number else other_sources[-1:]
        other, named = max(_best_other(said, fact, source, renamed) for source in rivals)
        if other >= max(own + MARGIN, NUMBER_LEAST if fact.is_number else NAME_LEAST):
            return f"the source says this of {named}, not of {_written(said, fact)}"
    return ""


def fits(
    claim: str,
    quoted: str,
    other: str,
    known: AbstractSet[str],
    *,
    names_too: bool = True,
    before: bool = True,
    freely: bool = True,
) -> bool:
    """Whether the facts that only the `other` text has stand there as they do in the claim.

    So does a name for which a pronoun of the quoted text may stand, when the other text comes
    `before` it. Without `names_too` numbers alone are looked at. Lent `freely`, a number need
    hardly fit where the claim leaves no number of the two texts out, whose place it could have taken.
    """
    said, source, told = (read_facts(text, known) for text in (claim, other, quoted))
    here, there = ({key for key, _ in text.keys} for text in (told, source))
    freely = freely and not any(_leaves_number_out(said, text) for text in (told, source))
    number_fit = FREE_FIT if freely else NUMBER_FIT
    for fact in said.facts:
        lent = fact.stems & there and not fact.stems & here
        if not lent or not (fact.is_number or names_too):
            continue
        found = max(_own(said, fact, source), _pronoun(said, fact, told) if before else 0.0)
        if found < (number_fit if fact.is_number else NAME_FIT):
            return False
    return True


def _leaves_number_out(said: Text, told: Text) -> bool:
    return any(
        other.is_number and not any(_is_same(said, fact, other) for fact in said.facts)
        for other in told.facts
    )


def _versions(text: str, known: AbstractSet[str]) -> list[Text]:
    """The text as it is, and without what stands in parentheses."""
    return [read_facts(one, known) for one in dict.fromkeys((text, _ASIDE.sub(" ", text)))]


def _renamed(source: Text) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Two names for one thing, both ways: "Μακεδονία ( Makedonía )", "Nanna, also called Sin"."""
    pairs = []
    for one in source.facts:
        found = _OR.match(source.text, source.tokens[one.last - 1].end)
        if found is None or one.is_number:
            continue
        rest = [word for word in source.tokens[one.last :] if word.start >= found.end()]
        two = frozenset(word.folded for word in itertools.takewhile(is_name, rest))
        pairs += [(one.said, two), (two, one.said)] if two else []
    return pairs


def _titled(said: Text, titles: Sequence[str]) -> list[Fact]:
    """The names that stand within a title of three words or more as the claim has it."""
    places = [
        (said.text.index(title), said.text.index(title) + len(title))
        for title in titles
        if len(words(title)) >= LONG_TITLE and title in said.text
    ]
    return [
        fact
        for fact in said.facts
        for start, end in places
        if start <= said.tokens[fact.first].start and said.tokens[fact.last - 1].end <= end
    ]


def _is_there(fact: Fact, source: Text) -> bool:
    """Whether a source has a number, or it only follows from others: "ten years" of two years."""
    return any(fact.said & other.said for other in source.facts if other.is_number)


def _own(said: Text, fact: Fact, source: Text) -> float:
    """How well the fact fits where the source has it, or a pronoun that may stand for it."""
    places = [(other.first, other.last) for other in source.facts if _is_same(said, fact, other)]
    if not _has_rival(said, fact):
        keys = enumerate(source.keys)
        places += [(i, i + 1) for i, (key, _) in keys if key in fact.stems]
    fits_there = fit if fact.is_number else fit_past_asides
    return max((fits_there(said, fact, source, *place) for place in places), default=0.0)


def _pronoun(said: Text, fact: Fact, source: Text) -> float:
    """How well a name fits where a source that does not say it has a pronoun."""
    if fact.is_number or any(key in fact.stems for key, _ in source.keys):
        return 0.0
    places = [i for i, word in enumerate(source.tokens) if word.folded in PRONOUNS]
    return max((fit(said, fact, source, i, i + 1) for i in places), default=0.0)


def _best_other(
    said: Text,
    fact: Fact,
    source: Text,
    renamed: Sequence[tuple[frozenset[str], frozenset[str]]],
) -> tuple[float, str]:
    """How well the fact fits where the source has another of its kind, and which."""
    best = (0.0, "")
    for other in source.facts:
        if _kind(said, fact) != _kind(source, other) or _is_same(said, fact, other):
            continue
        if _goes_with(said, fact, source, other):
            continue
        if any(one == other.said and two <= fact.said for one, two in renamed):
            continue
        if len({_preposition(said, fact), _preposition(source, other)} - {""}) > 1:
            continue  # "by Karen" is not in the place of "in Aarhus"
        found = fit(said, fact, source, other.first, other.last)
        if found > best[0] and not _is_taken(said, fact, source, other, found):
            best = (found, _written(source, other))
    return best


def _is_same(said: Text, fact: Fact, other: Fact) -> bool:
    """Whether two facts are one: "Schick" is "Béla Schick" unless the claim tells them apart."""
    if _has_rival(said, fact):
        return fact.said == other.said
    return bool(
        fact.stems & other.stems
        or fact.initials in other.stems
        or other.initials in fact.stems
        or any(SAME_NAMES.get(name, frozenset()) & other.said for name in fact.said)
    )


def _has_rival(said: Text, fact: Fact) -> bool:
    return any(
        other.said != fact.said and other.stems & fact.stems
        for other in said.facts
        if other.is_number == fact.is_number
    )


def _kind(text: Text, fact: Fact) -> str:
    """What a fact may be taken for: a name; a year, a place in a row, or any other number."""
    if not fact.is_number:
        return "name"
    written = text.tokens[fact.first].folded
    if written in ORDINALS:
        return "ordinal"
    return "year" if _YEAR.fullmatch(written) else "number"


def _goes_with(said: Text, fact: Fact, source: Text, other: Fact) -> bool:
    """Whether the source has the other as a part of this one's name: "United States of America"."""
    before = [word.folded for word in source.tokens[max(0, other.first - 2) : other.first]]
    end = other.first - (2 if before == ["of", "the"] else 1)
    return "of" in before[-2:] and any(
        one.last == end and _is_same(said, fact, one) for one in source.facts
    )


def _is_taken(said: Text, fact: Fact, source: Text, other: Fact, found: float) -> bool:
    """Whether the claim has the other fact too, and where it fits there nearly as well.

    Two that changed places both fit badly where they stand.
    """
    return any(
        mine is not fact
        and _is_same(said, mine, other)
        and fit(said, mine, source, other.first, other.last) >= found - SETTLED
        for mine in said.facts
    )


def _preposition(text: Text, fact: Fact) -> str:
    """The preposition before a fact, or before its article; "" when there is none."""
    before = [word.folded for word in text.tokens[max(0, fact.first - 2) : fact.first]]
    if before[-1:] == ["the"]:
        before.pop()
    return before[-1] if before and before[-1] in PREPOSITIONS else ""


def _written(text: Text, fact: Fact) -> str:
    return text.text[text.tokens[fact.first].start : text.tokens[fact.last - 1].end]
