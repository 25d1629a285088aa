"""What a question wants to the letter: quoted phrases, codes, words to leave out. Knows texts only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.fusion import best_first
from retrieval.subjects import names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUOTED = re.compile(r'"([^"]*)"|“([^“”]+)”|„([^„“]+)“|«([^«»]+)»|「([^「」]+)」')
# A bare word only where nothing follows: in "what does tar -xzf do?" it is no wish.
_EXCLUDED_PHRASE = re.compile(r'(?:^|(?<=\s))-"([^"]+)"(?!\w)')
_EXCLUDED = re.compile(r"(?<=\s)-([^\W\d_][\w-]{2,})\s*\Z")
_WORD = re.compile(r"\w+(?:[./:-]\w+)*")
_CAPITAL_OR_SIGN = re.compile(r"[^\W\d_a-z]|\d[./:]\w|\w[./:]\d|_")
# Order numbers, x7301, drawing numbers, versions; not years, times, decimals, "100g" or "5-year".
_NUMBER = re.compile(r"\d{5,}|[^\W\d_]{1,4}-?\d{3,}|\d{3,}-\d{2,}|\d+(?:[./:-]\d+){2,}")
_SECTION = re.compile(
    r"(?:§+|\b(?:sections?|sect\.|sec\.|clauses?|articles?|art\.|chapter|paragraph|para\.|rule|annex"
    r"|appendix|table|figure|fig\.|abschnitt|kapitel|artikel|ziffer|absatz|tabelle|abbildung|chapitre"
    r"|alinéa|sección|capítulo|artículo|sezione|articolo))\s*(\d+(?:\.\d+)*)(?![\w%])",
    re.IGNORECASE,
)
# What a word joins to a code is no part of it: LSD1-positive.
_JOINED = re.compile(r"-[^\W\d_]{3,}\Z")
# Long enough to name one thing; X200 does, and H3 or MSX2 are spoken of beside others.
_TELLING = re.compile(r"\d{3}|\d[./:]\d")
_SHORTEST_CODE = 3
# A phrase has at least this share of a long question's letters.
_GOOD_PART, _LONG = 0.2, 150
_GAIN = 0.15
# A code that so few candidates hold names what is asked for; what more hold is spoken of.
_FEW = 5


@dataclass(frozen=True, slots=True)
class Wishes:
    """A question taken apart: `text` is what is searched for, without the words to leave out.

    Of the `codes`, `sections` number a part of a document, and the `telling` ones name one thing.
    """

    text: str
    phrases: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    telling: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phrases or self.codes or self.names or self.excluded)

    @property
    def exactly(self) -> str:
        """The phrases and codes alone, to be searched for; "" when there are none."""
        return " ".join((*self.phrases, *self.codes))


def wishes_of(question: str) -> Wishes:
    """What a question wants to the letter.

    A phrase stands in quotation marks; in a long question it is a good part of it, for there they
    more often mark an unusual use of a word. A phrase to leave out follows a hyphen, and so does a
    word at the end: `jaguar speed -car`. A code is a word like XK-200/7, E4042, 0x80070057, 4.2.1,
    MAX_SIZE, a long number, the number of a section, or the only word of the question.
    """
    text, excluded = _without_excluded(question)
    quoted = (_trimmed("".join(groups)) for groups in _QUOTED.findall(text))
    phrases = tuple(dict.fromkeys(phrase for phrase in quoted if _is_meant(phrase, text)))
    words, sections = _WORD.findall(text), tuple(dict.fromkeys(_SECTION.findall(text)))
    alone = words if len(words) == 1 and len(words[0]) >= _SHORTEST_CODE else []
    bare = (_JOINED.sub("", word) for word in words)
    codes = tuple(dict.fromkeys((*filter(_is_code, bare), *sections, *alone)))
    telling = (*filter(_TELLING.search, codes), *sections, *alone)
    called = tuple(name for name in dict.fromkeys(names(text)) if _is_name(name, codes))
    return Wishes(text, phrases, codes, sections, telling, called, excluded)


def holds(text: str, wishes: Wishes) -> bool:
    """Whether a text holds one of the phrases or codes."""
    return any(_pattern(words).search(text) for words in (*wishes.phrases, *wishes.codes))


def granted(
    ranked: Sequence[tuple[int, float]], texts: Mapping[int, str], wishes: Wishes
) -> list[tuple[int, float]]:
    """The rows ranked anew by what their texts hold, scores still in [0, 1].

    One with a word to leave out is dropped. One with more of the phrases, and of the telling codes
    that are rare among the rows, comes before any with fewer, if any row has one. Other codes and
    names count a little. A row without a text stands as one that holds nothing.
    """
    dropped = [_pattern(word) for word in wishes.excluded]
    left = [
        (row, score, texts.get(row, ""))
        for row, score in ranked
        if not any(pattern.search(texts.get(row, "")) for pattern in dropped)
    ]
    every = [text for _, _, text in left]
    codes = [_holders(code, every, code in wishes.sections) for code in wishes.codes]
    musts = [_holders(phrase, every) for phrase in wishes.phrases]
    musts += [
        held
        for code, held in zip(wishes.codes, codes, strict=True)
        if code in wishes.telling and sum(held) <= _FEW
    ]
    wanted = codes + [_holders(name, every) for name in wishes.names]
    gain = _GAIN if wanted else 0.0
    found = []
    for place, (row, score, _) in enumerate(left):
        share = sum(held[place] for held in wanted) / max(1, len(wanted))
        n_musts = sum(held[place] for held in musts)
        found.append((row, n_musts, (score + gain * share) / (1 + gain)))
    most = max((n_musts for _, n_musts, _ in found), default=0)
    return best_first((row, (n_musts + score) / (most + 1)) for row, n_musts, score in found)


def _without_excluded(question: str) -> tuple[str, tuple[str, ...]]:
    """The question without what is to be left out, and that; as it is when nothing else is asked."""
    excluded = _EXCLUDED_PHRASE.findall(question)
    text = _EXCLUDED_PHRASE.sub(" ", question).rstrip() if excluded else question
    at_end: list[str] = []
    while found := _EXCLUDED.search(text):
        at_end.append(found[1])
        text = text[: found.start()].rstrip()
    if not re.search(r"\w", text):
        return question, ()
    return text, (*reversed(at_end), *excluded)


def _holders(words: str, texts: Sequence[str], is_section: bool = False) -> list[bool]:
    """Which texts hold some words; of a section's number those where a line opens with it, if any does."""
    pattern, first = _pattern(words), words.split(maxsplit=1)[0].lower()
    # Most texts have not even the first word, and plain search sees that ten times sooner.
    held = [first in text.lower() and bool(pattern.search(text)) for text in texts]
    if is_section:
        opening = re.compile(r"(?m)^[\W_]*(?:[^\W\d_]+\.?\s+)?" + pattern.pattern, re.IGNORECASE)
        opened = [has and bool(opening.search(text)) for has, text in zip(held, texts, strict=True)]
        return opened if any(opened) else held
    return held


def _trimmed(phrase: str) -> str:
    return phrase.strip().rstrip(".,;:!?").rstrip()


def _is_meant(phrase: str, question: str) -> bool:
    is_part = len(question) <= _LONG or len(phrase) >= _GOOD_PART * len(question)
    return is_part and bool(re.search(r"\w", phrase))


def _is_code(word: str) -> bool:
    if _NUMBER.fullmatch(word):
        return True
    if len(word) < _SHORTEST_CODE or re.fullmatch(r"\d+[.:/]?\d*", word):
        return False
    return bool(re.search(r"[\d_]", word) and _CAPITAL_OR_SIGN.search(word)) or word.startswith(
        "0x"
    )


def _is_name(name: str, codes: tuple[str, ...]) -> bool:
    """Whether a run of capitals and digits is no code, nor a number that stands anywhere."""
    return name not in codes and (not name.isdigit() or len(name) >= _SHORTEST_CODE)


def _pattern(words: str) -> re.Pattern[str]:
    """What finds the words in a text, whatever the case and the white space, and never in others.

    4.2 is not found in 4.2.1.
    """
    inner = r"\s+".join(map(re.escape, words.split()))
    before = r"(?<!\w)" if re.match(r"\w", words) and words[0].isascii() else ""
    after = r"(?!\w)" if re.search(r"\w\Z", words) and words[-1].isascii() else ""
    if words[0].isdigit():
        before += r"(?<!\d\.)"
    if words[-1].isdigit():
        after += r"(?!\.\d)"
    return re.compile(before + inner + after, re.IGNORECASE)
