"""Fills and asks another vector store, in a process and an environment of its own; prints JSON.

    PYTHON benchmarks/scale_others.py chroma|lancedb|qdrant FOLDER STORE

FOLDER holds vectors.npy, questions.npy and truth.npy; STORE is where the store may write. It
imports nothing of Quoth, for the environment has the store and numpy only, and the stores by
name, for Quoth does not ask for them. Each store is used as
its documentation shows for a large collection, and asked with rising effort until it finds as
many of the true neighbours as Quoth does, or can't do more.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Array = np.ndarray[Any, Any]

K = 10
_BATCH = 5_000
_WARM = 20


class Store(Protocol):
    """Another vector store."""

    @property
    def efforts(self) -> tuple[int, ...]:
        """What it can be told to spend on a question, rising."""
        ...

    def fill(self, vectors: Array) -> None:
        """Put in all vectors, numbered from 0, and index them."""
        ...

    def ask(self, question: Array, effort: int) -> list[int]:
        """The numbers of the nearest vectors."""
        ...


class Chroma:
    """An HNSW graph of float32, which Chroma keeps in memory and on disk."""

    efforts = (15, 25, 50, 100, 200, 400, 800)

    def __init__(self, folder: Path) -> None:
        chromadb = import_module("chromadb")

        settings = chromadb.Settings(anonymized_telemetry=False)
        self._client = chromadb.PersistentClient(str(folder), settings)
        self._collection = self._client.create_collection(
            "chunks", configuration={"hnsw": {"space": "ip", "ef_construction": 100}}
        )
        self._effort = 0

    def fill(self, vectors: Array) -> None:
        """Add in batches, as Chroma limits their size."""
        for start, batch in _batches(vectors):
            ids = [str(start + i) for i in range(len(batch))]
            self._collection.add(ids=ids, embeddings=batch)

    def ask(self, question: Array, effort: int) -> list[int]:
        """Set the width of the search, then ask."""
        if effort != self._effort:
            self._collection.modify(configuration={"hnsw": {"ef_search": effort}})
            self._effort = effort
        found = self._collection.query(query_embeddings=[question], n_results=K, include=[])
        return [int(name) for name in found["ids"][0]]


class LanceDB:
    """An inverted file of product codes, refined with the stored vectors."""

    efforts = (16, 32, 64, 128, 256, 512)

    def __init__(self, folder: Path) -> None:
        lancedb = import_module("lancedb")

        self._database = lancedb.connect(str(folder))
        self._table: Any = None

    def fill(self, vectors: Array) -> None:
        """Write the table, then build its index."""
        pa = import_module("pyarrow")

        width = vectors.shape[1]

        def tables() -> Iterator[Any]:
            for start, batch in _batches(vectors):
                column = pa.FixedSizeListArray.from_arrays(pa.array(batch.reshape(-1)), width)
                numbers = pa.array(np.arange(start, start + len(batch)))
                yield pa.RecordBatch.from_arrays([numbers, column], names=["id", "vector"])

        schema = pa.schema([("id", pa.int64()), ("vector", pa.list_(pa.float32(), width))])
        self._table = self._database.create_table("t", data=tables(), schema=schema)
        self._table.create_index(metric="dot", vector_column_name="vector")

    def ask(self, question: Array, effort: int) -> list[int]:
        """Read so many partitions and refine thirty times as many results."""
        query = self._table.search(question).distance_type("dot").limit(K)
        found = query.nprobes(effort).refine_factor(30).select(["id"]).to_arrow()
        return [int(number) for number in found["id"].to_pylist()]


class Qdrant:
    """Its local mode, which compares every vector in numpy."""

    efforts = (0,)

    def __init__(self, folder: Path) -> None:
        client, models = import_module("qdrant_client"), import_module("qdrant_client.models")

        self._client = client.QdrantClient(path=str(folder))
        size = models.VectorParams(size=384, distance=models.Distance.DOT)
        self._client.create_collection("c", vectors_config=size)

    def fill(self, vectors: Array) -> None:
        """Upload in batches."""
        models = import_module("qdrant_client.models")

        for start, batch in _batches(vectors):
            ids = list(range(start, start + len(batch)))
            self._client.upsert("c", points=models.Batch(ids=ids, vectors=batch.tolist()))

    def ask(self, question: Array, effort: int) -> list[int]:
        """Ask; there is no effort to choose."""
        assert effort == 0
        found = self._client.query_points("c", query=question.tolist(), limit=K)
        return [int(point.id) for point in found.points]


STORES: dict[str, Callable[[Path], Store]] = {
    "chroma": Chroma,
    "lancedb": LanceDB,
    "qdrant": Qdrant,
}


def measure(name: str, asked: Path, store: Path, wanted: float) -> dict[str, Any]:
    """Seconds to fill, then for each effort the recall and p50 and p95 in seconds."""
    vectors = np.load(asked / "vectors.npy", mmap_mode="r")
    questions, truth = np.load(asked / "questions.npy"), np.load(asked / "truth.npy")
    other: Store = STORES[name](store)
    began = time.perf_counter()
    other.fill(vectors)
    filled = time.perf_counter() - began
    trials = []
    for effort in other.efforts:
        trials.append(_trial(other, questions, truth, effort))
        if trials[-1]["recall"] >= wanted:
            break
    return {"fill": filled, "trials": trials, **trials[-1]}


def _trial(other: Store, questions: Array, truth: Array, effort: int) -> dict[str, float]:
    seconds, found = [], 0
    for number, question in enumerate(questions):
        began = time.perf_counter()
        got = other.ask(question, effort)
        if number >= _WARM:
            seconds.append(time.perf_counter() - began)
        found += len(set(got) & set(truth[number].tolist()))
    p50, p95 = np.quantile(seconds, [0.5, 0.95])
    return {"effort": effort, "recall": found / truth.size, "p50": float(p50), "p95": float(p95)}


def _batches(vectors: Array) -> Iterator[tuple[int, Array]]:
    for start in range(0, len(vectors), _BATCH):
        yield start, np.ascontiguousarray(vectors[start : start + _BATCH])


if __name__ == "__main__":
    _, which, folder, place, recall = sys.argv
    print(json.dumps(measure(which, Path(folder), Path(place), float(recall))))
