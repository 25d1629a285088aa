"""Turns a text into the words that the lexical index holds, by the rules of its language.

Words are cut by native code of tantivy, in lower case, without stop words, stemmed. Where a
language writes without spaces, the pairs of neighbouring characters stand for words. Where words
are joined to long ones or bent in many ways, their pieces of four letters are words too (McNamee
and Mayfield, "Character N-Gram Tokenization for European Language Text Retrieval", 2004). Names in
code are found whole and by their parts.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from vectorstore.lexical_languages import OTHER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_NAMES = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english",
    "es": "spanish", "fi": "finnish", "fr": "french", "hu": "hungarian", "it": "italian",
    "nl": "dutch", "no": "norwegian", "pt": "portuguese", "ro": "romanian", "ru": "russian",
    "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
LANGUAGES = (*_NAMES, OTHER)
_WITHOUT_STOP_WORDS = frozenset({"ar", "el", "ro", "ta", "tr"})
_IN_PIECES = frozenset({"ar", "da", "de", "fi", "hu", "nl", "no", "sv", "ta", "tr", OTHER})
_LONGEST = 60  # bytes
_PIECE, _SHORT = 4, 5
# No letter: a piece is no word.
_MARK = "~"

# Chinese, Japanese, Korean; Thai, Lao, Khmer, Burmese.
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff]+"
    r"|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)
_SYLLABIC = "\u0e00\u17ff"
_ARABIC_MARKS = re.compile(r"[\u0640\u064b-\u065f\u0670]")
# From the start of a run of letters and digits: looked for at each of them it takes ten times as long.
_INNER_CAPITAL = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]*[a-z0-9][A-Z][A-Za-z0-9]*|[A-Z]{2,}[a-z0-9][A-Za-z0-9]*)"
)
_PART = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")


def words_of(text: str, language: str) -> list[str]:
    """The words of a text, each as often as it occurs, in no order that means something.

    `language` is one of LANGUAGES. Raises nothing: any text has words, or none.
    """
    spaced, unspaced = (text, []) if text.isascii() else _without_unspaced(text, language)
    found = _analyzer(language)(spaced)
    parts = [part for name in _INNER_CAPITAL.findall(spaced) for part in _parts(name)]
    if parts:
        found += _analyzer(language)(" ".join(parts))
    if language in _IN_PIECES:
        found += [piece for word in _analyzer("")(spaced) for piece in _pieces(word)]
    return found + unspaced


def _without_unspaced(text: str, language: str) -> tuple[str, list[str]]:
    """The normalised text without what is written without spaces, and the words of that."""
    text = unicodedata.normalize("NFKC", text)
    if language == "ar":
        text = _ARABIC_MARKS.sub("", text)
    unspaced = [piece for run in _UNSPACED.findall(text) for piece in _cut(run)]
    return (_UNSPACED.sub(" ", text) if unspaced else text), unspaced


def _cut(run: str) -> Iterator[str]:
    """Every character and pair of a run; of a script that spells out its vowels, every triple."""
    lengths = (2, 3) if _SYLLABIC[0] <= run[0] <= _SYLLABIC[1] else (1, 2)
    for length in lengths:
        for at in range(len(run) - length + 1):
            yield run[at : at + length]


def _parts(name: str) -> list[str]:
    found = _PART.findall(name)
    return found if len(found) > 1 else []


def _pieces(word: str) -> Iterator[str]:
    if len(word) >= _SHORT:
        for at in range(len(word) - _PIECE + 1):
            yield _MARK + word[at : at + _PIECE]


@cache
def _analyzer(language: str) -> Callable[[str], list[str]]:
    """Tantivy's analyzer for a language; for none, words in lower case."""
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    builder: Any = TextAnalyzerBuilder(Tokenizer.regex(r"[\p{L}\p{M}\p{N}]+"))
    builder = builder.filter(Filter.remove_long(_LONGEST)).filter(Filter.lowercase())
    name = _NAMES.get(language)
    if name and language not in _WITHOUT_STOP_WORDS:
        builder = builder.filter(Filter.stopword(name))
    if name:
        builder = builder.filter(Filter.stemmer(name))
    analyze: Callable[[str], list[str]] = builder.build().analyze
    return analyze
