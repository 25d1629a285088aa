"""What can be read off the words of a sentence without a model: content, numbers, names, negation.

It knows nothing of documents or answers. Readings are strict where a slip changes a fact (a
number, a name, a "not") and loose where wording varies (the endings of words).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from generation.vocabulary import (
    MONTHS,
    NEGATIONS,
    NOT_NEGATING,
    NUMBER_WORDS,
    ONES,
    ORDINAL_ENDINGS,
    ORDINAL_ONES,
    ORDINALS,
    SCALES,
    STOP_WORDS,
    TENS,
    UNITS,
    VAGUE_NUMBER_WORDS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

STEM_LENGTH = 5
SHORTEST_PLURAL = 3
NEGATION_REACH = 3
_TOKEN = re.compile(
    rf"\b(?i:{'|'.join(TENS)})(?:-| - )(?i:{'|'.join((*ONES, *ORDINAL_ONES))})\b"
    r"|\d+(?:[.,]\d+)*|[$€£¥%°]|[^\W\d_]+(?:['’][^\W\d_]+)*"
)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_INITIAL = re.compile(r"(?:^|[.:!?\n•*\-–—\"“'(])\s*$")
_ENDING_IN_S = re.compile(r"['’]?s\b")  # "the 1990s", "Apollo 11's"
_DECIMAL = re.compile(r"\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"(?<=\d)[.,](?=\d{3}(?!\d))")


@dataclass(frozen=True, slots=True)
class Word:
    """One token as written, where it starts, and its form for comparison.

    `folded` has no case, no possessive ending and one kind of apostrophe.
    """

    text: str
    start: int
    folded: str

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)

    @property
    def is_digits(self) -> bool:
        """Whether it is a number in digits."""
        return self.text[0].isdigit()

    @property
    def is_number(self) -> bool:
        """Whether it is a number, in digits or letters."""
        return self.is_digits or self.folded in NUMBER_WORDS

    @property
    def key(self) -> str:
        """What it is compared by: a number's value, any other word's stem."""
        return number_value(self) if self.is_number else stem(self.folded)

    @property
    def is_capitalised(self) -> bool:
        """Whether it starts with a capital letter."""
        return self.text[0].isupper()


@dataclass(frozen=True, slots=True)
class Number:
    """A number: its value, how it is written, its unit in plain form, the word after both.

    `is_ordinal` says that it gives a place in a row: "third", "3rd".
    """

    value: str
    written: str
    unit: str
    counted: str
    is_ordinal: bool = False

    @property
    def amount(self) -> str:
        """What it comes to: "1200000" for "1.2 million"."""
        return amount(self.value, self.unit)


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[Word, ...]:
    """The words, numbers and unit signs of `text`, in order."""
    return tuple(
        Word(token, found.start(), _plain(token).replace("’", "'").removesuffix("'s"))
        for found in _TOKEN.finditer(text)
        for token in (found.group(),)
    )


def _plain(token: str) -> str:
    """Without case and accents: "Makedonía" is "makedonia"."""
    if token.isascii():
        return token.casefold().replace(" - ", "-")
    parts = unicodedata.normalize("NFKD", token.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in parts if not unicodedata.combining(c)))


def stem(folded: str) -> str:
    """The first five letters, without the s of a plural or a verb.

    Truncation does about as well as stemming, in any language: P. McNamee and J. Mayfield,
    "Character N-Gram Tokenization for European Language Text Retrieval", Information Retrieval 7,
    2004.
    """
    if len(folded) > SHORTEST_PLURAL and folded.endswith("s") and not folded.endswith("ss"):
        folded = folded[:-1]
    return folded[:STEM_LENGTH]


@lru_cache(maxsize=8192)
def content(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning; numbers by value; pairs of wide characters."""
    found: set[str] = set()
    for word in words(text):
        if word.is_number:
            found.add(number_value(word))
        elif _WIDE.search(word.text):
            found.update(word.text[i : i + 2] for i in range(max(1, len(word.text) - 1)))
        elif is_content(word) and word.folded not in NEGATIONS:
            found.add(stem(word.folded))
    return frozenset(found)


def is_content(word: Word) -> bool:
    """Whether a word carries meaning: not a stop word, a sign, or a lone small letter."""
    return word.folded not in STOP_WORDS and (len(word.folded) > 1 or word.text.isupper())


def number_value(word: Word) -> str:
    """The value of a number in digits or letters: "1,200.50" is "1200.5", "four" is "4"."""
    if word.folded in NUMBER_WORDS:
        return NUMBER_WORDS[word.folded]
    whole, _, fraction = _THOUSANDS.sub("", word.text).replace(",", ".").partition(".")
    fraction = fraction.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{fraction}" if fraction else "")


def amount(value: str, scale: str) -> str:
    """The value times what a word of scale like "million" stands for; by itself with another word."""
    if scale not in SCALES or _DECIMAL.fullmatch(value) is None:
        return value
    return f"{(Decimal(value) * SCALES[scale]).normalize():f}"


@lru_cache(maxsize=8192)
def numbers(text: str) -> tuple[Number, ...]:
    """The numbers of `text` in order, with the unit and the thing counted next to each."""
    tokens = words(text)
    found = []
    for i, word in enumerate(tokens):
        if not word.is_number:
            continue
        before = tokens[i - 1].text if i else ""
        following = [token.folded for token in tokens[i + 1 : i + 5]] + ["", ""]
        if following[:2] == ["per", "cent"]:
            following = ["percent", *following[2:], ""]
        is_ordinal = word.folded in ORDINALS or following[0] in ORDINAL_ENDINGS
        if following[0] in ORDINAL_ENDINGS:
            following = [*following[1:], ""]
        is_decade_or_owner = _ENDING_IN_S.match(text, word.end) is not None
        unit = "" if is_decade_or_owner else UNITS.get(following[0], "")
        counted = following[1] if unit else following[0]
        if not unit and before in ("$", "€", "£", "¥"):
            unit = UNITS[before]
        found.append(Number(number_value(word), word.text, unit, _counted(counted), is_ordinal))
    return tuple(found)


def _counted(folded: str) -> str:
    is_thing = folded and folded[0].isalpha() and folded not in STOP_WORDS
    return stem(folded) if is_thing else ""


def stated_numbers(text: str) -> tuple[Number, ...]:
    """The numbers that a text claims: those of `numbers` without a vague "one" or "first"."""
    return tuple(n for n in numbers(text) if n.written.casefold() not in VAGUE_NUMBER_WORDS)


@lru_cache(maxsize=8192)
def number_values(text: str) -> frozenset[str]:
    """Every value a text gives: its numbers, and the numbers of the months it names."""
    months = {MONTHS[word.folded] for word in words(text) if word.folded in MONTHS}
    return frozenset({number.value for number in numbers(text)} | months)


def names(text: str) -> tuple[Word, ...]:
    """The capitalised words of one sentence that are not stop words, its first word included."""
    return tuple(word for word in words(text) if is_name(word))


def is_name(word: Word) -> bool:
    """Whether a word may be a name by itself: capitalised, and neither a stop word nor a "not"."""
    return word.is_capitalised and is_content(word) and word.folded not in NEGATIONS


def initials(name: Sequence[Word]) -> str:
    """The first letters of a name of several words, "" of any other: "us" of "United States"."""
    return "".join(word.folded[0] for word in name) if len(name) > 1 else ""


def is_short(name: Sequence[Word]) -> bool:
    """Whether a name is one of initials: "USA", "U.S."."""
    letters = "".join(word.folded for word in name)
    return len(letters) > 1 and (len(name) == 1 or len(name) == len(letters))


def is_initial(text: str, start: int) -> bool:
    """Whether a word that starts there owes its capital to the start of a sentence, quote or line."""
    return _INITIAL.search(text[:start][-4:]) is not None


@lru_cache(maxsize=8192)
def negated(text: str, also: frozenset[str] = frozenset()) -> tuple[tuple[str, ...], ...]:
    """For each "not" of the text the stems of the words that it reaches: the next three.

    The folded words of `also` are taken for a "not" too.
    """
    tokens = words(text)
    cues = NEGATIONS | also
    groups = []
    for i, word in enumerate(tokens):
        if word.folded not in cues or _is_harmless(text, word, tokens[i + 1 : i + 2]):
            continue
        reach = [t for t in tokens[i + 1 :] if is_content(t) and t.folded not in NEGATIONS]
        groups.append(tuple(stem(token.folded) for token in reach[:NEGATION_REACH]))
    return tuple(group for group in groups if group)


def _is_harmless(text: str, word: Word, following: tuple[Word, ...]) -> bool:
    """Whether a "not" only limits ("not only"), or a "No." answers."""
    if following and following[0].folded in NOT_NEGATING:
        return True
    return word.folded == "no" and text[word.end : word.end + 1] in {".", ",", "!"}


def dates(text: str) -> frozenset[tuple[str, str]]:
    """Each month of a text with the numbers up to two words after it: ("march", "1999")."""
    tokens = words(text)
    return frozenset(
        (word.folded, number_value(after))
        for i, word in enumerate(tokens)
        if word.folded in MONTHS
        for after in tokens[i + 1 : i + 3]
        if after.is_digits
    )
