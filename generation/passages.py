"""Hits become passages: neighbours are joined, order and numbers given; knows no tokens' limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from generation.prompt import passage_block
from quoth.datatypes import Chunk, Hit, Passage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    # Characters [start, end) of a document.
    TextOf = Callable[[str, int, int], str]

LONGEST_GAP = 16  # characters between chunks of which one goes on with the other


@dataclass(frozen=True, slots=True)
class _Span:
    """Chunks joined into one stretch of a document: `text` is the document's [start:end]."""

    chunks: tuple[Chunk, ...]
    text: str
    start: int
    end: int
    rank: int


def make_passages(hits: Sequence[Hit], text_of: TextOf | None = None) -> tuple[Passage, ...]:
    """The hits in reading order, those that touch or overlap joined into one passage.

    So are those with nothing but white space between them, where `text_of` tells what is there.

    A document whose best hit ranks worse comes first, so that the best one stands nearest to the
    question; inside a document passages go by their start. Their tokens are still to be `counted`.
    """
    ordered = sorted(hits, key=lambda hit: (hit.chunk.document_id, hit.chunk.start, -hit.chunk.end))
    documents = [
        _join(list(group), text_of)
        for _, group in groupby(ordered, key=lambda hit: hit.chunk.document_id)
    ]
    documents.sort(key=lambda spans: -min(span.rank for span in spans))
    spans = [span for document in documents for span in document]
    return tuple(_passage(number, span) for number, span in enumerate(spans, start=1))


def counted(passage: Passage, count: Callable[[str], int]) -> Passage:
    """The passage with the tokens that it takes in a prompt; `count` gives those of a text."""
    return replace(passage, n_tokens=count(passage_block(passage)))


def _join(hits: Sequence[Hit], text_of: TextOf | None) -> list[_Span]:
    """Spans of one document from its hits in the order of their starts."""
    spans: list[_Span] = []
    for hit in hits:
        new = _Span((hit.chunk,), hit.chunk.text, hit.chunk.start, hit.chunk.end, hit.rank)
        joined = _joined(_reaching(spans[-1], new, text_of), new) if spans else None
        if joined is not None:
            spans[-1] = joined
        else:
            spans.append(new)
    return spans


def _reaching(left: _Span, right: _Span, text_of: TextOf | None) -> _Span:
    """The left span with the white space up to the right one, if nothing else is between them."""
    gap = right.start - left.end
    if text_of is None or not 0 < gap <= LONGEST_GAP:
        return left
    between = text_of(left.chunks[0].document_id, left.end, right.start)
    if len(between) != gap or not between.isspace():
        return left
    return replace(left, text=left.text + between, end=right.start)


def _joined(left: _Span, right: _Span) -> _Span | None:
    """Both as one, or None when they don't touch or don't agree on the text they share."""
    if right.start > left.end:
        return None
    shared = min(left.end, right.end) - right.start
    at = right.start - left.start
    if left.text[at : at + shared] != right.text[:shared]:
        return None
    return _Span(
        (*left.chunks, *right.chunks),
        left.text + right.text[shared:],
        left.start,
        max(left.end, right.end),
        min(left.rank, right.rank),
    )


def _passage(number: int, span: _Span) -> Passage:
    first = span.chunks[0]
    return Passage(
        number=number,
        document_id=first.document_id,
        source=first.source,
        text=span.text,
        start=span.start,
        end=span.end,
        first_page=min(chunk.first_page for chunk in span.chunks),
        last_page=max(chunk.last_page for chunk in span.chunks),
        headings=_common_path([chunk.headings for chunk in span.chunks]),
        rank=span.rank,
        n_tokens=0,
    )


def _common_path(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    shared = 0
    for level in zip(*paths, strict=False):
        if len(set(level)) > 1:
            break
        shared += 1
    return paths[0][:shared]
