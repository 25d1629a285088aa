"""Mends words that a line end cut in two; knows only text.

PDFium marks such a place, and leaves open whether the hyphen belongs to the word
("non-governmental") or only to the line ("Abbil-dung"). The rest of the document knows.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_CUT = re.compile("(?<!\\w)(\\w++)[\ufffe\x02\xad]+(?:[ \t]*\r?\n[ \t]*)?(\\w+)")
_MARK = re.compile("[\ufffe\x02\xad]")
_WORD = re.compile(r"\w+(?:-\w+)*")
# What English joins to a noun by a hyphen: "conversation-centric".
_SECOND_HALVES = frozenset(
    [
        "aware",
        "based",
        "bearing",
        "bound",
        "centered",
        "centric",
        "dependent",
        "driven",
        "efficient",
        "facing",
        "focused",
        "free",
        "friendly",
        "independent",
        "intensive",
        "led",
        "level",
        "like",
        "optimized",
        "oriented",
        "owned",
        "related",
        "relevant",
        "rich",
        "scale",
        "sensitive",
        "sized",
        "specific",
        "style",
        "term",
        "type",
        "wide",
        "year",
    ]
)


def join_cut_words(texts: Sequence[str]) -> list[str]:
    """The texts without the marks U+FFFE, U+0002 and U+00AD.

    The halves are joined as the texts spell the word elsewhere. Failing that, they keep a hyphen
    when each half is a word of its own, or the first is and the second mostly stands behind a
    hyphen, or the second starts with a capital or a digit.
    """
    if not any(_MARK.search(text) for text in texts):
        return list(texts)
    words = {word.lower() for text in texts for word in _WORD.findall(_CUT.sub(" ", text))}

    def join(cut: re.Match[str]) -> str:
        first, second = cut.groups()
        return first + ("-" if _keeps_hyphen(first, second, words) else "") + second

    return [_MARK.sub("", _CUT.sub(join, text)) for text in texts]


def _keeps_hyphen(first: str, second: str, words: set[str]) -> bool:
    if f"{first}{second}".lower() in words:
        return False
    if f"{first}-{second}".lower() in words or not second[0].islower():
        return True
    return first.lower() in words and (second.lower() in words or second in _SECOND_HALVES)
