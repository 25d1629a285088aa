"""Makes questions from a library's own chunks: by the language model, or from headings.

Such questions share words with their passages more than people's do: they compare settings, and do
not say how good a search is.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

from quoth.config import GenerationConfig
from quoth.datatypes import Message
from quoth.errors import TuningError
from quoth.tuning.questions import JudgedQuestion, Place, Questions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quoth.datatypes import Chunk, Collections
    from quoth.engine import Quoth

_INSTRUCTION = (
    "Write one question that the passage answers. Name what it is about; do not say "
    "“the passage” or “the text”. Write the question alone."
)
_WRITTEN = GenerationConfig(max_new_tokens=48, temperature=0.0, stop=("\n",))
_FEWEST_WORDS, _FEWEST_LETTERS = 4, 200
_SELF = re.compile(
    r"\b(passage|text|document|article|author|above|following|question|answer)\b", re.IGNORECASE
)
_WORD = re.compile(r"\w{4,}")
_USABLE = 0.5


def generate_questions(
    quoth: Quoth,
    n: int,
    *,
    collection: Collections = None,
    on_progress: Callable[[str, int, int], None] = lambda *_: None,
) -> Questions:
    """About `n` questions on chunks drawn at random, always the same ones for the same library.

    The local model writes them. Where it is too weak, so that fewer than half of what it writes
    are questions about their passage, the headings above the chunks stand in. Raises TuningError
    when there are none either, ModelError.
    """
    every = _long_ones(quoth, collection)
    chunks = random.Random(0).sample(every, min(n, len(every)))  # noqa: S311 # not a secret
    written: list[JudgedQuestion] = []
    for done, chunk in enumerate(chunks):
        on_progress("writing questions", done, len(chunks))
        text = first_question(quoth.complete(_messages(chunk), _WRITTEN))
        if is_about(text, chunk.text):
            written.append(JudgedQuestion(text, (_place(chunk),)))
        if done + 1 == 10 and len(written) < _USABLE * 10:
            break
    if len(written) >= _USABLE * max(1, len(chunks)):
        return Questions(tuple(written), f"written by {quoth.model_name} from the library's chunks")
    asked = tuple(_from_headings(chunks, every))
    if not asked:
        raise TuningError(
            f"{quoth.model_name} is too weak to write questions and the documents have no headings; "
            "give a file of questions, or a stronger model.path"
        )
    return Questions(asked, f"headings of the library, for {quoth.model_name} is too weak to ask")


def first_question(text: str) -> str:
    """The first line that is a question, without a label or quotation marks around it."""
    for line in text.splitlines():
        cleaned = re.sub(r"^\s*(?:question|q)\s*\d*\s*[:.)]\s*", "", line, flags=re.IGNORECASE)
        end = cleaned.find("?")
        if end >= 0:
            return cleaned[: end + 1].strip(" \t\"'“”*-")
    return ""


def is_about(question: str, passage: str) -> bool:
    """Whether it is a question of some words that stands alone and has a word of the passage."""
    words = {word.casefold() for word in _WORD.findall(question)}
    known = {word.casefold() for word in _WORD.findall(passage)}
    long_enough = len(question.split()) >= _FEWEST_WORDS
    return long_enough and not _SELF.search(question) and bool(words & known)


def _long_ones(quoth: Quoth, collection: Collections) -> list[Chunk]:
    """The chunks that are long enough to ask about. Raises TuningError when there are none."""
    chunks = [
        chunk
        for record in quoth.documents(collection=collection)
        for chunk in quoth.chunks(record.id)
        if len(chunk.text) >= _FEWEST_LETTERS
    ]
    if not chunks:
        raise TuningError("there is nothing to ask about; ingest some documents first")
    return chunks


def _messages(chunk: Chunk) -> list[Message]:
    return [Message("user", f"{_INSTRUCTION}\n\nPassage: {chunk.text_with_headings}")]


def _place(chunk: Chunk) -> Place:
    return Place(chunk.document_id, chunk.start, chunk.end)


def _from_headings(drawn: list[Chunk], every: list[Chunk]) -> Iterator[JudgedQuestion]:
    """The headings above the drawn chunks, each once; all chunks under them answer."""
    for path in dict.fromkeys(chunk.headings for chunk in drawn if chunk.headings):
        places = tuple(_place(chunk) for chunk in every if _is_under(chunk, path))
        yield JudgedQuestion(" ".join(path[-2:]), places)


def _is_under(chunk: Chunk, path: tuple[str, ...]) -> bool:
    """Whether a chunk stands under a heading path, or opens what does."""
    above = path[: len(chunk.headings)] == chunk.headings
    return chunk.headings == path or (above and path[-1] in chunk.text)
