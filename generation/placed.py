"""Reads the names and numbers of a text, each with the words that it stands among.

It knows one text and which words are names; what another text says of them it does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.vocabulary import MONTHS, UNITS, VAGUE_NUMBER_WORDS
from generation.words import (
    amount,
    initials,
    is_content,
    is_initial,
    is_name,
    number_value,
    stem,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from generation.words import Word

FUNCTION_WORD = 0.3  # weight of "of" or "in" beside that of a word with meaning


@dataclass(frozen=True, slots=True)
class Text:
    """A text's words, what each is compared by, and which of them are names and numbers."""

    text: str
    tokens: tuple[Word, ...]
    keys: tuple[tuple[str, float], ...]
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A number, or a name of one or several words: the tokens [first, last)."""

    is_number: bool
    first: int
    last: int
    said: frozenset[str]
    stems: frozenset[str]
    initials: str = ""


def read_facts(text: str, known: AbstractSet[str]) -> Text:
    """The words of a text and its facts; `known` are the folded words that are always names."""
    tokens = words(text)
    keys = tuple((word.key, _weight(word)) for word in tokens)
    return Text(text, tokens, keys, tuple(_facts(text, tokens, known)))


def _weight(word: Word) -> float:
    return 1.0 if is_content(word) or word.is_digits else FUNCTION_WORD


def _facts(text: str, tokens: Sequence[Word], known: AbstractSet[str]) -> Iterator[Fact]:
    i = 0
    while i < len(tokens):
        last = i + 1
        if tokens[i].is_number and tokens[i].folded not in VAGUE_NUMBER_WORDS:
            value = number_value(tokens[i])
            scale = UNITS.get(tokens[last].folded, "") if last < len(tokens) else ""
            same = frozenset({value, amount(value, scale)})
            yield Fact(True, i, last, same, same)
        elif _is_name(text, tokens[i], known):
            while last < len(tokens) and _goes_on(text, tokens[last - 1], tokens[last], known):
                last += 1
            yield _name(text, tokens, i, last)
        i = last


def _name(text: str, tokens: Sequence[Word], first: int, last: int) -> Fact:
    run = tokens[first:last]
    whole = "".join(word.folded for word in run)
    if len(run) == len(whole) > 1:  # "U.S."
        return Fact(False, first, last, frozenset({whole}), frozenset({whole}))
    folded = frozenset(word.folded for word in run)
    joined = stem("".join(word.folded for word in (*run, *_hyphened(text, tokens, last))))
    stems = frozenset(map(stem, folded)) | {joined}
    return Fact(False, first, last, folded, stems, initials(run))


def _hyphened(text: str, tokens: Sequence[Word], last: int) -> Sequence[Word]:
    """The word after a name and a hyphen with spaces: "Wal - Mart" is "Walmart", too."""
    return tokens[last : last + 1] if text[tokens[last - 1].end :].startswith(" - ") else ()


def _goes_on(text: str, before: Word, word: Word, known: AbstractSet[str]) -> bool:
    between = text[before.end : word.start]
    if between == "." and before.end - before.start == word.end - word.start == 1:
        return word.is_capitalised
    if between == ". " and before.end - before.start == 1:
        return is_name(word)  # "George W. Bush"
    return between in {" ", "-"} and _is_name(text, word, known)


def _is_name(text: str, word: Word, known: AbstractSet[str]) -> bool:
    if not is_name(word) or word.folded in MONTHS:
        return False
    return word.folded in known or not is_initial(text, word.start)
