"""How long a whole search takes at 100,000 chunks, the embedding of its question included.

The library is SciFact's, made larger: each further copy of a document lacks words here and there and
has vectors a little beside the first one's, so that no text and no vector is there twice. Words are
as frequent as they are in English, and lists of chunks as long as they would be.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.beir import judged
from benchmarks.libraries import content_of, library_of
from benchmarks.reporting import Bar, Result, tell
from benchmarks.scale_filling import document, put
from benchmarks.search import measure_searches, search_tables
from benchmarks.watching import WatchedEmbedder
from quoth import Config
from vectorstore import LocalLibrary, load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import FloatArray

    Content = list[tuple[list[str], FloatArray]]

_COLLECTION, _CHUNKS = "scifact", 100_000
_QUICK_COLLECTION, _QUICK_CHUNKS = "adi", 1_000
_QUESTIONS = 400
_LEFT_OUT = 0.15  # of the words
_MOVED = 0.02  # in each dimension; a copy's cosine to the first is then some .93
_DONE = "complete"
_P95 = 0.040
_NOTES = (
    "total: `Quoth.search` as a user calls it, with the real embedder; nothing is remembered",
    "processor: what all threads spent on a question, which other programs change little",
)


def run(options: Options) -> Result:
    """Time searches and their parts."""
    embedder = WatchedEmbedder(load_embedder(Config().embedder))
    if options.quick:
        figures = measure(_QUICK_COLLECTION, _QUICK_CHUNKS, options, embedder)
    else:
        figures = measure(_COLLECTION, _CHUNKS, options, embedder)
    p95 = figures["search"]["total"]["p95"]
    bars = [] if options.quick else [Bar("whole search, p95, seconds", _P95, p95, at_least=False)]
    return Result(figures, search_tables(figures), bars, _NOTES)


def measure(
    collection: str, n_chunks: int, options: Options, embedder: WatchedEmbedder
) -> dict[str, Any]:
    """The p50 and p95 of a search and of its parts at `n_chunks` chunks of a collection's kind."""
    folder = options.data / collection
    library = enlarged(library_of(folder, options, embedder), n_chunks)
    questions = list(judged(folder).questions.values())[:_QUESTIONS]
    return measure_searches(library, questions, embedder)


def enlarged(small: Path, n_chunks: int) -> Path:
    """A library of at least `n_chunks` chunks made of the one in `small`; kept beside it."""
    folder = small.with_name(f"library-{n_chunks}")
    if (folder / _DONE).exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    fingerprint, content = _content(small)
    library = LocalLibrary(folder, Config().index)
    written = 0
    with library.writing():
        for number, (texts, vectors) in enumerate(_copies(content, n_chunks)):
            whole, chunks = document(number, texts)
            put(library, whole, chunks, vectors, fingerprint)
            written += len(texts)
            if number % 1000 == 0:
                tell(f"{written} chunks")
    library.close()
    tell(f"{written} chunks", last=True)
    (folder / _DONE).touch()
    return folder


def _content(folder: Path) -> tuple[str, Content]:
    """Who made a library's vectors, and the texts and vectors of its documents."""
    held = content_of(folder)
    documents: dict[str, list[int]] = {}
    for at, chunk in enumerate(held.chunks):
        documents.setdefault(chunk.document_id, []).append(at)
    return held.embedder, [
        ([held.chunks[at].text_with_headings for at in some], held.vectors[some])
        for some in documents.values()
    ]


def _copies(content: Content, n_chunks: int) -> Iterator[tuple[list[str], FloatArray]]:
    """The documents as they are, then copies of them, until there are enough chunks."""
    random = np.random.default_rng(0)
    left = n_chunks
    yield from content
    left -= sum(len(texts) for texts, _ in content)
    while left > 0:
        for texts, vectors in content:
            if left <= 0:
                return
            yield [_thinned(text, random) for text in texts], _moved(vectors, random)
            left -= len(texts)


def _thinned(text: str, random: np.random.Generator) -> str:
    words = text.split()
    kept = random.random(len(words)) >= _LEFT_OUT
    return " ".join(word for word, keep in zip(words, kept, strict=True) if keep) or text


def _moved(vectors: FloatArray, random: np.random.Generator) -> FloatArray:
    moved = vectors + np.float32(_MOVED) * random.standard_normal(vectors.shape, dtype=np.float32)
    unit: FloatArray = moved / np.linalg.norm(moved, axis=1, keepdims=True)
    return unit
