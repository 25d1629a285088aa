"""Another vector store in a process and an environment of its own, which does what lines tell it.

    PYTHON benchmarks/scale_others.py NAME FOLDER STORE

FOLDER holds vectors.npy, questions.npy and truth.npy; STORE is where the store may write. A line
of JSON on standard input is a task: {"fill": SECONDS} puts in all vectors or gives up after so
long, {"ask": EFFORT} asks all questions once. A line of JSON on standard output is the answer.

It imports nothing of Quoth, for the environment has the store and numpy only, and the stores by
name, for Quoth does not ask for them. Each store is used as its documentation shows for a large
collection.
"""

from __future__ import annotations

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Array = np.ndarray[Any, Any]
    Effort = list[int]

K = 10
_BATCH = 5_000
_WARM = 20
_FEW, _ENOUGH = 60, 30.0
_LISTS = (10, 20, 40, 60, 80, 120, 180, 260)


class Store(Protocol):
    """Another vector store."""

    @property
    def efforts(self) -> tuple[Effort, ...]:
        """What it can be told to spend on a question."""
        ...

    def fill(self, vectors: Array) -> Iterator[int]:
        """Put in all vectors, numbered from 0, and index them; tell how many are in, now and then."""
        ...

    def ask(self, question: Array, effort: Effort) -> list[int]:
        """The numbers of the nearest vectors."""
        ...


class Chroma:
    """An HNSW graph of float32, which Chroma keeps in memory and on disk."""

    efforts = tuple([ef] for ef in (25, 60, 140, 300, 450, 700))

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._client = self._opened()
        self._collection = self._client.create_collection(
            "chunks", configuration={"hnsw": {"space": "ip", "ef_construction": 100}}
        )
        self._effort: Effort = []

    def _opened(self) -> Any:
        chromadb = import_module("chromadb")

        settings = chromadb.Settings(anonymized_telemetry=False)
        return chromadb.PersistentClient(str(self._folder), settings)

    def fill(self, vectors: Array) -> Iterator[int]:
        """Add in batches, as Chroma limits their size."""
        for start, batch in _batches(vectors):
            ids = [str(start + i) for i in range(len(batch))]
            self._collection.add(ids=ids, embeddings=batch)
            yield start + len(batch)

    def ask(self, question: Array, effort: Effort) -> list[int]:
        """Set the width of the search, then ask."""
        if effort != self._effort:
            self._collection.modify(configuration={"hnsw": {"ef_search": effort[0]}})
            # A graph that is open goes on with the width that it was opened with.
            self._client.close()
            self._client.clear_system_cache()
            self._client = self._opened()
            self._collection = self._client.get_collection("chunks")
            self._effort = effort
        found = self._collection.query(query_embeddings=[question], n_results=K, include=[])
        return [int(name) for name in found["ids"][0]]


class LanceDB:
    """An inverted file, of 8-bit codes or of 1-bit ones, refined with the stored vectors or not.

    Of its kinds these found as much as the library does for the least work. Product codes, its
    default, found .785 to .902 of the true neighbours at a million.
    """

    efforts: tuple[Effort, ...]

    def __init__(self, folder: Path, kind: str, refine: tuple[int, ...]) -> None:
        self.efforts = tuple([lists, often] for often in refine for lists in _LISTS)
        self._kind = kind
        lancedb = import_module("lancedb")

        self._database = lancedb.connect(str(folder))
        self._table: Any = None

    def fill(self, vectors: Array) -> Iterator[int]:
        """Write the table, then build its index."""
        pa = import_module("pyarrow")

        width = vectors.shape[1]
        schema = pa.schema([("id", pa.int64()), ("vector", pa.list_(pa.float32(), width))])

        def tables() -> Iterator[Any]:
            for start, batch in _batches(vectors):
                column = pa.FixedSizeListArray.from_arrays(pa.array(batch.reshape(-1)), width)
                numbers = pa.array(np.arange(start, start + len(batch)))
                yield pa.RecordBatch.from_arrays([numbers, column], names=["id", "vector"])

        self._table = self._database.create_table("t", data=tables(), schema=schema)
        yield 0
        index = getattr(import_module("lancedb.index"), self._kind)(
            distance_type="dot",
            num_partitions=round(len(vectors) ** 0.5),
            # Its 256 vectors a partition and 50 rounds take twenty times as long to train.
            sample_rate=40,
            max_iterations=20,
        )
        self._table.create_index("vector", config=index)
        yield len(vectors)

    def ask(self, question: Array, effort: Effort) -> list[int]:
        """Read so many partitions and refine so many times as many results as asked for."""
        lists, refine = effort
        query = self._table.search(question).distance_type("dot").limit(K).nprobes(lists)
        if refine:
            query = query.refine_factor(refine)
        found = query.select(["id", "_distance"]).to_arrow()
        return [int(number) for number in found["id"].to_pylist()]


class Qdrant:
    """Its local mode, which compares every vector in numpy; on disk it keeps them in SQLite."""

    efforts: tuple[Effort, ...] = ([0],)

    def __init__(self, folder: Path | None) -> None:
        client, models = import_module("qdrant_client"), import_module("qdrant_client.models")

        where = {"location": ":memory:"} if folder is None else {"path": str(folder)}
        self._client = client.QdrantClient(**where)
        size = models.VectorParams(size=384, distance=models.Distance.DOT)
        self._client.create_collection("c", vectors_config=size)

    def fill(self, vectors: Array) -> Iterator[int]:
        """Upload in batches."""
        models = import_module("qdrant_client.models")

        for start, batch in _batches(vectors):
            ids = list(range(start, start + len(batch)))
            self._client.upsert("c", points=models.Batch(ids=ids, vectors=batch.tolist()))
            yield start + len(batch)

    def ask(self, question: Array, effort: Effort) -> list[int]:
        """Ask; there is no effort to choose."""
        assert effort == [0]
        found = self._client.query_points("c", query=question.tolist(), limit=K)
        return [int(point.id) for point in found.points]


STORES: dict[str, Callable[[Path], Store]] = {
    "chroma": Chroma,
    "lancedb": lambda folder: LanceDB(folder, "IvfSq", (0, 4)),
    "lancedb-rq": lambda folder: LanceDB(folder, "IvfRq", (10, 20, 40)),
    "qdrant": Qdrant,
    "qdrant-memory": lambda _: Qdrant(None),
}


def serve(name: str, asked: Path, place: Path) -> None:
    """Do what standard input says until it ends."""
    # What a store prints must not come between the answers.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    store = STORES[name](place)
    for line in sys.stdin:
        ((task, how),) = json.loads(line).items()
        answer = _filled(store, asked, how) if task == "fill" else _asked(store, asked, how)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def _filled(store: Store, asked: Path, limit: float) -> dict[str, Any]:
    """Seconds, how many vectors are in, whether these are all, and the efforts to ask with.

    `cpu_to_fill` is the processor's seconds.
    """
    vectors = np.load(asked / "vectors.npy", mmap_mode="r")
    began, busy, held = time.perf_counter(), time.process_time(), 0
    for n in store.fill(vectors):
        held = n
        if time.perf_counter() - began > limit:
            break
    seconds = time.perf_counter() - began
    return {
        "seconds": seconds,
        "cpu_to_fill": time.process_time() - busy,
        "n": held,
        "all": held == len(vectors),
        "efforts": store.efforts,
    }


def _asked(store: Store, asked: Path, effort: Effort) -> dict[str, Any]:
    """The recall, p50 and p95 in seconds, and the processor's seconds a question (`cpu`).

    A slow store is asked as many questions as it answers in `_ENOUGH` seconds, but `_FEW` at least.
    """
    questions, truth = np.load(asked / "questions.npy"), np.load(asked / "truth.npy")
    seconds: list[float] = []
    found, n, began_all, busy = 0, 0, time.perf_counter(), time.process_time()
    for question, true in zip(questions, truth, strict=True):
        began = time.perf_counter()
        if n >= _FEW and began - began_all > _ENOUGH:
            break
        found += len(set(store.ask(question, effort)) & set(true.tolist()))
        seconds.append(time.perf_counter() - began)
        n += 1
    busy = (time.process_time() - busy) / n
    p50, p95 = (float(value) for value in np.quantile(seconds[_WARM:], [0.5, 0.95]))
    recall = found / (n * truth.shape[1])
    return {"effort": effort, "recall": recall, "p50": p50, "p95": p95, "cpu": busy, "n": n}


def _batches(vectors: Array) -> Iterator[tuple[int, Array]]:
    for start in range(0, len(vectors), _BATCH):
        yield start, np.ascontiguousarray(vectors[start : start + _BATCH])


if __name__ == "__main__":
    serve(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
