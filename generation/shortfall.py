"""Says in words why a passage that came close does not answer a question.

It knows the question and the passage's words; the refusal itself is decided elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.asked import asked_for, holds, topic
from generation.words import content, is_content, words
from quoth.sentences import sentence_spans

if TYPE_CHECKING:
    from quoth.datatypes import Chunk

MOST_WORDS = 4
_WANTED = {"person": "a name", "place": "a place", "time": "a date", "number": "a number"}
_UNSURE = "it is about this, but no sentence of it answers the question for sure"


def shortfall(question: str, chunk: Chunk) -> str:
    """Why a chunk is not enough: words that it lacks, or the kind of answer, in one line."""
    told = content(chunk.text_with_headings)
    missing = [word for word, asked in _asked(question).items() if asked not in told]
    if missing:
        listed = ", ".join(f"“{word}”" for word in missing[:MOST_WORDS])
        return f"it does not mention {listed}" + " and more" * (len(missing) > MOST_WORDS)
    kind = asked_for(question)
    if kind and not any(holds(kind, text, question) for text in _near(question, chunk)):
        return f"it does not give {_WANTED[kind]} where it speaks of this"
    return _UNSURE


def _asked(question: str) -> dict[str, str]:
    """The question's words that carry meaning, as written, with their stems."""
    return {
        word.text: word.key
        for word in words(topic(question))
        if (is_content(word) or word.is_digits) and word.text not in "$€£¥%°"
    }


def _near(question: str, chunk: Chunk) -> list[str]:
    """The chunk's sentences that share the most words with the question."""
    asked = content(topic(question))
    texts = [chunk.text[start:end] for start, end in sentence_spans(chunk.text)]
    shared = [len(asked & content(text)) for text in texts]
    return [text for text, n in zip(texts, shared, strict=True) if n == max(shared, default=0)]
