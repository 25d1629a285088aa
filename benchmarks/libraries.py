"""Ingests collections into libraries that are kept from run to run, and reads what they hold.

It measures nothing. A library is kept under a digest of the documents and of the code that cuts and
embeds them, so work on search or generation finds it again and a change of the chunks never does.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.beir import write_files
from benchmarks.reporting import ROOT, Skipped, tell
from quoth import Config, Quoth
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import Chunk, FloatArray, Progress
    from vectorstore import Embedder

_MAKES_CHUNKS = (
    "ingest/**/*.py",
    "vectorstore/*embed*.py",
    "vectorstore/encoding.py",
    "vectorstore/model_*.py",
    "quoth/shelf.py",
    "quoth/sentences.py",
)
_DONE = "complete"
_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Content:
    """The chunks of a library in the order of their rows, and their vectors, float32 (n, dimension).

    `embedder` is the fingerprint of what made the vectors.
    """

    chunks: tuple[Chunk, ...]
    vectors: FloatArray
    embedder: str


def library_of(folder: Path, options: Options, embedder: Embedder) -> Path:
    """The folder of a library with the documents of a collection in BEIR layout.

    Raises Skipped when the collection is absent.
    """
    corpus = folder / "corpus.jsonl"
    if not corpus.is_file():
        raise Skipped(f"{corpus} is absent; give the folder of the data with --data or QUOTH_DATA")

    def write(files: Path) -> Path:
        write_files(folder, files)
        return files

    return _library(folder, [corpus], write, options, embedder)


def library_of_files(folder: Path, options: Options, embedder: Embedder) -> Path:
    """The folder of a library with the files of a folder as they are."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return _library(folder, files, lambda _: folder, options, embedder)


def content_of(library: Path) -> Content:
    """All that a library holds."""
    with closing(LocalLibrary(library, Config().index, create=False)) as opened:
        with opened.reading() as sql:
            rows = [row for (row,) in sql.execute("SELECT row FROM chunks ORDER BY row")]
        chunks, vectors = opened.chunks(rows), opened.vectors(rows)
        return Content(
            tuple(chunks[row] for row in rows),
            np.stack([vectors[row] for row in rows]),
            opened.embedder,
        )


def _library(
    folder: Path,
    made_of: Sequence[Path],
    write: Callable[[Path], Path],
    options: Options,
    embedder: Embedder,
) -> Path:
    """A library kept under a digest; `write` gives the folder to ingest, when it is not there."""
    kind = f"{folder.parent.name}-{folder.name}"
    place = options.cache / f"{kind}-{_digest(made_of, embedder)}"
    if (place / _DONE).exists() and not options.fresh:
        return place / "library"
    for kept in options.cache.glob(f"{kind}-{'?' * _DIGITS}"):
        # An ingest that was interrupted goes on where it stopped.
        if kept != place or options.fresh:
            shutil.rmtree(kept)
    files = write(place / "files")
    with Quoth.open(place / "library", config=Config(), embedder=embedder) as quoth:
        _fill(quoth, files)
    (place / _DONE).touch()
    return place / "library"


def _fill(quoth: Quoth, files: Path) -> None:
    def notice(progress: Progress) -> None:
        files_done = f"{progress.files_done}/{progress.files_total} files"
        tell(f"ingested {files_done}, {progress.n_chunks} chunks")

    report = quoth.ingest([files], on_progress=notice)
    tell(f"ingested {len(report.outcomes)} files in {report.seconds:.0f} s", last=True)
    failed = [outcome for outcome in report.outcomes if outcome.status == "failed"]
    if failed:
        reason = f"{failed[0].source}: {failed[0].reason}"
        print(f"  {len(failed)} files failed; the first: {reason}", file=sys.stderr)


def _digest(made_of: Sequence[Path], embedder: Embedder) -> str:
    hasher = hashlib.sha256(f"{embedder.fingerprint}/{Config().embedder.dtype}".encode())
    for file in made_of:
        hasher.update(file.read_bytes())
    for pattern in _MAKES_CHUNKS:
        for file in sorted(ROOT.glob(pattern)):
            hasher.update(file.read_bytes())
    return hasher.hexdigest()[:_DIGITS]
