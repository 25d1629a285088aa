"""Opens a filled library in a process of its own and asks it questions; prints figures as JSON.

    python -m benchmarks.scale_searching LIBRARY FOLDER

FOLDER holds questions.npy, truth.npy and words.json.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import psutil

from benchmarks import synthetic
from benchmarks.measuring import percentile, seconds_of
from benchmarks.scale_filling import FILTERS, Texts, document, put
from quoth.config import IndexConfig
from quoth.datatypes import Where
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import FloatArray

K, CANDIDATES = 10, 100
_WARM = 20
_FILTERED = 40


def measure(folder: Path, asked: Path) -> dict[str, Any]:
    """Seconds to open, resident bytes, latencies, recall, and what one more document takes."""
    questions = np.load(asked / "questions.npy")
    truth = np.load(asked / "truth.npy")
    words = json.loads((asked / "words.json").read_text(encoding="utf-8"))
    _load_packages()
    before = psutil.Process().memory_info().rss
    began = time.perf_counter()
    library = LocalLibrary(folder, IndexConfig(device="cpu"), create=False)
    opened = time.perf_counter() - began
    found: dict[str, Any] = {"open": opened}
    began = time.perf_counter()
    library.dense(questions[0], K, collection=None, where=None)
    found["first_dense"] = time.perf_counter() - began
    found["resident_bytes"] = psutil.Process().memory_info().rss - before
    began = time.perf_counter()
    library.lexical(words[0], K, collection=None, where=None)
    found["first_lexical"] = time.perf_counter() - began
    found |= _searches(library, questions, words, truth)
    found["facts"] = library.index_facts()
    found["filtered"] = _filtered(library, questions, words)
    found["statistics"] = seconds_of(library.statistics)
    found["add"] = _add(library)
    library.close()
    return found


def _load_packages() -> None:
    """What every process has loaded is not the library's."""
    import faiss
    import tantivy

    index = faiss.IndexFlatIP(8)
    index.add(np.ones((1, 8), dtype=np.float32))
    assert tantivy.Tokenizer is not None


def _searches(
    library: LocalLibrary, questions: FloatArray, words: Sequence[str], truth: np.ndarray[Any, Any]
) -> dict[str, Any]:
    """p50 and p95 in seconds of each index for ten results, and of both as a question asks them."""
    dense, lexical, both, found = [], [], [], 0
    for number, (question, text) in enumerate(zip(questions, words, strict=True)):
        began = time.perf_counter()
        rows = library.dense(question, K, collection=None, where=None)
        middle = time.perf_counter()
        library.lexical(text, K, collection=None, where=None)
        ended = time.perf_counter()
        library.dense(question, CANDIDATES, collection=None, where=None)
        library.lexical(text, CANDIDATES, collection=None, where=None)
        last = time.perf_counter()
        found += _n_true(rows, truth[number])
        if number >= _WARM:
            dense.append(middle - began)
            lexical.append(ended - middle)
            both.append(last - ended)
    return {
        "recall": found / truth.size,
        "dense": _percentiles(dense),
        "lexical": _percentiles(lexical),
        "both_100": _percentiles(both),
    }


def _n_true(rows: Sequence[tuple[int, float]], truth: np.ndarray[Any, Any]) -> int:
    """How many are true neighbours; rows count from 1 in the order in which the vectors went in."""
    return len({row - 1 for row, _ in rows} & set(truth.tolist()))


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    return {"p50": percentile(seconds, 0.5), "p95": percentile(seconds, 0.95)}


def ask_dense(library: LocalLibrary, asked: Path) -> dict[str, float]:
    """The recall, p50 and p95 in seconds, and the processor's seconds a question (`cpu`).

    Every question is asked once for ten results.
    """
    questions, truth = np.load(asked / "questions.npy"), np.load(asked / "truth.npy")
    seconds, found, busy = [], 0, time.process_time()
    for number, question in enumerate(questions):
        began = time.perf_counter()
        rows = library.dense(question, K, collection=None, where=None)
        if number >= _WARM:
            seconds.append(time.perf_counter() - began)
        found += _n_true(rows, truth[number])
    busy = (time.process_time() - busy) / len(questions)
    return {"recall": found / truth.size, **_percentiles(seconds), "cpu": busy}


def _filtered(
    library: LocalLibrary, questions: FloatArray, words: Sequence[str]
) -> dict[str, dict[str, float]]:
    """Seconds of both searches with a filter, by its share: of the first question, and the p50."""
    found = {}
    for share, expression in FILTERS.items():
        where = Where(expression=expression)
        seconds = []
        for question, text in zip(questions[:_FILTERED], words, strict=False):
            began = time.perf_counter()
            library.dense(question, K, collection=None, where=where)
            library.lexical(text, K, collection=None, where=where)
            seconds.append(time.perf_counter() - began)
        found[share] = {"first": seconds[0], **_percentiles(seconds[1:])}
    return found


def _add(library: LocalLibrary) -> float:
    """Seconds from the start of writing one document until both indexes find it."""
    made = synthetic.mixture(10_000)
    texts = [f"{text} unmistakable" for text in Texts(seed=9).take(synthetic.CHUNKS_A_DOCUMENT)]
    whole, chunks = document(10**9 + int(time.time()), texts)
    vectors = next(synthetic.batches(made, len(chunks), seed=int(time.time())))
    began = time.perf_counter()
    with library.writing():
        put(library, whole, chunks, vectors)
    best = library.dense(vectors[0], 1, collection=None, where=None)[0][0]
    word = library.lexical("unmistakable", 1, collection=None, where=None)[0][0]
    seconds = time.perf_counter() - began
    assert {c.document_id for c in library.chunks([best, word]).values()} == {whole.id}
    return seconds


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), Path(sys.argv[2]))))
