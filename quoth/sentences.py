"""Cuts text into sentences with the sentencex library; knows nothing else of ours.

Chunks, citations and extractive answers must agree on where a sentence ends, so there is one
place that says it.
"""

from __future__ import annotations


def sentence_spans(text: str, language: str = "en") -> tuple[tuple[int, int], ...]:
    """The (start, end) of each sentence, in order, in characters of `text`.

    Every character belongs to exactly one span: white space after a sentence belongs to it.
    `language` is an ISO 639-1 code; one that sentencex does not know falls back to its
    neighbour or to English.
    """
    import sentencex

    if not text:
        return ()
    starts = [
        found["start_index"] for found in sentencex.get_sentence_boundaries(language or "en", text)
    ]
    starts = sorted({0, *starts})
    return tuple(zip(starts, [*starts[1:], len(text)], strict=True))


def content_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())
