"""Leaves out of a prompt the sentences least likely to help, so that it is read in time.

It knows the evidence and how many tokens there is time for, not what is made of them afterwards.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from generation import extractive
from generation.model import KnowsItsSpeed
from generation.packing import pack_into
from generation.passages import counted
from quoth.datatypes import Context, Hit, LeftOut, Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.evidence import Evidence, PageOf
    from generation.model import LanguageModel
    from generation.packing import Packed
    from quoth.config import GenerationConfig
    from quoth.datatypes import Quote

# Tokens of passages that are read however long it takes: with 400, .98 of XQuAD's and .99 of CLAPnq's
# answers are still among them, with 300 .97 and .95 (docs/decisions/0025).
LEAST = 384
BEFORE = 0.4  # seconds kept for the search and the sentences' vectors, a third of it to spare
_NO_TIME = "left out so that the answer begins within {:g} s"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a prompt, and in how many seconds from the question the answer is to begin; 0: any."""

    model: LanguageModel
    generation: GenerationConfig
    seconds: float

    @property
    def limit(self) -> int | None:
        """Tokens of a prompt for which there is time; None: as many as there are."""
        if self.seconds <= 0 or not isinstance(self.model, KnowsItsSpeed):
            return None
        return self.model.tokens_within(max(0.0, self.seconds - BEFORE))


def narrowed(
    packed: Packed,
    evidence: Evidence,
    hits: Sequence[Hit],
    question: str,
    reader: Reader,
    page_of: PageOf | None = None,
) -> Packed:
    """The prompt with the sentences that most likely answer, as many as there is time to read.

    `evidence` is that of the packed context, `hits` what was packed. Of each passage one stretch is
    left, or nothing. Instruction, history and question stay whole, and 384 tokens of passages are
    read whatever the time. Every hit of which nothing is left is named in `left_out`.
    """
    limit, context = reader.limit, packed.context
    if limit is None or len(packed.prompt) <= limit:
        return packed
    budget = max(LEAST, limit - (len(packed.prompt) - context.n_tokens))
    count = functools.cache(reader.model.count_tokens)
    packed_hits = [hit for hit in hits if hit not in [entry.hit for entry in context.left_out]]
    passages = tuple(
        _numbered(number, stretch, packed_hits, page_of, count)
        for number, stretch in enumerate(_chosen(evidence, budget, count), start=1)
    )
    cut = _context(context, passages, packed_hits, _NO_TIME.format(reader.seconds))
    fewer = pack_into(
        cut, question, packed.history, model=reader.model, generation=reader.generation
    )
    return packed if fewer is None or len(fewer.prompt) >= len(packed.prompt) else fewer


def holds_best(context: Context, evidence: Evidence) -> bool:
    """Whether what would be quoted of the evidence, which is another context's, stands in a context."""
    quotes = [quote for sentence in extractive.extract(evidence) for quote in sentence.quotes]
    return bool(quotes) and all(_stands_in(quote, context) for quote in quotes)


def overlap(passage: Passage, hit: Hit) -> bool:
    """Whether a passage has any of a hit's text."""
    chunk = hit.chunk
    same = passage.document_id == chunk.document_id
    return same and passage.start < chunk.end and chunk.start < passage.end


def _stands_in(quote: Quote, context: Context) -> bool:
    return any(
        passage.document_id == quote.document_id
        and passage.start <= quote.start
        and quote.end <= passage.end
        for passage in context.passages
    )


def _chosen(evidence: Evidence, budget: int, count: Callable[[str], int]) -> list[Passage]:
    """The stretches to read, in the order of their passages: the likeliest sentences that fit."""
    chosen: dict[int, Passage] = {}
    odds = extractive.scored(evidence)[1]
    for index in np.argsort(-odds, kind="stable").tolist():
        passage = evidence.sentences[index].passage
        stretch = _stretch(evidence, index, chosen.get(passage), count)
        others = sum(each.n_tokens for key, each in chosen.items() if key != passage)
        if not chosen or others + stretch.n_tokens <= budget:
            chosen[passage] = stretch
    return [chosen[passage] for passage in sorted(chosen)]


def _stretch(
    evidence: Evidence, index: int, so_far: Passage | None, count: Callable[[str], int]
) -> Passage:
    """What is chosen of a passage so far, as far as to a sentence and what that is quoted with."""
    passage = evidence.context.passages[evidence.sentences[index].passage]
    needed: list[Quote | Passage] = [*extractive.quotes_of(evidence, index)]
    if so_far is not None:
        needed.append(so_far)
    start, end = min(each.start for each in needed), max(each.end for each in needed)
    text = passage.text[start - passage.start : end - passage.start]
    return counted(replace(passage, text=text, start=start, end=end), count)


def _context(
    whole: Context, passages: tuple[Passage, ...], hits: Sequence[Hit], why: str
) -> Context:
    """The passages, and what is left out: as before, and those of the hits that have nothing there."""
    gone = [hit for hit in hits if not any(overlap(passage, hit) for passage in passages)]
    return Context(
        passages=passages,
        n_tokens=sum(passage.n_tokens for passage in passages),
        left_out=(*whole.left_out, *(LeftOut(hit, why) for hit in gone)),
    )


def _numbered(
    number: int,
    stretch: Passage,
    hits: Sequence[Hit],
    page_of: PageOf | None,
    count: Callable[[str], int],
) -> Passage:
    """A stretch as a passage: its number, rank, pages and tokens are its own."""
    rank = min((hit.rank for hit in hits if overlap(stretch, hit)), default=stretch.rank)
    passage = replace(stretch, number=number, rank=rank)
    if page_of is not None and passage.first_page != passage.last_page:
        first, last = (page_of(passage.document_id, at) for at in (passage.start, passage.end - 1))
        passage = replace(passage, first_page=first, last_page=last)
    return counted(passage, count)
