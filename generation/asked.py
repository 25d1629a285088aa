"""What kind of thing an English question asks for, and whether a sentence holds one.

It knows question words and the shapes of names, dates and numbers. A question of another kind or
language has no kind, and nothing is demanded of a sentence.
"""

from __future__ import annotations

import re
from typing import Literal

from generation.vocabulary import MONTHS, UNITS
from generation.words import content, is_content, numbers, stem, words

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


def asked_for(question: str) -> Kind:
    """The kind of answer wanted: the earliest question word decides; "" when there is none."""
    found = [
        (match.start(), kind)
        for kind, pattern in _PATTERNS
        if (match := pattern.search(question)) is not None
    ]
    return min(found)[1] if found else ""


def topic(question: str) -> str:
    """The question without the words that ask for a number or a time: "how long", "what year"."""
    for kind, pattern in _PATTERNS:
        if kind in {"number", "time"}:
            question = pattern.sub(" ", question)
    return question


def holds(kind: Kind, sentence: str, question: str) -> bool:
    """Whether a sentence has a candidate of that kind that is not in the question already."""
    if kind == "number":
        known = {number.value for number in numbers(question)}
        return any(number.value not in known for number in numbers(sentence))
    if kind == "time":
        return _holds_time(sentence, question)
    if kind in ("person", "place"):
        known_stems = content(question)
        return any(
            word.is_capitalised and is_content(word) and stem(word.folded) not in known_stems
            for word in words(sentence)[1:]
        )
    return True


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
