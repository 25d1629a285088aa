"""Cuts text into sentences with the sentencex library; knows nothing else of ours.

Chunks, citations and extractive answers must agree on where a sentence ends, so there is one
place that says it.
"""

from __future__ import annotations

import re

# Always followed by what they belong to, and unknown to sentencex, which knows "Mr." and "Fig.".
_NEVER_LAST = re.compile(r"\b(?:Ms|Mx|Mmes|Amb|Atty|Eqs?|Figs|Refs|Secs)\.[^\S\n]*\n?[^\S\n]*\Z")
# More than the longest of them with the space after it; each start looks back no further.
_LOOK_BACK = 40


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
    if (language or "en") == "en":
        starts = [at for at in starts if not _NEVER_LAST.search(text, max(0, at - _LOOK_BACK), at)]
    starts = sorted({0, *starts})
    return tuple(zip(starts, [*starts[1:], len(text)], strict=True))


def content_span(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without the white space at its ends."""
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())
