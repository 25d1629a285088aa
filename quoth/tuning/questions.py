"""Questions with the places that answer them: read from a file, and matched against hits."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quoth.errors import TuningError, UnknownDocumentError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quoth.datatypes import Chunk, Collections
    from quoth.engine import Quoth

_ENDLESS = 1 << 60


@dataclass(frozen=True, slots=True)
class Place:
    """Characters [start, end) of a document."""

    document_id: str
    start: int = 0
    end: int = _ENDLESS

    def holds(self, chunk: Chunk) -> bool:
        """Whether at least half of the chunk, or of the place, lies in the other."""
        if chunk.document_id != self.document_id:
            return False
        shared = min(self.end, chunk.end) - max(self.start, chunk.start)
        return 2 * shared >= min(self.end - self.start, chunk.end - chunk.start)


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """A question and the places that answer it: a hit in any of them is right."""

    text: str
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions to tune by, and in words where they are from."""

    judged: tuple[JudgedQuestion, ...]
    origin: str


def load_questions(file: Path, quoth: Quoth, collection: Collections = None) -> Questions:
    """Read questions from a JSONL or CSV file and find their places in the library.

    Each has `question` and `file` (an id, path or name of a document), `passage` (a text that the
    document holds, white space aside), or both; or a list of such, `expected_passages`, as rated
    answers are exported. One whose list is empty is passed over. Raises TuningError, with the line.
    """
    judged, passed_over = [], 0
    for line, row in _rows(file):
        if row.get("expected_passages") == []:
            passed_over += 1
            continue
        question = str(row.get("question") or "").strip()
        if not question:
            raise TuningError(
                f"{file}, line {line}: there is no question; give it under `question`"
            )
        try:
            places = _places(quoth, collection, row)
        except UnknownDocumentError as error:
            raise TuningError(f"{file}, line {line}: {error}") from error
        if not places:
            raise TuningError(
                f"{file}, line {line}: no document holds this passage; copy it from the document"
            )
        judged.append(JudgedQuestion(question, places))
    if not judged:
        raise TuningError(
            f"{file} has no questions whose answer it tells; see docs/tuning.md for its form"
        )
    left = f" ({passed_over} passed over: no answer to them is rated good)" if passed_over else ""
    return Questions(tuple(judged), f"{file}{left}")


def _rows(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise TuningError(f"{file} cannot be read ({error}); give a JSONL or CSV file") from error
    if file.suffix.casefold() == ".csv":
        reader = csv.DictReader(text.splitlines(keepends=True))
        yield from ((reader.line_num, row) for row in reader)
        return
    for line, written in enumerate(text.splitlines(), 1):
        if not written.strip():
            continue
        try:
            row = json.loads(written)
        except ValueError as error:
            raise TuningError(f"{file}, line {line} is not JSON: {error}") from error
        if not isinstance(row, dict):
            raise TuningError(f"{file}, line {line} is not a JSON object")
        yield line, row


def _places(quoth: Quoth, collection: Collections, row: dict[str, Any]) -> tuple[Place, ...]:
    several = row.get("expected_passages")
    if isinstance(several, list):
        each = (_places(quoth, collection, one) for one in several if isinstance(one, dict))
        return tuple(dict.fromkeys(place for places in each for place in places))
    name, passage = str(row.get("file") or ""), str(row.get("passage") or "")
    if not (name or passage):
        raise UnknownDocumentError("neither `file` nor `passage` says what answers the question")
    records = (
        quoth.find(name, collection=collection) if name else quoth.documents(collection=collection)
    )
    ids = list(dict.fromkeys(record.id for record in records))
    if not passage.strip():
        return tuple(Place(one) for one in ids)
    return tuple(place for one in ids for place in _found(quoth.document(one).text, passage, one))


def _found(text: str, passage: str, document_id: str) -> Iterator[Place]:
    """Where a document has a passage, white space aside."""
    wanted = r"\s+".join(map(re.escape, passage.split()))
    for match in re.finditer(wanted, text):
        yield Place(document_id, *match.span())


def rank_of(chunks: Sequence[Chunk], question: JudgedQuestion) -> int:
    """The rank of the first right chunk, from 1; 0 when none is right."""
    return next(
        (
            rank
            for rank, chunk in enumerate(chunks, 1)
            if any(place.holds(chunk) for place in question.places)
        ),
        0,
    )
