"""Numbers the quotes of an answer and finds the passage around each; knows no Streamlit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Answer, Hit, Passage, Quote


@dataclass(frozen=True, slots=True)
class Source:
    """A passage and the quotes taken from it; `numbers[i]` is what `quotes[i]` is cited as.

    What is not cited has the number 0: the excerpt of a hit, what of it comes closest.
    `text` is the passage, which starts at character `start` of its document; `also_in` names the
    other sources that hold it.
    """

    document_id: str
    source: str
    page: int
    headings: tuple[str, ...]
    start: int
    text: str
    numbers: tuple[int, ...] = ()
    quotes: tuple[Quote, ...] = ()
    also_in: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a source's text; `number` is that of the quote it belongs to, None if none."""

    text: str
    number: int | None = None


def number_quotes(answer: Answer) -> dict[Quote, int]:
    """Each quote's number, from 1, in the order in which the answer cites them."""
    return {quote: number for number, quote in enumerate(answer.quotes, start=1)}


def sources(answer: Answer) -> tuple[Source, ...]:
    """The passages that the answer quotes, in the order of their first citation."""
    grouped: dict[tuple[str, int], list[tuple[int, Quote, Passage | None]]] = {}
    for quote, number in number_quotes(answer).items():
        passage = _passage_of(quote, answer.context.passages)
        key = (quote.document_id, passage.start if passage else quote.start)
        grouped.setdefault(key, []).append((number, quote, passage))
    return tuple(_source(group, answer) for group in grouped.values())


def cited(answer: Answer, number: int) -> Source | None:
    """The source of the quote with this number, to be opened on the quote's page."""
    for source in sources(answer):
        if number in source.numbers:
            quote = source.quotes[source.numbers.index(number)]
            return replace(source, page=quote.page)
    return None


def source_of_hit(hit: Hit) -> Source:
    """A hit shown as a source of which its excerpt stands out, if that is not all of it."""
    chunk = hit.chunk
    is_part = "".join(quote.text for quote in hit.excerpt) != chunk.text.strip()
    quotes = hit.excerpt if is_part else ()
    return Source(
        chunk.document_id,
        chunk.source,
        quotes[0].page if quotes else chunk.first_page,
        chunk.headings,
        chunk.start,
        chunk.text,
        (0,) * len(quotes),
        quotes,
        hit.also_in,
    )


def marks(source: Source, start: int, end: int) -> tuple[tuple[int, int, int], ...]:
    """Where the quotes lie between two characters of the document: (begin, end, number), sorted.

    They are counted from `start`; where two overlap the earlier one keeps the text.
    """
    clipped = sorted(
        (max(quote.start, start) - start, min(quote.end, end) - start, number)
        for quote, number in zip(source.quotes, source.numbers, strict=True)
    )
    found: list[tuple[int, int, int]] = []
    done = 0
    for first, last, number in clipped:
        begin = max(first, done)
        if begin < last:
            found.append((begin, last, number))
            done = last
    return tuple(found)


def segments(source: Source) -> tuple[Segment, ...]:
    """The source's text cut at its quotes."""
    pieces: list[Segment] = []
    done = 0
    for begin, end, number in marks(source, source.start, source.start + len(source.text)):
        pieces += [Segment(source.text[done:begin]), Segment(source.text[begin:end], number)]
        done = end
    pieces.append(Segment(source.text[done:]))
    return tuple(piece for piece in pieces if piece.text)


def _passage_of(quote: Quote, passages: Sequence[Passage]) -> Passage | None:
    for passage in passages:
        inside = passage.start <= quote.start and quote.end <= passage.end
        if passage.document_id == quote.document_id and inside:
            return passage
    return None


def _source(group: Sequence[tuple[int, Quote, Passage | None]], answer: Answer) -> Source:
    _, quote, passage = group[0]
    others = (source for _, each, _ in group for source in answer.also_in(each))
    return Source(
        document_id=quote.document_id,
        source=quote.source,
        page=quote.page,
        headings=passage.headings if passage else (),
        start=passage.start if passage else quote.start,
        text=passage.text if passage else quote.text,
        numbers=tuple(number for number, _, _ in group),
        quotes=tuple(each for _, each, _ in group),
        also_in=tuple(dict.fromkeys(others)),
    )
