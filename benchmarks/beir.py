"""Reads collections in BEIR layout and writes them as the files that a user would have.

The layout: corpus.jsonl {_id, title, text}, queries.jsonl {_id, text}, qrels/*.tsv.
"""

from __future__ import annotations

import csv
import json
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from benchmarks.reporting import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

_SUFFIX = ".md"
# Files just written would be compared by content on the next ingest; a user's files are older.
_AGE_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Judged:
    """Questions by id, and for each the grades of the documents judged; `file` names the qrels."""

    questions: Mapping[str, str]
    grades: Mapping[str, Mapping[str, int]]
    file: str


def collections_in(data: Path) -> tuple[str, ...]:
    """The folders below `data` that hold judgements, by name: "cisi", "xquad/de"."""
    found = [file.parent for depth in ("*", "*/*") for file in data.glob(f"{depth}/qrels")]
    return tuple(sorted(folder.relative_to(data).as_posix() for folder in found))


def lines_of(file: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON-lines file. Raises Skipped when it is absent."""
    if not file.is_file():
        raise Skipped(f"{file} is absent; give the folder of the data with --data or QUOTH_DATA")
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines if line.strip())


def answers_of(folder: Path) -> list[dict[str, Any]]:
    """The lines of answers.jsonl, each with the text of its question as "question"."""
    texts = {line["_id"]: line["text"] for line in lines_of(folder / "queries.jsonl")}
    return [line | {"question": texts[line["_id"]]} for line in lines_of(folder / "answers.jsonl")]


def judged(folder: Path) -> Judged:
    """The questions of a collection that have a relevant document: test ones if it has them."""
    files = sorted((folder / "qrels").glob("*.tsv"), key=lambda file: (file.stem != "test", file))
    if not files:
        raise Skipped(f"{folder / 'qrels'} holds no judgements")
    grades: dict[str, dict[str, int]] = {}
    with files[0].open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            grades.setdefault(row["query-id"], {})[row["corpus-id"]] = int(row["score"])
    questions = {
        line["_id"]: line["text"]
        for line in lines_of(folder / "queries.jsonl")
        if any(grade > 0 for grade in grades.get(line["_id"], {}).values())
    }
    return Judged(questions, {name: grades[name] for name in questions}, files[0].name)


def write_files(folder: Path, target: Path) -> int:
    """Write each document as a Markdown file, title first; returns how many. Empty ones are left out."""
    target.mkdir(parents=True, exist_ok=True)
    then = time.time() - _AGE_SECONDS
    written = 0
    for line in lines_of(folder / "corpus.jsonl"):
        title, text = " ".join(line.get("title", "").split()), line["text"].strip()
        parts = [f"# {title}" if title else "", text]
        if not any(parts):
            continue
        file = target / file_name(line["_id"])
        file.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")
        os.utime(file, (then, then))
        written += 1
    return written


def file_name(document: str) -> str:
    """The name of the file that holds a document, whatever its id."""
    return quote(document, safe="") + _SUFFIX


def document_of(source: str) -> str:
    """The id of the document in a file: the inverse of `file_name`, for a whole path."""
    return unquote(source.rsplit("/", 1)[-1].removesuffix(_SUFFIX))
