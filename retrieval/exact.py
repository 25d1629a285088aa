"""What a question wants to the letter: quoted phrases, codes, words to leave out. Knows texts only."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retrieval.fusion import best_first

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_QUOTED = re.compile(r'"([^"]*)"|“([^“”]+)”|„([^„“]+)“|«([^«»]+)»|「([^「」]+)」')
# Only where nothing follows: in "what does tar -xzf do?" it is no wish.
_EXCLUDED = re.compile(r'(?:^|(?<=\s))-(?:"([^"]+)"|([^\W\d_][\w-]{2,}))\s*\Z')
_WORD = re.compile(r"\w+(?:[./:-]\w+)*")
_CAPITAL_OR_SIGN = re.compile(r"[^\W\d_a-z]|\d[./:]\w|\w[./:]\d|_")
_SHORTEST_CODE = 3
# A phrase has at least this share of the question's letters.
_GOOD_PART = 0.2
_CODE_GAIN = 0.15


@dataclass(frozen=True, slots=True)
class Wishes:
    """A question taken apart: `text` is what is searched for, without the words to leave out."""

    text: str
    phrases: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phrases or self.codes or self.excluded)


def wishes_of(question: str) -> Wishes:
    """What a question wants to the letter.

    A phrase stands in quotation marks, and is a good part of the question; in a long one they
    more often mark an unusual use of a word. A word to leave out, or a phrase, follows a hyphen at the
    end: `jaguar speed -car`. A code is a word like XK-200/7, E4042, 0x80070057, 4.2.1, MAX_SIZE.
    """
    text, excluded = question, list[str]()
    while found := _EXCLUDED.search(text):
        if not text[: found.start()].strip():
            break  # it is all that is asked
        excluded.append(found[1] or found[2])
        text = text[: found.start()].rstrip()
    quoted = ("".join(groups).strip() for groups in _QUOTED.findall(text))
    phrases = tuple(dict.fromkeys(phrase for phrase in quoted if _is_meant(phrase, text)))
    codes = tuple(dict.fromkeys(filter(_is_code, _WORD.findall(text))))
    return Wishes(text, phrases, codes, tuple(reversed(excluded)))


def granted(
    ranked: Sequence[tuple[int, float]], texts: Mapping[int, str], wishes: Wishes
) -> list[tuple[int, float]]:
    """The rows ranked anew by what their texts hold, scores still in [0, 1].

    One with a word to leave out is dropped. One with more of the phrases comes before any with
    fewer, if any row has one. A code counts a little. A row without a text stays as it is.
    """
    phrases = [_pattern(phrase) for phrase in wishes.phrases]
    codes = [_pattern(code) for code in wishes.codes]
    dropped = [_pattern(word) for word in wishes.excluded]
    found: list[tuple[int, int, float]] = []
    for row, score in ranked:
        text = texts.get(row, "")
        if any(pattern.search(text) for pattern in dropped):
            continue
        n_codes = sum(bool(pattern.search(text)) for pattern in codes)
        gain = _CODE_GAIN * n_codes / len(codes) if codes else 0.0
        n_phrases = sum(bool(pattern.search(text)) for pattern in phrases)
        found.append((row, n_phrases, (score + gain) / (1 + (_CODE_GAIN if codes else 0.0))))
    most = max((n_phrases for _, n_phrases, _ in found), default=0)
    if most:
        found = [(row, n, (n + score) / (most + 1)) for row, n, score in found]
    return best_first((row, score) for row, _, score in found)


def _is_meant(phrase: str, question: str) -> bool:
    return bool(re.search(r"\w", phrase)) and len(phrase) >= _GOOD_PART * len(question)


def _is_code(word: str) -> bool:
    if len(word) < _SHORTEST_CODE or re.fullmatch(r"\d+[.:/]?\d*", word):
        return False
    return bool(re.search(r"[\d_]", word) and _CAPITAL_OR_SIGN.search(word)) or word.startswith(
        "0x"
    )


def _pattern(words: str) -> re.Pattern[str]:
    """What finds the words in a text, whatever the case and the white space, and never in others."""
    inner = r"\s+".join(map(re.escape, words.split()))
    before = r"(?<!\w)" if re.match(r"\w", words) and words[0].isascii() else ""
    after = r"(?!\w)" if re.search(r"\w\Z", words) and words[-1].isascii() else ""
    return re.compile(before + inner + after, re.IGNORECASE)
