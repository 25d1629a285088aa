"""The map of a collection: its chunks on a plane, in clusters with their words. The engine uses it.

A layout costs seconds to minutes, so it is kept in the library's folder under the content that it
was made for. It is derived: deleting `map/` loses nothing.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
from collections import Counter, OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from quoth.contexts import content_key

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from quoth.datatypes import Chunk, Collections, FloatArray, Hit
    from vectorstore import LocalLibrary

Method = Literal["principal components", "neighbours"]
MOST = 3000
"""Chunks on a map; of a larger collection it shows a sample."""
LAYOUT_VERSION = 1
_FILES_KEPT = 16
_MAPS_KEPT = 8
_WORDS = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A chunk on the map, at x and y within [-1, 1]; `cluster` counts from 0, -1 is none yet."""

    chunk: Chunk
    x: float
    y: float
    cluster: int = -1


@dataclass(frozen=True, slots=True)
class Cluster:
    """Spots of one kind: the words that tell them from the others, best first, and whose they are.

    `documents` are (source, spots), those with most spots first.
    """

    words: tuple[str, ...]
    size: int
    documents: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class CollectionMap:
    """The chunks of a collection on a plane. `spots` may be a sample of `n_chunks`.

    Laid out by principal components it has no clusters. The same `content`: the same chunks.
    """

    spots: tuple[Spot, ...]
    clusters: tuple[Cluster, ...]
    n_chunks: int
    method: Method
    content: str


@dataclass(frozen=True, slots=True)
class Located:
    """A question on the map, among what is most similar to it, and where each of its hits is."""

    question: str
    x: float
    y: float
    hits: tuple[tuple[Hit, float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Material:
    """What a map is made of: the chunks of a sample with their vectors (n, d), in its order."""

    content: str
    n_chunks: int
    chunks: tuple[Chunk, ...]
    vectors: FloatArray


@dataclass(frozen=True, slots=True)
class _Layout:
    """What is kept of a map on disk."""

    positions: tuple[tuple[float, float], ...]
    labels: tuple[int, ...]
    words: tuple[tuple[str, ...], ...]


class Maps:
    """The maps of a library. Safe to share between threads: one layout is computed at a time."""

    def __init__(self, library: LocalLibrary) -> None:
        self._library = library
        self._folder = library.folder / "map"
        self._kept: OrderedDict[Hashable, CollectionMap] = OrderedDict()
        self._lock = threading.Lock()
        self._laying_out = threading.Lock()

    def get(self, collection: Collections, *, best: bool) -> CollectionMap:
        """The map of some collections (None: all): at once, or the `best` one, however long.

        At once is by principal components, unless the best one has been made before.
        """
        key = content_key(collection, self._library.change)
        with self._lock:
            kept = self._kept.get(key)
        if kept is not None and (kept.method == "neighbours" or not best):
            return kept
        material = _material(self._library, collection)
        if best:
            with self._laying_out:  # who waited finds it made
                layout = self._read(material) or self._made(material)
            made = _map(material, layout)
        else:
            found = self._read(material)
            made = _at_once(material) if found is None else _map(material, found)
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > _MAPS_KEPT:
                self._kept.popitem(last=False)
        return made

    def locate(
        self, question: str, vector: FloatArray, hits: Sequence[Hit], shown: CollectionMap
    ) -> Located | None:
        """Where a question with this unit vector, and its hits, are on a map; None on an empty one.

        A hit that the sample left out stands among the spots that are nearest to it.
        """
        from retrieval.projection import placed

        spots = {_digest(spot.chunk): spot for spot in shown.spots}
        wanted = {**spots, **dict.fromkeys(_digest(hit.chunk) for hit in hits)}
        vectors = self._library.known_vectors(tuple(wanted))
        known = [digest for digest in spots if digest in vectors]
        if not known:
            return None
        stacked = np.stack([vectors[digest] for digest in known])
        positions = np.array([(spots[d].x, spots[d].y) for d in known], dtype=np.float32)

        def place(hit: Hit) -> tuple[float, float]:
            digest = _digest(hit.chunk)
            if digest in spots:
                return spots[digest].x, spots[digest].y
            return placed(stacked @ vectors.get(digest, vector), positions)

        x, y = placed(stacked @ vector, positions)
        return Located(question, x, y, tuple((hit, *place(hit)) for hit in hits))

    def _made(self, material: _Material) -> _Layout:
        from threadpoolctl import ThreadpoolController

        from retrieval.clusters import grouped, telling_words
        from retrieval.projection import neighbours

        if not material.chunks:
            return _Layout((), (), ())
        # Nobody waits for it: the other cores are for answers, and threads that spin help no one.
        # Nothing but OpenMP's is put back afterwards: numpy's may be a search's by then.
        with ThreadpoolController().select(user_api="openmp").limit(limits=1):
            labels = grouped(material.vectors)
            placed = neighbours(material.vectors).tolist()
        positions = tuple((x, y) for x, y in placed)
        texts = [chunk.text for chunk in material.chunks]
        layout = _Layout(positions, labels, telling_words(texts, labels, _WORDS))
        self._write(material, layout)
        return layout

    def _file(self, content: str) -> Path:
        return self._folder / f"{content}-{LAYOUT_VERSION}.json"

    def _read(self, material: _Material) -> _Layout | None:
        """The layout kept for this content; None when there is none, or it is torn."""
        try:
            kept = json.loads(self._file(material.content).read_text(encoding="utf-8"))
            layout = _Layout(
                tuple((float(x), float(y)) for x, y in kept["positions"]),
                tuple(int(label) for label in kept["labels"]),
                tuple(tuple(map(str, words)) for words in kept["words"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None  # derived: it is made anew
        n = len(material.chunks)
        whole = len(layout.positions) == len(layout.labels) == n
        named = all(0 <= label < len(layout.words) for label in layout.labels)
        return layout if whole and named else None

    def _write(self, material: _Material, layout: _Layout) -> None:
        """Keep the layout, if the folder can be written: a map is worth no error."""
        body = {
            "positions": [(round(x, 4), round(y, 4)) for x, y in layout.positions],
            "labels": layout.labels,
            "words": layout.words,
        }
        with suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".new")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(body, file)
            Path(name).replace(self._file(material.content))
            files = sorted(self._folder.iterdir(), key=lambda each: each.stat().st_mtime)
            for old in files[:-_FILES_KEPT]:
                old.unlink()


def _digest(chunk: Chunk) -> bytes:
    from vectorstore import digest

    return digest(chunk.headings, chunk.text)


def _material(library: LocalLibrary, collection: Collections) -> _Material:
    from vectorstore.sampling import sample_chunks

    with library.snapshot():
        sample = sample_chunks(library, collection, MOST)
        chunks, vectors = library.chunks(sample.rows), library.vectors(sample.rows)
    rows = [row for row in sample.rows if row in chunks and row in vectors]
    stacked = np.stack([vectors[row] for row in rows]) if rows else np.empty((0, 1), np.float32)
    return _Material(sample.content, sample.n_chunks, tuple(chunks[row] for row in rows), stacked)


def _at_once(material: _Material) -> CollectionMap:
    from retrieval.projection import principal

    placed = principal(material.vectors).tolist() if material.chunks else []
    pairs = zip(material.chunks, placed, strict=True)
    spots = tuple(Spot(chunk, x, y) for chunk, (x, y) in pairs)
    return CollectionMap(spots, (), material.n_chunks, "principal components", material.content)


def _map(material: _Material, layout: _Layout) -> CollectionMap:
    parts = zip(material.chunks, layout.positions, layout.labels, strict=True)
    spots = tuple(Spot(chunk, x, y, label) for chunk, (x, y), label in parts)
    clusters = tuple(_cluster(spots, n, words) for n, words in enumerate(layout.words))
    return CollectionMap(spots, clusters, material.n_chunks, "neighbours", material.content)


def _cluster(spots: tuple[Spot, ...], number: int, words: tuple[str, ...]) -> Cluster:
    sources = Counter(spot.chunk.source for spot in spots if spot.cluster == number)
    return Cluster(words, sources.total(), tuple(sources.most_common()))
