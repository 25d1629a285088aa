"""What kind of thing an English question asks for, and whether a sentence holds one.

It knows question words and the shapes of names, dates and numbers. A question of another kind or
language has no kind, and nothing is demanded of a sentence.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from generation.vocabulary import MONTHS, ORDINAL_ENDINGS, ORDINALS, UNITS
from generation.words import content, is_content, number_value, numbers, stem, words

if TYPE_CHECKING:
    from generation.words import Word

Kind = Literal["person", "place", "time", "number", ""]

_KINDS: tuple[tuple[Kind, str], ...] = (
    ("time", r"\bwhen\b|\b(?:what|which) (?:year|date|day|month|century|decade|period)\b"),
    (
        "number",
        (
            r"\bhow (?:many|much|long|old|far|high|tall|large|big|often|fast|deep|wide|heavy)\b"
            r"|\b(?:what|which) (?:percent|percentage|number|proportion|fraction|amount|age|size|cost)\b"
        ),
    ),
    ("person", r"\bwho(?:m|se)?\b|\bwhat (?:person|man|woman|player|king|president|author)\b"),
    (
        "place",
        r"\bwhere\b|\b(?:what|which) (?:city|country|state|place|town|river|region|continent|street|county)\b",
    ),
)
_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS)
_TIME_WORDS = {"today", "yesterday", "spring", "summer", "autumn", "winter", "morning", "night"}
_TIME_UNITS = {"year", "month", "week", "day", "century", "decade", "hour", "minute", "second"}
_YEAR = re.compile(r"1\d{3}|20\d{2}")
# "What were the sales of 2022?" asks for a number as "how much" does; "what caused the sales" does not.
_FIGURE = re.compile(
    r"\bwhat (?:is|was|are|were) (?:(?!of\b)[^\s?]+ ){0,8}?(?:revenues?|sales|income|profits?|earnings|"
    r"eps|ebitda|costs?|price|salary|population|dividends?|margin|expenditures?|temperature|distance|"
    r"height|weight|length|speed)\b",
    re.IGNORECASE,
)
_SPANS_OF_TIME = re.compile(r"\bhow (?:long|old|often)\b", re.IGNORECASE)
_IN_A_CODE = re.compile(r"[^\W\d_]-?$")  # what stands before it: "Q4", "COVID-19"
_SIGNS = {"$", "€", "£", "¥"}


def asked_for(question: str) -> Kind:
    """The kind of answer wanted: the earliest question word decides; "" when there is none."""
    found = [
        (match.start(), kind)
        for kind, pattern in _PATTERNS
        if (match := pattern.search(question)) is not None
    ]
    if found:
        return min(found)[1]
    return "number" if _FIGURE.search(question) else ""


def topic(question: str) -> str:
    """The question without the words that ask for a number or a time: "how long", "what year"."""
    for kind, pattern in _PATTERNS:
        if kind in {"number", "time"}:
            question = pattern.sub(" ", question)
    return question


def holds(kind: Kind, sentence: str, question: str) -> bool:
    """Whether a sentence has a candidate of that kind that is not in the question already."""
    if kind == "number":
        if _SPANS_OF_TIME.search(question):  # a date may tell how long
            known = {number.value for number in numbers(question)}
            return any(number.value not in known for number in numbers(sentence))
        return bool(quantities(sentence) - quantities(question))
    if kind == "time":
        return _holds_time(sentence, question)
    if kind in ("person", "place"):
        known_stems = content(question)
        return any(
            word.is_capitalised and is_content(word) and stem(word.folded) not in known_stems
            for word in words(sentence)[1:]
        )
    return True


def quantities(text: str) -> frozenset[str]:
    """The values of the numbers that say how much: no rank, year, day of a month or code ("Q4")."""
    tokens = (None, *words(text), None)
    near = zip(tokens, tokens[1:], tokens[2:], strict=False)
    return frozenset(
        number_value(word)
        for before, word, after in near
        if word is not None and word.is_number and _says_how_much(text, before, word, after)
    )


def _says_how_much(text: str, before: Word | None, word: Word, after: Word | None) -> bool:
    if word.folded in ORDINALS or _IN_A_CODE.search(text[max(0, word.start - 2) : word.start]):
        return False
    if after is not None and after.folded in ORDINAL_ENDINGS and after.start == word.end:
        return False
    counted = after is not None and after.folded in UNITS and after.text not in _SIGNS
    if counted or (before is not None and before.text in _SIGNS):
        return True
    beside = {one.folded for one in (before, after) if one is not None}
    return not beside & MONTHS.keys() and _YEAR.fullmatch(word.text) is None


def _holds_time(sentence: str, question: str) -> bool:
    known = {word.folded for word in words(question)}
    return any(
        word.folded not in known
        and (
            _YEAR.fullmatch(word.text) is not None
            or word.folded in MONTHS
            or word.folded in _TIME_WORDS
            or UNITS.get(word.folded) in _TIME_UNITS
        )
        for word in words(sentence)
    )
