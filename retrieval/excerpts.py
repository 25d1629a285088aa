"""Cuts hits down to the sentences and rows that answer a question, all hits of a search together.

It embeds, searches and ranks nothing: it knows a question, hits, their texts and how rare words are.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from quoth.datatypes import Quote
from retrieval.exact import wishes_of
from retrieval.subjects import content_words
from retrieval.units import units_of
from vectorstore.lexical_languages import language_of
from vectorstore.lexical_words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from quoth.datatypes import Hit
    from retrieval.units import Unit

    Words = frozenset[str]
    Span = tuple[int, int]

# Chosen with one of three corpora left out each time (docs/decisions/0031). What is below the best
# by more than the last goes.
_OWN, _AROUND, _BELOW_BEST = 0.2, 0.3, 0.35
_REACH = 2  # units on either side whose words count as being around
# What a word counts that no hit has: as the rarest it would leave little to those that are found.
_MISSING = 0.25


def excerpted(
    question: str, hits: Sequence[Hit], page_of: Callable[[str, int], int]
) -> tuple[Hit, ...]:
    """The hits with their excerpts: whole sentences and rows of tables, at least one of each hit.

    A sentence scores its hit's fused score, the share of the question's words that it holds, rare
    ones counting more, and the share that it holds with the two before and after it. Kept is what
    is near the best of all hits. `page_of(document_id, offset)` is asked where a chunk has several
    pages.
    """
    parts = _spans(question, hits)
    return tuple(
        replace(hit, excerpt=tuple(_quote(hit, span, page_of) for span in spans))
        for hit, spans in zip(hits, parts, strict=True)
    )


def _spans(question: str, hits: Sequence[Hit]) -> list[tuple[Span, ...]]:
    """What is kept of each hit, in characters of its chunk's text, in order, with text between."""
    language = _language(hits)
    text = wishes_of(question).text
    asked = frozenset(words_of(" ".join(content_words(text)) or text, language))
    units = [units_of(hit.chunk.text, language) for hit in hits]
    held = [
        [asked.intersection(_words(hit, unit, language)) for unit in within]
        for hit, within in zip(hits, units, strict=True)
    ]
    weights = _weights(asked, [words for within in held for words in within])
    scores = [
        [hit.score + gain for gain in _gains(within, words, weights)]
        for hit, within, words in zip(hits, units, held, strict=True)
    ]
    least = max((score for within in scores for score in within), default=0.0) - _BELOW_BEST
    return [
        _joined(within, _kept(within, of, least)) for within, of in zip(units, scores, strict=True)
    ]


def _language(hits: Sequence[Hit]) -> str:
    """The language of most hits: their words and the question's are to be cut in the same way."""
    counts = Counter(language_of(hit.chunk.text) for hit in hits)
    return counts.most_common(1)[0][0] if counts else ""


def _words(hit: Hit, unit: Unit, language: str) -> Iterable[str]:
    """A unit's words; a row has those of its columns too."""
    text = hit.chunk.text
    told = text[unit.start : unit.end]
    if unit.header is not None:
        told = f"{text[slice(*unit.header)]}\n{told}"
    elif unit.is_row and hit.chunk.headings:
        told = f"{hit.chunk.headings[-1]}\n{told}"
    return words_of(told, language)


def _weights(asked: Words, held: Sequence[Words]) -> dict[str, float]:
    """The share of each word in the question's: those that fewer units hold count more."""
    counts = Counter(word for words in held for word in words)
    rarity = {
        word: math.log((len(held) + 1) / (counts[word] + 0.5)) * (1 if counts[word] else _MISSING)
        for word in asked
    }
    total = sum(rarity.values()) or 1.0
    return {word: weight / total for word, weight in rarity.items()}


def _gains(
    units: Sequence[Unit], held: Sequence[Words], weights: Mapping[str, float]
) -> list[float]:
    """What each unit of a hit gains by the question's words in it and around it.

    Nothing around a row belongs to it.
    """
    around = [
        words if unit.is_row else words.union(*held[max(0, at - _REACH) : at + _REACH + 1])
        for at, (unit, words) in enumerate(zip(units, held, strict=True))
    ]
    return [
        _OWN * sum(map(weights.__getitem__, own)) + _AROUND * sum(map(weights.__getitem__, near))
        for own, near in zip(held, around, strict=True)
    ]


def _kept(units: Sequence[Unit], scores: Sequence[float], least: float) -> list[int]:
    """The units that are good enough, or the best; a row's header, and one left out between two."""
    kept = {at for at, score in enumerate(scores) if score >= least}
    if not kept and units:
        # Where none has a word of the question, a long one says more than an interjection.
        kept = {
            max(range(len(units)), key=lambda at: (scores[at], units[at].end - units[at].start))
        }
    headers = {units[at].header for at in kept}
    kept |= {at for at, unit in enumerate(units) if (unit.start, unit.end) in headers}
    kept |= {at + 1 for at in kept if at + 2 in kept}
    return sorted(kept)


def _joined(units: Sequence[Unit], kept: list[int]) -> tuple[Span, ...]:
    """The spans of the units that are kept; of those that follow each other, one."""
    gaps = [(before, after) for before, after in pairwise(kept) if after > before + 1]
    starts = kept[:1] + [after for _, after in gaps]
    ends = [before for before, _ in gaps] + kept[-1:]
    return tuple((units[a].start, units[b].end) for a, b in zip(starts, ends, strict=True))


def _quote(hit: Hit, span: Span, page_of: Callable[[str, int], int]) -> Quote:
    chunk = hit.chunk
    start, end = chunk.start + span[0], chunk.start + span[1]
    several = chunk.first_page != chunk.last_page
    page = page_of(chunk.document_id, start) if several else chunk.first_page
    text = chunk.text[span[0] : span[1]]
    return Quote(chunk.document_id, chunk.source, page, start, end, text)
