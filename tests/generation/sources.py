"""A small library of words for the tests of answering: passages, hits, a context."""

from __future__ import annotations

from quoth.datatypes import Chunk, Context, Finding, Hit, Passage

WARRANTY = (
    "The X200 pump is made in Denmark. The warranty lasts 24 months from the date of purchase. "
    "It does not cover batteries or wear. Repairs cost 45 dollars an hour after that. "
    "The company Nordvand was founded in Aarhus in March 1987 by Karen Holm. "
    "In 2015 the Danish group bought 12 factories and closed 3 offices."
)
MANUAL = (
    "Clean the filter every 6 weeks with warm water. Never use bleach on the filter. "
    "The red light means that the tank is empty. "
    "Output increased from 40 to 65 litres per minute in the newer model."
)


def chunk(document: str, text: str, headings: tuple[str, ...] = (), start: int = 0) -> Chunk:
    end = start + len(text)
    return Chunk(
        f"{document}:{start}", document, f"{document}.txt", text, start, end, 3, 4, headings, 60
    )


def hit(rank: int, found: Chunk, similarity: float = 0.5) -> Hit:
    findings = (Finding("dense", rank, similarity), Finding("lexical", rank, 3.0))
    return Hit(found, 1 / rank, rank, similarity, findings)


def hits() -> tuple[Hit, ...]:
    warranty = chunk("warranty", WARRANTY, ("X200", "Warranty"), start=100)
    return hit(1, warranty, 0.6), hit(2, chunk("manual", MANUAL, ("X200", "Care")), 0.3)


def passage(number: int, found: Hit) -> Passage:
    c = found.chunk
    return Passage(
        number=number,
        document_id=c.document_id,
        source=c.source,
        text=c.text,
        start=c.start,
        end=c.end,
        first_page=c.first_page,
        last_page=c.last_page,
        headings=c.headings,
        rank=found.rank,
        n_tokens=c.n_tokens,
    )


def context() -> Context:
    return Context(tuple(passage(number, found) for number, found in enumerate(hits(), start=1)))
