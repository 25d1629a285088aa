"""Fills a library with synthetic documents through the product's own write path, and times it."""

from __future__ import annotations

import hashlib
import resource
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import synthetic
from benchmarks.reporting import tell
from quoth.config import IndexConfig
from quoth.datatypes import Chunk, Document, Page, SourceFile
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from quoth.datatypes import FloatArray

WORDS_A_CHUNK = 40
_VOCABULARY = 30_000
# Zipf's law without its head: stop words are not indexed.
_SHIFT = 20
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
EMBEDDER = "synthetic@1"
# What share of the documents a filter lets through: `document` sees to it.
FILTERS = {
    "50 %": "year = 2001",
    "1 %": "author = 'Author 7'",
    ".01 %": "title = 'Title 7'",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """Seconds of filling a library: in transactions with the lexical index, and settling at the end.

    `processor` is the processor's seconds of both, `peak_bytes` the most memory that the process had.
    """

    n_chunks: int
    writing: float
    settling: float
    processor: float
    peak_bytes: int

    @property
    def chunks_a_second(self) -> float:
        """Chunks into all three stores, all work included."""
        return self.n_chunks / (self.writing + self.settling)


class Texts:
    """Chunks of made-up words, distributed as words are: the same words for every seed."""

    def __init__(self, seed: int = 3) -> None:
        self._random = np.random.default_rng(seed)
        spelling = np.random.default_rng(0)
        letters = np.array(list(_LETTERS))
        self._words = np.array(
            [
                "".join(letters[spelling.integers(26, size=int(length))])
                for length in spelling.integers(3, 11, size=_VOCABULARY)
            ]
        )
        weights = 1.0 / (np.arange(_VOCABULARY) + _SHIFT)
        self._cumulated = np.cumsum(weights / weights.sum())

    def take(self, n: int, n_words: int = WORDS_A_CHUNK) -> list[str]:
        """`n` texts of so many words each."""
        drawn = np.searchsorted(self._cumulated, self._random.random((n, n_words)))
        return [" ".join(line) for line in self._words[np.minimum(drawn, _VOCABULARY - 1)]]


def document(number: int, texts: Sequence[str]) -> tuple[Document, tuple[Chunk, ...]]:
    """A document of one page whose chunks are these texts."""
    name = hashlib.sha256(str(number).encode()).hexdigest()[:16]
    source = f"/synthetic/{number}.txt"
    chunks, start = [], 0
    for text in texts:
        end = start + len(text)
        chunks.append(
            Chunk(f"{name}:{start}-{end}", name, source, text, start, end, 1, 1, (), len(text) // 4)
        )
        start = end + 1
    page = Page(1, "\n".join(texts), 0)
    about = {"author": f"Author {number % 100}", "created": f"{2000 + number % 2}-01-01"}
    title = f"Title {number % 10_000}"
    whole = Document(name, source, title, "text/plain", (page,), metadata=about)
    return whole, tuple(chunks)


def fill(folder: Path, made: synthetic.Mixture, n_chunks: int) -> Filled:
    """Make the library; the making of vectors and texts is not counted."""
    library = LocalLibrary(folder, IndexConfig(device="cpu"))
    writing = processor = 0.0
    with_all = library.writing()
    with_all.__enter__()
    for number, (texts, vectors) in enumerate(_documents(made, n_chunks)):
        whole, chunks = document(number, texts)
        began, busy = time.perf_counter(), time.process_time()
        put(library, whole, chunks, vectors)
        writing += time.perf_counter() - began
        processor += time.process_time() - busy
        if number % 1000 == 0:
            tell(f"{number * synthetic.CHUNKS_A_DOCUMENT} chunks, {writing:.0f} s")
    began, busy = time.perf_counter(), time.process_time()
    with_all.__exit__(None, None, None)
    settling = time.perf_counter() - began
    processor += time.process_time() - busy
    library.close()
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return Filled(n_chunks, writing, settling, processor, peak)


def put(
    library: LocalLibrary,
    whole: Document,
    chunks: Sequence[Chunk],
    vectors: FloatArray,
    embedder: str = EMBEDDER,
) -> None:
    """Put one document into the library, with the fingerprint of what made its vectors."""
    library.put(
        whole,
        chunks,
        vectors,
        collection="default",
        file=SourceFile(whole.source, len(whole.text), 1, whole.id),
        recipe="synthetic",
        embedder=embedder,
    )


def _documents(made: synthetic.Mixture, n_chunks: int) -> Iterator[tuple[list[str], FloatArray]]:
    texts, size = Texts(), synthetic.CHUNKS_A_DOCUMENT
    for vectors in synthetic.batches(made, n_chunks):
        lines = texts.take(len(vectors))
        for start in range(0, len(vectors), size):
            yield lines[start : start + size], vectors[start : start + size]
