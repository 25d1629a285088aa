"""Says whether the facts of a claim stand in a span of the sources, and in what is said beside it.

It knows a claim, a span near it and the passage around; how near is decided elsewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation.denials import denial, denies_alike
from generation.facts import missing_number, opposite
from generation.naming import missing_name
from generation.slots import Places, fits, misplaced

if TYPE_CHECKING:
    from generation.evidence import Evidence, SourceSentence
    from generation.naming import Lexicon
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


@dataclass(frozen=True, slots=True)
class _Around:
    """The text that a ground lies in: its sentences, the number of the ground's first, what is above."""

    sentences: tuple[SourceSentence, ...]
    first: int
    headings: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """What is quoted for a claim so far."""

    text: str
    quotes: tuple[Quote, ...]

    def with_(self, sentence: SourceSentence) -> _Told:
        return _Told(f"{self.text}\n{sentence.text}", (*self.quotes, sentence.quote))


def objection(
    claim: str, ground: Ground, evidence: Evidence, lexicon: Lexicon
) -> tuple[str, tuple[Quote, ...]]:
    """What is wrong with the claim on this ground, in words, or ""; and what is to be quoted.

    Names and numbers that the ground lacks may stand in the headings above it, or in other sentences
    of its text where they fit the claim; these are quoted too.
    """
    around = _around(ground, evidence)
    told = _Told(ground.text, ground.quotes)
    denying = next((s for s in around.sentences if denies_alike(claim, told.text, s.text)), None)
    if denying is not None:
        told = told.with_(denying)
    texts = [sentence.text for sentence in around.sentences]
    wrong = denial(claim, told.text, texts) or opposite(claim, told.text)
    if wrong:
        return wrong, ground.quotes
    lacking = _lacking(claim, around, told, lexicon)
    for _ in range(MOST_LENT):
        lender = _lender(claim, lacking, around, told, lexicon) if lacking else None
        if lender is None:
            break
        told = told.with_(lender)
        lacking = _lacking(claim, around, told, lexicon)
    if lacking:
        return lacking, told.quotes
    places = Places(ground.text, told.text, "\n".join(texts), around.titles)
    wrong = misplaced(claim, places, lexicon.names)
    return wrong, told.quotes


def _around(ground: Ground, evidence: Evidence) -> _Around:
    first = ground.rows[0]
    rows = evidence.beside(first)
    sentences = tuple(evidence.sentences[i] for i in rows)
    headings = evidence.context.passages[evidence.sentences[first].passage].headings
    titles = (_ASIDE.sub("", title).strip("# ") for title in (*headings, sentences[0].text))
    return _Around(sentences, rows.index(first), evidence.headings(first), tuple(titles))


def _lender(
    claim: str, lacking: str, around: _Around, told: _Told, lexicon: Lexicon
) -> SourceSentence | None:
    """The first sentence of the text that says what is lacking, where it fits the claim.

    Names of the first sentence of all, which says what the text is about, fit anywhere; and a year
    in the last sentence before that has one, where the ground says "in the same year".
    """
    dating = _dating(claim, around, told)
    opening = next((i for i, s in enumerate(around.sentences) if not s.text.startswith("#")), 0)
    for number, sentence in enumerate(around.sentences):
        if _lacking(claim, around, told.with_(sentence), lexicon) == lacking:
            continue
        if sentence is dating or fits(
            claim,
            told.text,
            sentence.text,
            lexicon.names,
            names_too=number > opening,
            before=number < around.first,
            freely=_SAME_YEAR.search(told.text) is None,
        ):
            return sentence
    return None


def _dating(claim: str, around: _Around, told: _Told) -> SourceSentence | None:
    """The last sentence before the ground with a year, where that speaks of "the same year"."""
    if not _SAME_YEAR.search(told.text):
        return None
    dated = [s for s in around.sentences[: around.first] if _YEAR.search(s.text)]
    return dated[-1] if dated and _YEAR.findall(dated[-1].text)[-1] in claim else None


def _lacking(claim: str, around: _Around, told: _Told, lexicon: Lexicon) -> str:
    return missing_number(claim, told.text) or missing_name(
        claim, f"{around.headings} {told.text}", lexicon
    )
