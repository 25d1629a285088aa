"""Hits and answers as JSON has them, under stable keys. docs/cli.md shows them; it knows datatypes."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quoth.datatypes import Answer, Hit

Record = dict[str, Any]


def hit_record(hit: Hit) -> Record:
    """A hit and its chunk in one object."""
    return {
        "rank": hit.rank,
        "score": hit.score,
        "similarity": hit.similarity,
        "found_by": [dataclasses.asdict(finding) for finding in hit.found_by],
        "chunk_id": hit.chunk.id,
        "document_id": hit.chunk.document_id,
        "source": hit.chunk.source,
        "also_in": list(hit.also_in),
        "first_page": hit.chunk.first_page,
        "last_page": hit.chunk.last_page,
        "headings": list(hit.chunk.headings),
        "start": hit.chunk.start,
        "end": hit.chunk.end,
        "text": hit.chunk.text,
        "excerpt": excerpt_record(hit),
    }


def excerpt_record(hit: Hit) -> list[Record]:
    """What of a hit answers the question: parts of its document's text; empty if not asked for."""
    return [
        {"page": quote.page, "start": quote.start, "end": quote.end, "text": quote.text}
        for quote in hit.excerpt
    ]


def answer_record(answer: Answer) -> Record:
    """What `quoth ask --json` prints: the quotes of a sentence are numbers into `quotes`."""
    numbers = {quote: number for number, quote in enumerate(answer.quotes, 1)}
    return {
        "question": answer.question,
        "answer": answer.text,
        "refused": answer.refused,
        "confidence": answer.confidence,
        "extractive": answer.extractive,
        "stop_reason": answer.stop_reason,
        "sentences": [
            {
                "text": sentence.text,
                "verdict": sentence.verdict,
                "support": sentence.support,
                "reason": sentence.reason,
                "quotes": [numbers[quote] for quote in sentence.quotes],
            }
            for sentence in answer.sentences
        ],
        "quotes": [
            {"number": n, **dataclasses.asdict(quote), "also_in": list(answer.also_in(quote))}
            for quote, n in numbers.items()
        ],
        "passages": [dataclasses.asdict(passage) for passage in answer.context.passages],
        "closest": [hit_record(hit) for hit in answer.closest],
        "not_enough": list(answer.not_enough),
        "timings": dict(answer.timings),
        "n_prompt_tokens": answer.n_prompt_tokens,
        "n_completion_tokens": answer.n_completion_tokens,
    }
