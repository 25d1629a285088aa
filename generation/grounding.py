"""Says whether the facts of a claim stand in a span of the sources, and in what is said beside it.

It knows a claim, a span near it and the passage around; how near is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.denials import denial, denies_alike
from generation.facts import missing_name, missing_number, opposite
from generation.slots import fits, misplaced

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.evidence import Evidence, SourceSentence
    from generation.facts import Lexicon
    from quoth.datatypes import Quote

_SAME_YEAR = re.compile(r"\b(?:same|that) year\b")
_YEAR = re.compile(r"\b[12]\d{3}\b")
_ASIDE = re.compile(r"\s*\([^()]*\)")
MOST_LENT = 2  # other sentences of the passage that names and numbers may be taken from


@dataclass(frozen=True, slots=True)
class Ground:
    """Sentences of one passage, by their indices, that a claim may stand on; support in [0, 1]."""

    rows: tuple[int, ...]
    text: str
    quotes: tuple[Quote, ...]
    support: float


def objection(
    claim: str, ground: Ground, evidence: Evidence, lexicon: Lexicon
) -> tuple[str, tuple[Quote, ...]]:
    """What is wrong with the claim on this ground, in words, or ""; and what is to be quoted.

    Names and numbers that the ground lacks may stand in the headings above it, or in other sentences
    of its passage where they fit the claim; these are quoted too.
    """
    beside = [evidence.sentences[i] for i in evidence.beside(ground.rows[0])]
    headings_of = evidence.context.passages[evidence.sentences[ground.rows[0]].passage].headings
    headings, said, quotes = " ".join(headings_of), ground.text, ground.quotes
    texts = [sentence.text for sentence in beside]
    denying = next((s for s in beside if denies_alike(claim, said, s.text)), None)
    if denying is not None:
        said, quotes = f"{said}\n{denying.text}", (*quotes, denying.quote)
    wrong = denial(claim, said, texts) or opposite(claim, said)
    if wrong:
        return wrong, ground.quotes
    lacking = _lacking(claim, headings, said, lexicon)
    for _ in range(MOST_LENT):
        lender = _lender(claim, headings, said, beside, lexicon) if lacking else None
        lender = lender or (_same_year(claim, ground, evidence) if lacking else None)
        if lender is None:
            break
        said, quotes = f"{said}\n{lender.text}", (*quotes, lender.quote)
        lacking = _lacking(claim, headings, said, lexicon)
    around = "\n".join(sentence.text for sentence in beside)
    titles = [_ASIDE.sub("", title).strip("# ") for title in (*headings_of, texts[0])]
    return lacking or misplaced(claim, ground.text, around, lexicon.names, titles), quotes


def _lender(
    claim: str, headings: str, said: str, beside: Sequence[SourceSentence], lexicon: Lexicon
) -> SourceSentence | None:
    """The first sentence of the passage that says what is lacking, where it fits the claim.

    Names of the passage's first sentence, which says what it is about, fit anywhere.
    """
    lacking = _lacking(claim, headings, said, lexicon)
    for sentence in beside:
        if _lacking(claim, headings, f"{said}\n{sentence.text}", lexicon) != lacking and fits(
            claim, said, sentence.text, lexicon.names, names_too=sentence is not beside[0]
        ):
            return sentence
    return None


def _same_year(claim: str, ground: Ground, evidence: Evidence) -> SourceSentence | None:
    """The nearest sentence before with a year, where the ground says "in the same year" of it."""
    if not _SAME_YEAR.search(ground.text):
        return None
    before = [i for i in evidence.beside(ground.rows[0]) if i < ground.rows[0]]
    for i in reversed(before):
        years = _YEAR.findall(evidence.sentences[i].text)
        if years:
            return evidence.sentences[i] if years[-1] in claim else None
    return None


def _lacking(claim: str, headings: str, said: str, lexicon: Lexicon) -> str:
    return missing_number(claim, said) or missing_name(claim, f"{headings} {said}", lexicon)
