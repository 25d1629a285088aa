"""A hand-written engine for the command line's tests: canned values, no library, no models.

Run as a module it is the command line over the engine of the scenario in SCENARIO.
"""

from __future__ import annotations

import os
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from quoth.cli import main
from quoth.datatypes import (
    Answer,
    Chunk,
    Considered,
    Context,
    Coverage,
    DocumentRecord,
    FileOutcome,
    Finding,
    Hit,
    IngestReport,
    Passage,
    Piece,
    Problem,
    Progress,
    Quote,
    RepairReport,
    Sentence,
    Where,
)
from quoth.errors import NotALibraryError, UnknownDocumentError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quoth.config import Config

WARRANTY = "The warranty lasts two years."
CHUNK = Chunk(
    id="0f1e2d3c4b5a6978:120-149",
    document_id="0f1e2d3c4b5a6978",
    source="manuals/kettle.pdf",
    text=WARRANTY,
    start=120,
    end=149,
    first_page=3,
    last_page=4,
    headings=("Kettle", "Warranty"),
    n_tokens=14,
)
HIT = Hit(CHUNK, score=0.91, rank=1, similarity=0.72, found_by=(Finding("dense", 1, 0.72),))
QUOTE = Quote("0f1e2d3c4b5a6978", "manuals/kettle.pdf", 3, 120, 149, WARRANTY)
PASSAGE = Passage(
    1, "0f1e2d3c4b5a6978", "manuals/kettle.pdf", WARRANTY, 120, 149, 3, 4, ("Kettle",), 1, 20
)
ANSWER = Answer(
    question="How long is the warranty?",
    sentences=(
        Sentence("It lasts two years. ", (QUOTE,), 0.94, "supported"),
        Sentence("It covers accidents.", (), 0.12, "unsupported", "no source says so"),
    ),
    refused=False,
    context=Context((PASSAGE,), 20),
    stop_reason="end",
    confidence=0.88,
    timings={"search": 0.01, "pack": 0.002, "first_token": 0.2, "total": 0.9},
    n_prompt_tokens=240,
    n_completion_tokens=11,
)
REFUSAL = Answer(
    question="Who won?",
    sentences=(Sentence("The documents do not say.", (), 0.0, "not a claim"),),
    refused=True,
    context=Context(),
    stop_reason="refused",
    confidence=0.03,
    closest=(HIT,),
    not_enough=("it does not mention “won”",),
)
DOCUMENT = DocumentRecord(
    id="0f1e2d3c4b5a6978",
    collection="default",
    sources=("manuals/kettle.pdf",),
    title="Kettle",
    media_type="application/pdf",
    language="en",
    n_pages=12,
    n_chunks=31,
    n_characters=20_480,
    added_at="2026-01-31T12:00:00+00:00",
    metadata={"coverage": Coverage(12, ocr=(2,), failed={7: "its page is damaged"}).as_text()},
    warnings=("1 of 12 pages (2) read by OCR",),
)
OUTCOMES = (
    FileOutcome("manuals/kettle.pdf", "added", DOCUMENT.id, 12, 31),
    FileOutcome("notes.md", "unchanged", "1111111111111111", 1, 2),
    FileOutcome("price.html", "replaced", "2222222222222222", 1, 4),
    FileOutcome("scan.pdf", "failed", reason="scan.pdf has no text; run an OCR program on it"),
)
PASSWORD = "open sesame"
LOCKED = FileOutcome(
    "deed.pdf", "failed", reason="deed.pdf needs a password; give it", encrypted=True
)
UNLOCKED = FileOutcome("deed.pdf", "added", DOCUMENT.id, 2, 3)
INFO: dict[str, object] = {"library": {"path": "/home/ada/library", "documents": 1, "chunks": 31}}


class FakeQuoth:
    """The engine's public calls over canned values; `calls` records what was asked of it."""

    def __init__(
        self,
        *,
        outcomes: Sequence[FileOutcome] = OUTCOMES,
        hits: Sequence[Hit] = (HIT,),
        pieces: Sequence[Piece] = (Piece(ANSWER.text), Piece(answer=ANSWER)),
        problems: Sequence[Problem] = (),
        documents: Sequence[DocumentRecord] = (DOCUMENT,),
        error: BaseException | None = None,
        pause: float = 0.0,
    ) -> None:
        self.outcomes, self.hits, self.pieces = outcomes, hits, pieces
        self.problems, self.records, self.error, self.pause = problems, documents, error, pause
        self.calls: dict[str, Any] = {}

    def open(self, path: Path, *, config: Config, create: bool) -> Self:
        self.calls["open"] = {"path": path, "config": config, "create": create}
        if self.error is not None:
            raise self.error
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.calls["closed"] = True

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        collection: str,
        tags: Sequence[str] = (),
        passwords: Sequence[str] = (),
        on_progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        self.calls["ingest"] = {"paths": list(paths), "collection": collection}
        self.calls["tags"] = list(tags)
        self.calls["passwords"] = list(passwords)
        done: list[FileOutcome] = []
        outcomes = [UNLOCKED] if PASSWORD in passwords else self.outcomes
        for outcome in outcomes:
            if cancelled():
                break
            done.append(outcome)
            total = len(self.outcomes)
            on_progress(Progress(len(done), total, 14, 37, 2.0, outcome.source, outcome))
            time.sleep(self.pause)
        return IngestReport(tuple(done), 2.0, {"read": 0.5, "embed": 1.5})

    def sync(
        self,
        folders: Sequence[Path],
        *,
        collection: str,
        tags: Sequence[str],
        passwords: Sequence[str],
        allow_empty: bool,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> IngestReport:
        report = self.ingest(
            folders,
            collection=collection,
            tags=tags,
            passwords=passwords,
            on_progress=on_progress,
            cancelled=cancelled,
        )
        self.calls["sync"] = {**self.calls["ingest"], "allow_empty": allow_empty}
        return report

    def tag(
        self,
        names: Sequence[str],
        *,
        add: Sequence[str],
        remove: Sequence[str],
        collection: str | Sequence[str] | None,
    ) -> tuple[DocumentRecord, ...]:
        self.calls["tag"] = {
            "names": list(names),
            "add": add,
            "remove": remove,
            "collection": collection,
        }
        return tuple(replace(record, tags=("urgent",)) for record in self.records)

    def collection_sizes(self) -> dict[str, int]:
        return {"home": 2, "work": 0}

    def create_collection(self, name: str) -> None:
        self.calls["create"] = name

    def rename_collection(self, name: str, new_name: str) -> None:
        self.calls["rename"] = (name, new_name)

    def delete_collection(self, name: str) -> int:
        self.calls["delete"] = name
        return 2

    def re_embed(self, *, on_progress: Callable[[int, int], None]) -> int:
        on_progress(len(self.records), len(self.records))
        return len(self.records)

    def search(
        self,
        question: str,
        *,
        k: int | None,
        collection: str | None,
        where: Where | None,
        excerpts: bool,
    ) -> tuple[Hit, ...]:
        self.calls["search"] = {
            "question": question,
            "k": k,
            "collection": collection,
            "where": where,
            "excerpts": excerpts,
        }
        return tuple(self.hits)

    def explain(
        self, question: str, *, k: int | None, collection: str | None, where: Where | None
    ) -> tuple[Considered, ...]:
        hits = self.search(question, k=k, collection=collection, where=where, excerpts=True)
        stages = (Finding("fusion", 2, 0.6), Finding("feedback", 1, 0.91))
        kept = [Considered(hit, stages, True, "number 1 of the 1 asked for") for hit in hits]
        dropped = [
            Considered(
                replace(hit, rank=2, score=0.4), stages, False, "comes after the 1 asked for"
            )
            for hit in hits
        ]
        return (*kept, *dropped)

    def stream(
        self,
        question: str,
        *,
        collection: str | None,
        where: Where | None,
        cancelled: Callable[[], bool],
    ) -> Iterator[Piece]:
        self.calls["stream"] = {"question": question, "collection": collection, "where": where}
        for piece in self.pieces:
            if cancelled():
                return
            yield piece
            time.sleep(self.pause)

    def documents(
        self, *, collection: str | None, where: Where | None
    ) -> tuple[DocumentRecord, ...]:
        self.calls["documents"] = {"collection": collection, "where": where}
        return tuple(self.records)

    def find(self, name: str, *, collection: tuple[str, ...] | None) -> tuple[DocumentRecord, ...]:
        self.calls["find"] = {"name": name, "collection": collection}
        return tuple(self.records)

    def remove(self, names: Sequence[str], *, collection: str | None) -> tuple[DocumentRecord, ...]:
        self.calls["remove"] = {"names": list(names), "collection": collection}
        if list(names) == ["nothing.pdf"]:
            raise UnknownDocumentError("no document nothing.pdf; see quoth list")
        return tuple(self.records)

    def info(self) -> dict[str, object]:
        return INFO

    def verify(self) -> tuple[Problem, ...]:
        return tuple(self.problems)

    def repair(self) -> RepairReport:
        return RepairReport(("the lexical index lacks 3 chunks",), tuple(self.problems))


def run(engine: FakeQuoth, *arguments: str) -> int:
    """The exit code of a command over this engine."""
    return main(arguments, open_library=engine.open)


def scenario(name: str) -> FakeQuoth:
    """The engine of a test that runs in a process of its own."""
    words = [Piece(f"word{number} ") for number in range(1000)]
    withdrawn = Piece(ANSWER.text, withdrawn=True)
    return {
        "plain": FakeQuoth(),
        "slow": FakeQuoth(pieces=words, outcomes=OUTCOMES * 1000, pause=0.02),
        "locked": FakeQuoth(outcomes=(LOCKED,)),
        "many": FakeQuoth(hits=[HIT] * 5000),
        "withdrawn": FakeQuoth(
            pieces=(Piece("Never mind this. "), withdrawn, Piece(answer=ANSWER))
        ),
        "long": FakeQuoth(pieces=(*words, Piece(answer=ANSWER))),
        "long withdrawn": FakeQuoth(pieces=(*words, withdrawn, Piece(answer=ANSWER))),
        "no library": FakeQuoth(error=NotALibraryError("no library there; make one")),
    }[name]


if __name__ == "__main__":
    sys.exit(main(open_library=scenario(os.environ["SCENARIO"]).open))
