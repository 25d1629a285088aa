"""Ingests collections into libraries that are kept from run to run. Measures nothing.

A library is kept under a digest of the documents and of the code that cuts and embeds them, so
work on search or generation finds it again and a change of the chunks never does.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from typing import TYPE_CHECKING

from benchmarks.beir import write_files
from benchmarks.reporting import ROOT, Skipped, tell
from quoth import Config, Quoth

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import Progress
    from vectorstore import Embedder

_MAKES_CHUNKS = ("ingest/**/*.py", "vectorstore/*.py", "quoth/shelf.py", "quoth/sentences.py")
_DONE = "complete"


def library_of(
    folders: Sequence[Path], options: Options, embedder: Embedder, *, at_least: int = 0
) -> Path:
    """The folder of a library with the documents of these collections.

    `at_least` stops the ingest once the library holds that many chunks; 0 takes every document.
    Raises Skipped when a collection is absent.
    """
    place = options.cache / _digest(folders, embedder, at_least)
    if options.fresh and place.exists():
        shutil.rmtree(place)
    if (place / _DONE).exists():
        return place / "library"
    files = [place / "files" / folder.parent.name / folder.name for folder in folders]
    for folder, target in zip(folders, files, strict=True):
        write_files(folder, target)
    with Quoth.open(place / "library", config=Config(), embedder=embedder) as quoth:
        _fill(quoth, files, at_least)
    (place / _DONE).touch()
    return place / "library"


def _fill(quoth: Quoth, files: Sequence[Path], at_least: int) -> None:
    seen = 0

    def notice(progress: Progress) -> None:
        nonlocal seen
        seen = progress.n_chunks
        tell(f"ingested {progress.files_done}/{progress.files_total} files, {seen} chunks")

    report = quoth.ingest(
        files, on_progress=notice, cancelled=lambda: bool(at_least) and seen >= at_least
    )
    tell(f"ingested {len(report.outcomes)} files, {seen} chunks", last=True)
    failed = [outcome for outcome in report.outcomes if outcome.status == "failed"]
    if failed:
        first = failed[0]
        print(
            f"  {len(failed)} files failed; the first: {first.source}: {first.reason}",
            file=sys.stderr,
        )


def _digest(folders: Sequence[Path], embedder: Embedder, at_least: int) -> str:
    hasher = hashlib.sha256(f"{embedder.fingerprint}/{Config().embedder.dtype}/{at_least}".encode())
    for folder in folders:
        corpus = folder / "corpus.jsonl"
        if not corpus.is_file():
            raise Skipped(
                f"{corpus} is absent; give the folder of the data with --data or QUOTH_DATA"
            )
        hasher.update(corpus.read_bytes())
    for pattern in _MAKES_CHUNKS:
        for file in sorted(ROOT.glob(pattern)):
            hasher.update(file.read_bytes())
    return f"{'-'.join(folder.name for folder in folders)}-{hasher.hexdigest()[:16]}"
