"""Says whether a name or a number of a claim stands where its source has another one.

It knows two texts and which words are names; which span is compared is decided elsewhere.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.vocabulary import MONTHS, PREPOSITIONS, PRONOUNS, VAGUE_NUMBER_WORDS
from generation.words import is_content, is_initial, is_name, number_value, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from generation.words import Word

CONTEXT = 5  # words of the claim on each side of a fact
REACH = 8  # the same in the source, which may say more in between
FADING = 0.12  # of a word's weight for each word between it and the fact
FUNCTION_WORD = 0.3  # weight of "of" or "in" beside that of a word with meaning
MARGIN = 0.5  # by which another fact must fit better than the claim's own
LEAST = 1.0  # of another fact's fit, below which it says nothing
LONG_TITLE = 3  # words; in a shorter one the name is not told by its words
NAME_FIT, NUMBER_FIT = 1.0, 1.5  # least fit of what another sentence lends
_OR = re.compile(r"[\s,]*(?:\(|\bor\b|\balso (?:known as|called)\b)[\s`'\"“]*")
_ASIDE = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, slots=True)
class _Text:
    """A text's words, what each is compared by, and which of them are names and numbers."""

    text: str
    tokens: tuple[Word, ...]
    keys: tuple[tuple[str, float], ...]
    facts: tuple[_Fact, ...]


@dataclass(frozen=True, slots=True)
class _Fact:
    """A number, or a name of one or several words: the tokens [first, last)."""

    is_number: bool
    first: int
    last: int
    said: frozenset[str]
    stems: frozenset[str]


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
    said = _read(claim, known)
    if not said.facts:
        return ""
    own_sources = _versions(places.around, known)
    other_sources, ground = _versions(places.quoted, known), _read(places.ground, known)
    renamed, titled = _renamed(own_sources[0]), _titled(said, places.titles)
    for fact in said.facts:
        if fact in titled:
            continue
        own = max(_own(said, fact, source) for source in own_sources)
        own = max(own, _pronoun(said, fact, ground))
        rivals = other_sources if fact.is_number else other_sources[-1:]
        other, named = max(_best_other(said, fact, source, renamed) for source in rivals)
        if other >= max(own + MARGIN, LEAST):
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
) -> bool:
    """Whether the facts that only the `other` text has stand there as they do in the claim.

    So does a name for which a pronoun of the quoted text may stand, when the other text comes
    `before` it. Without `names_too` numbers alone are looked at.
    """
    said, source, told = (_read(text, known) for text in (claim, other, quoted))
    here, there = ({key for key, _ in text.keys} for text in (told, source))
    for fact in said.facts:
        lent = fact.stems & there and not fact.stems & here
        if not lent or not (fact.is_number or names_too):
            continue
        fit = max(_own(said, fact, source), _pronoun(said, fact, told) if before else 0.0)
        if fit < (NUMBER_FIT if fact.is_number else NAME_FIT):
            return False
    return True


def _versions(text: str, known: AbstractSet[str]) -> list[_Text]:
    """The text as it is, and without what stands in parentheses."""
    return [_read(one, known) for one in dict.fromkeys((text, _ASIDE.sub(" ", text)))]


def _renamed(source: _Text) -> list[tuple[frozenset[str], frozenset[str]]]:
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


def _titled(said: _Text, titles: Sequence[str]) -> list[_Fact]:
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


def _read(text: str, known: AbstractSet[str]) -> _Text:
    tokens = words(text)
    keys = tuple((word.key, _weight(word)) for word in tokens)
    return _Text(text, tokens, keys, tuple(_facts(text, tokens, known)))


def _weight(word: Word) -> float:
    return 1.0 if is_content(word) or word.is_digits else FUNCTION_WORD


def _facts(text: str, tokens: Sequence[Word], known: AbstractSet[str]) -> Iterator[_Fact]:
    i = 0
    while i < len(tokens):
        last = i + 1
        if tokens[i].is_number and tokens[i].folded not in VAGUE_NUMBER_WORDS:
            value = frozenset({number_value(tokens[i])})
            yield _Fact(True, i, last, value, value)
        elif _is_name(text, tokens[i], known):
            while last < len(tokens) and _goes_on(text, tokens[last - 1], tokens[last], known):
                last += 1
            run = tokens[i:last]
            folded = frozenset(word.folded for word in run)
            joined = stem("".join(word.folded for word in (*run, *_hyphened(text, tokens, last))))
            yield _Fact(False, i, last, folded, frozenset(map(stem, folded)) | {joined})
        i = last


def _hyphened(text: str, tokens: Sequence[Word], last: int) -> Sequence[Word]:
    """The word after a name and a hyphen with spaces: "Wal - Mart" is "Walmart", too."""
    return tokens[last : last + 1] if text[tokens[last - 1].end :].startswith(" - ") else ()


def _goes_on(text: str, before: Word, word: Word, known: AbstractSet[str]) -> bool:
    return text[before.end : word.start] in {" ", "-"} and _is_name(text, word, known)


def _is_name(text: str, word: Word, known: AbstractSet[str]) -> bool:
    if not is_name(word) or word.folded in MONTHS:
        return False
    return word.folded in known or not is_initial(text, word.start)


def _own(said: _Text, fact: _Fact, source: _Text) -> float:
    """How well the fact fits where the source has it, or a pronoun that may stand for it."""
    places = [(other.first, other.last) for other in source.facts if _is_same(said, fact, other)]
    if not _has_rival(said, fact):
        keys = enumerate(source.keys)
        places += [(i, i + 1) for i, (key, _) in keys if key in fact.stems]
    return max((_fit(said, fact, source, *place) for place in places), default=0.0)


def _pronoun(said: _Text, fact: _Fact, source: _Text) -> float:
    """How well a name fits where a source that does not say it has a pronoun."""
    if fact.is_number or any(key in fact.stems for key, _ in source.keys):
        return 0.0
    places = [i for i, word in enumerate(source.tokens) if word.folded in PRONOUNS]
    return max((_fit(said, fact, source, i, i + 1) for i in places), default=0.0)


def _best_other(
    said: _Text,
    fact: _Fact,
    source: _Text,
    renamed: Sequence[tuple[frozenset[str], frozenset[str]]],
) -> tuple[float, str]:
    """How well the fact fits where the source has another of its kind, and which."""
    best = (0.0, "")
    for other in source.facts:
        if other.is_number != fact.is_number or _is_same(said, fact, other):
            continue
        if any(one == other.said and two <= fact.said for one, two in renamed):
            continue
        if len({_preposition(said, fact), _preposition(source, other)} - {""}) > 1:
            continue  # "by Karen" is not in the place of "in Aarhus"
        fit = _fit(said, fact, source, other.first, other.last)
        if fit > best[0] and not _is_taken(said, fact, source, other, fit):
            best = (fit, _written(source, other))
    return best


def _is_same(said: _Text, fact: _Fact, other: _Fact) -> bool:
    """Whether two facts are one: "Schick" is "Béla Schick" unless the claim tells them apart."""
    if _has_rival(said, fact):
        return fact.said == other.said
    return bool(fact.stems & other.stems)


def _has_rival(said: _Text, fact: _Fact) -> bool:
    return any(
        other.said != fact.said and other.stems & fact.stems
        for other in said.facts
        if other.is_number == fact.is_number
    )


def _is_taken(said: _Text, fact: _Fact, source: _Text, other: _Fact, fit: float) -> bool:
    """Whether the claim has the other fact too, and where it fits there at least as well."""
    return any(
        mine is not fact
        and mine.said == other.said
        and _fit(said, mine, source, other.first, other.last) >= fit
        for mine in said.facts
    )


def _fit(said: _Text, fact: _Fact, source: _Text, first: int, last: int) -> float:
    """The weight of the words around a fact that stand, in order, around a place of the source."""
    before = said.keys[max(0, fact.first - CONTEXT) : fact.first][::-1]
    there = source.keys[max(0, first - REACH) : first][::-1]
    after = said.keys[fact.last : fact.last + CONTEXT]
    return _shared(before, there) + _shared(after, source.keys[last : last + REACH])


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


def _preposition(text: _Text, fact: _Fact) -> str:
    """The preposition before a fact, or before its article; "" when there is none."""
    before = [word.folded for word in text.tokens[max(0, fact.first - 2) : fact.first]]
    if before[-1:] == ["the"]:
        before.pop()
    return before[-1] if before and before[-1] in PREPOSITIONS else ""


def _written(text: _Text, fact: _Fact) -> str:
    return text.text[text.tokens[fact.first].start : text.tokens[fact.last - 1].end]
