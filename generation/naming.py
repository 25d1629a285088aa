"""Says which name of a claim its source does not say: by itself, shortened, or as a whole.

It knows two texts and the names of all the sources; it does not choose the quote.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from generation.vocabulary import FRAMING, OPENERS, SAME_NAMES
from generation.words import content, initials, is_initial, is_short, names, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from generation.words import Word

NAME_ENDING = 3
# "Germans" of "Germany", "Italians" of "Italy": endings of what the rest is one name with.
_DEMONYM = re.compile(r"(?:i?ans?|ns?|ese|ish|i?c|s|y|ia|a|e)?")
SHORTEST_NAME = 4
SHORTEST_INITIALS = 3  # of a name that the sources have by its initials alone
_COMMON_ENDING = re.compile(
    r"\w{3}(?:ing|ed|ly|ers|[ai]tors|[ts]ions?|ures|ments?|ness|ances?|ences?)$"
)
_IN_NAME = re.compile(r"[ .-]*(?:(?:von|van|de|der|del|di|la|bin|al)[ -]+)*")
_INSIDE = re.compile(r"[ .-]*(?:(?:of|the|for|and)[ ]+)*")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What all the sources and the question say: content stems, names, and names of several words.

    `runs` are the stems of names that stand together, `leading` those that never stand last in one.
    """

    stems: frozenset[str]
    names: frozenset[str]
    runs: frozenset[frozenset[str]]
    leading: frozenset[str]


def read_lexicon(texts: Iterable[str]) -> Lexicon:
    """The lexicon of some texts. A name is capitalised where no sentence starts."""
    texts = tuple(texts)
    runs = frozenset().union(*map(_runs, texts))
    return Lexicon(
        stems=frozenset().union(*map(content, texts)),
        names=frozenset().union(*map(_names_within, texts)),
        runs=frozenset(map(frozenset, runs)),
        leading=frozenset(stem for run in runs for stem in run[:-1]) - {run[-1] for run in runs},
    )


def missing_name(claim: str, said: str, lexicon: Lexicon) -> str:
    """Which name of the claim is not said, in words; "" when all are.

    At the start of a sentence a capitalised word is taken for a name when the sources know it
    for one, or do not know it at all.
    """
    told = [word.folded for word in words(said)]
    there = {*told, *map("".join, itertools.pairwise(told))}  # "South East" says "Southeast"
    shortened = _shortened(claim, said)
    for name in names(claim):
        if name.is_number or _is_said(name.folded, there) or name in shortened:
            continue
        if not is_initial(claim, name.start) or _is_name(name, lexicon):
            return f"the source does not say {name.text}"
    return _mixed_name(claim, lexicon)


def _shortened(claim: str, said: str) -> frozenset[Word]:
    """The words of the claim's names whose initials the said text has, or the other way round."""
    (whole_here, short_here), (whole_there, short_there) = (
        _whole_and_short(claim),
        _whole_and_short(said),
    )
    found = [
        whole_here[key]
        for key in whole_here.keys() & short_there.keys()
        if len(key) >= SHORTEST_INITIALS
    ]
    found += [short_here[key] for key in short_here.keys() & whole_there.keys()]
    return frozenset(word for name in found for word in name)


@lru_cache(maxsize=8192)
def _whole_and_short(text: str) -> tuple[dict[str, tuple[Word, ...]], dict[str, tuple[Word, ...]]]:
    """Names of several words by their initials, "of" and "the" left out; and "US" and "U.S."."""
    runs: list[tuple[Word, ...]] = []
    for name in names(text):
        if runs and _INSIDE.fullmatch(text[runs[-1][-1].end : name.start]):
            runs[-1] = (*runs[-1], name)
        else:
            runs.append((name,))
    parts = [run[i:j] for run in runs for j in range(len(run) + 1) for i in range(j)]
    short = [p for p in parts if all(w.text.isupper() for w in p) and is_short(p)]
    whole = [part for part in parts if len(part) > 1 and not is_short(part)]
    return {initials(name): name for name in whole}, {_letters(name): name for name in short}


def _letters(name: Sequence[Word]) -> str:
    return "".join(word.folded for word in name)


def _mixed_name(claim: str, lexicon: Lexicon) -> str:
    """Whether a first name stands with another last name than in the sources, in words, or ""."""
    for first, second in itertools.pairwise(names(claim)):
        if claim[first.end : second.start] != " " or first.folded not in lexicon.names:
            continue
        pair = {first.key, second.key}
        if second.folded in SAME_NAMES:
            continue
        if first.key in lexicon.leading and not any(pair <= run for run in lexicon.runs):
            return f"the source does not say {first.text} {second.text}"
    return ""


@lru_cache(maxsize=8192)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    """The stems of names with nothing but spaces, initials or "von" between them."""
    runs: list[tuple[str, ...]] = []
    end = -1
    for name in names(text):
        if runs and _IN_NAME.fullmatch(text[end : name.start]):
            runs[-1] = (*runs[-1], name.key)
        else:
            runs.append((name.key,))
        end = name.end
    return frozenset(runs)


def _names_within(text: str) -> frozenset[str]:
    """The folded names of a text, found where a capital is not owed to a sentence's start."""
    return frozenset(w.folded for w in names(text) if not is_initial(text, w.start))


def _is_said(name: str, said: set[str]) -> bool:
    """The name itself, or with another ending: "Normans" for "Norman"."""
    if name in said or name in FRAMING or SAME_NAMES.get(name, frozenset()) & said:
        return True
    if len(name) < SHORTEST_NAME:
        return False
    return any(
        len(word) >= SHORTEST_NAME
        and abs(len(word) - len(name)) <= NAME_ENDING
        and (word.startswith(name) or name.startswith(word) or _is_demonym(name, word))
        for word in said
    )


def _is_demonym(name: str, word: str) -> bool:
    """Whether two words are one name but for how a land and its people end."""
    alike = (a == b for a, b in zip(name, word, strict=False))
    shared = len(list(itertools.takewhile(bool, alike)))
    rests = (name[shared:], word[shared:])
    return shared >= SHORTEST_NAME and all(_DEMONYM.fullmatch(rest) for rest in rests)


def _is_name(word: Word, lexicon: Lexicon) -> bool:
    if word.folded in lexicon.names:
        return True
    if _COMMON_ENDING.search(word.folded):
        return False  # "Carrying on …", "Supporters say …"
    return stem(word.folded) not in lexicon.stems and word.folded not in OPENERS
