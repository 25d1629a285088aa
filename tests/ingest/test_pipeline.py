"""The order of an ingest run, over a shelf that only looks on."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ingest import embedding, pipeline
from quoth.config import IngestConfig
from quoth.datatypes import Chunk
from quoth.errors import StorageFullError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quoth.datatypes import Document, FloatArray, KnownFailure, KnownFile, SourceFile

PATIENCE = 30  # seconds until a test gives up waiting for the other thread


class WatchingShelf:
    """A Shelf that keeps nothing: a chunk for each word, its length as the vector."""

    recipe = "test"

    def __init__(self) -> None:
        self.cut_twice = threading.Event()
        self.cuts = 0
        self.embedded: list[int] = []
        self.kept: list[tuple[str, list[float]]] = []
        self.wait = False
        self.full_after = 1_000_000

    def known(self, source: str) -> KnownFile | None:  # noqa: ARG002 - part of the protocol
        return None

    def failures(self) -> dict[str, KnownFailure]:
        return {}

    def note_failures(self, found: Sequence[KnownFailure]) -> None:
        raise AssertionError(found)

    def attach(self, file: SourceFile) -> bool:  # noqa: ARG002
        return False

    def cut(self, document: Document) -> tuple[Chunk, ...]:
        self.cuts += 1
        if self.cuts >= 2:
            self.cut_twice.set()
        return tuple(
            Chunk(f"{document.id}:{n}", document.id, document.source, word, n, n + 1, 1, 1, (), 1)
            for n, word in enumerate(document.text.split())
        )

    def embed(self, chunks: Sequence[Chunk]) -> FloatArray:
        if self.wait:
            assert self.cut_twice.wait(PATIENCE), "nothing was cut while this was embedded"
        self.embedded.append(len(chunks))
        return np.array([[len(chunk.text)] for chunk in chunks], dtype=np.float32)

    def put(
        self,
        document: Document,
        chunks: Sequence[Chunk],  # noqa: ARG002
        vectors: FloatArray,
        file: SourceFile,  # noqa: ARG002
    ) -> None:
        if len(self.kept) >= self.full_after:
            raise StorageFullError("the disk is full")
        self.kept.append((document.text, vectors[:, 0].tolist()))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pipeline, "_TEXTS_AT_ONCE", 3)
    for n in range(7):
        (tmp_path / f"{n}.txt").write_text(f"{'a' * (n + 1)} bb ccc")
    return tmp_path


def test_the_next_documents_are_cut_while_others_are_embedded(folder: Path) -> None:
    shelf = WatchingShelf()
    shelf.wait = True
    report = pipeline.ingest_files([folder], shelf, IngestConfig())
    assert [outcome.status for outcome in report.outcomes] == ["added"] * 7
    assert shelf.embedded == [3] * 7


def test_every_document_gets_its_own_vectors_in_order(folder: Path) -> None:
    shelf = WatchingShelf()
    (folder / "3.txt").write_text("one two")
    pipeline.ingest_files([folder], shelf, IngestConfig())
    assert shelf.kept == [(text, [float(len(w)) for w in text.split()]) for text, _ in shelf.kept]
    assert [text for text, _ in shelf.kept][:2] == ["a bb ccc", "aa bb ccc"]
    assert len(shelf.kept) == 7


def test_a_run_that_is_cancelled_while_it_embeds_keeps_the_groups_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "_TEXTS_AT_ONCE", 6)
    monkeypatch.setattr(embedding, "_SLICE", 1)
    for n in range(3):
        (tmp_path / f"{n}.txt").write_text(f"{n} b c d e f")
    shelf = StoppingShelf(last="2")
    report = pipeline.ingest_files([tmp_path], shelf, IngestConfig(), cancelled=shelf.is_stopped)
    assert [outcome.status for outcome in report.outcomes] == ["added"] * 2
    assert len(shelf.kept) == 2
    assert report.timings["embed"] > 0


class StoppingShelf(WatchingShelf):
    """Is cancelled at the first word of the last document, when all before that is kept."""

    def __init__(self, last: str) -> None:
        super().__init__()
        self._last = last
        self._stopped = threading.Event()
        self._all_before = threading.Event()
        self._noticed = threading.Event()

    def is_stopped(self) -> bool:
        if self._stopped.is_set():
            self._noticed.set()
        return self._stopped.is_set()

    def embed(self, chunks: Sequence[Chunk]) -> FloatArray:
        if chunks[0].text == self._last:
            assert self._all_before.wait(PATIENCE)
            self._stopped.set()
        elif chunks[0].source.endswith(f"{self._last}.txt"):
            assert self._noticed.wait(PATIENCE)
        return super().embed(chunks)

    def put(
        self, document: Document, chunks: Sequence[Chunk], vectors: FloatArray, file: SourceFile
    ) -> None:
        super().put(document, chunks, vectors, file)
        if len(self.kept) == 2:
            self._all_before.set()


def test_an_error_while_keeping_ends_the_run_and_leaves_no_thread(folder: Path) -> None:
    shelf = WatchingShelf()
    shelf.full_after = 2
    with pytest.raises(StorageFullError):
        pipeline.ingest_files([folder], shelf, IngestConfig())
    assert len(shelf.kept) == 2
    assert not [
        t.name
        for t in threading.enumerate()
        if t.name.startswith(("quoth-embedder", "quoth-reader"))
    ]
