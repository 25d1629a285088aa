"""Says whether a claim denies what its source says, or says what its source denies.

It knows two texts and the sentences beside; numbers and names are looked at elsewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from generation.vocabulary import CONTRASTING, DENYING
from generation.words import content, is_content, negated, words

if TYPE_CHECKING:
    from collections.abc import Sequence

NEAR = 5  # words on each side of a denied one, by which its places are told apart
SURE = 2  # words that a denial must share with one elsewhere to be the same
# "Non-English", "immiscible": a denial within a word, which others may put as a "not".
_PREFIXED = re.compile(r"\b(?:non-?\w{3,}|(?:un|im|in|ir)\w+(?:ble|bly))\b", re.IGNORECASE)


def denial(claim: str, quoted: str, beside: Sequence[str]) -> str:
    """Which "not" sets the claim against the quoted text, in words, or "".

    What the quoted text denies may be said of something else in a sentence beside it.
    """
    if _denied(claim, quoted, beside):
        return "the source denies it"
    loosely_there = negated(quoted, DENYING)
    reached = {stem for group in loosely_there for stem in group}
    denied_here, there = negated(claim), content(quoted)
    denies_otherwise = bool(loosely_there) or _PREFIXED.search(quoted) is not None
    for group in denied_here:
        known = next((stem for stem in group[:2] if stem in there), "")
        if known not in reached and (known or not denies_otherwise):
            return "the source does not deny it"
    for stem in {group[0] for group in denied_here}:
        here = sum(stem in group for group in denied_here)
        if here > max(1, sum(stem in group for group in loosely_there)):
            return "the source does not deny it twice"
    return ""


def denies_alike(claim: str, quoted: str, other: str) -> bool:
    """Whether the other text has a denial of the claim, to the word, that the quoted one lacks."""
    reached = {stem for group in negated(quoted, DENYING) for stem in group}
    there = negated(other)
    return any(
        len(group) >= SURE and group in there
        for group in negated(claim)
        if not reached & set(group[:2])
    )


def _denied(claim: str, quoted: str, beside: Sequence[str]) -> bool:
    denied_here, denied_there = negated(claim, DENYING | CONTRASTING), negated(quoted)
    if len(denied_here) >= len(denied_there):
        return False  # put in other words, perhaps
    loosely_here = {stem for group in denied_here for stem in group}
    stated_here = content(claim)
    return any(
        group[0] in stated_here
        and not loosely_here & set(group)
        and 2 * len(set(group) & stated_here) >= len(group)
        and not _is_said_elsewhere(group[0], claim, quoted, beside)
        for group in denied_there
    )


def _is_said_elsewhere(stem: str, claim: str, quoted: str, beside: Sequence[str]) -> bool:
    """Whether a sentence that does not deny the word has more of the claim's words around it."""
    here = _places(stem, claim)
    denied, stated = 0, 0
    for text in (*quoted.split("\n"), *beside):
        alike = max((len(a & b) for a in here for b in _places(stem, text)), default=0)
        if any(stem in group for group in negated(text, DENYING)):
            denied = max(denied, alike)
        else:
            stated = max(stated, alike)
    return stated > denied


def _places(stem: str, text: str) -> list[frozenset[str]]:
    """The words with meaning around each place of a word."""
    tokens = words(text)
    return [
        frozenset(w.key for w in tokens[max(0, i - NEAR) : i + NEAR + 1] if is_content(w)) - {stem}
        for i, word in enumerate(tokens)
        if word.key == stem
    ]
