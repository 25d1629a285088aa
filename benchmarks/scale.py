"""A library of a million chunks: filling, opening, searching, memory; beside other vector stores.

The vectors and texts are made up (benchmarks/synthetic.py), and go in through the product's own
write path. Other stores get the same vectors in processes of their own, by a Python that has
them: give it with --others, made by `pip install chromadb lancedb qdrant-client numpy`.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import synthetic
from benchmarks.reporting import ROOT, Bar, Result, Skipped, Table, tell
from benchmarks.scale_comparing import Arena, comparison, write_vectors
from benchmarks.scale_filling import Texts, fill

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import FloatArray, RowArray

K = 10
_QUICK_CHUNKS = 20_000
_QUESTIONS = 220
_QUESTION_WORDS = 8
_RECALL = 0.98
_NOTES = (
    "dense and lexical: ten results each; both: a hundred of each, one after the other",
    "recall@10 against brute force over all vectors, for questions that are none of them",
    "filters: both indexes for ten results each, with the documents chosen the first time and kept",
    "add: from the start of writing one document until both indexes find it",
    "resident: what the process grew by when it opened the library and its dense index",
)


def run(options: Options) -> Result:
    """Fill, open and ask; then the others."""
    if options.others is not None and shutil.which(options.others) is None:
        raise Skipped(f"{options.others} is not a Python that can be run")
    n = _QUICK_CHUNKS if options.quick else options.chunks
    place = options.cache / f"scale-{n}"
    shutil.rmtree(place, ignore_errors=True)
    (place / "asked").mkdir(parents=True)
    made = synthetic.mixture(n)
    tell("comparing every vector with the questions")
    _write_questions(place / "asked", made, n)
    filled = fill(place / "library", made, n)
    tell(f"filled at {filled.chunks_a_second:.0f} chunks a second", last=True)
    ours = _search(place)
    size = sum(file.stat().st_size for file in (place / "library").rglob("*") if file.is_file())
    figures: dict[str, Any] = {
        "chunks": n,
        "chunks_a_second": filled.chunks_a_second,
        "seconds": {
            "writing": filled.writing,
            "settling": filled.settling,
            "processor": filled.processor,
        },
        "bytes_on_disk": size,
        "filling_peak_bytes": filled.peak_bytes,
        **ours,
    }
    tables = [_table(figures)]
    if options.others is not None:
        vectors = place / "asked" / "vectors.npy"
        write_vectors(vectors, synthetic.batches(made, n), n, made.topics.shape[1])
        figures["others"] = Arena(options.others, place, options.others_seconds, n).compare()
        tables.append(comparison(figures["others"], filled))
    shutil.rmtree(place)
    return Result(figures, tables, [] if options.quick else _bars(figures), _notes(options))


def _notes(options: Options) -> Sequence[str]:
    if options.others is not None:
        return _NOTES
    return (*_NOTES, "the other stores were left out; give a Python that has them with --others")


def _write_questions(folder: Path, made: synthetic.Mixture, n: int) -> None:
    """Questions of both kinds, and the true neighbours of the vectors."""
    questions = synthetic.questions(made, _QUESTIONS)
    np.save(folder / "questions.npy", questions)
    np.save(folder / "truth.npy", _truth(made, n, questions))
    words = Texts(seed=5).take(_QUESTIONS, _QUESTION_WORDS)
    (folder / "words.json").write_text(json.dumps(words), encoding="utf-8")


def _truth(made: synthetic.Mixture, n: int, questions: FloatArray) -> RowArray:
    """The numbers, from 0, of the `K` nearest vectors of each question."""
    names: RowArray = np.empty((len(questions), 0), dtype=np.int64)
    scores: FloatArray = np.empty((len(questions), 0), dtype=np.float32)
    start = 0
    for vectors in synthetic.batches(made, n):
        here = np.arange(start, start + len(vectors), dtype=np.int64)
        names = np.concatenate([names, np.broadcast_to(here, (len(questions), len(here)))], axis=1)
        scores = np.concatenate([scores, questions @ vectors.T], axis=1)
        best = np.argpartition(scores, -K, axis=1)[:, -K:]
        names = np.take_along_axis(names, best, axis=1)
        scores = np.take_along_axis(scores, best, axis=1)
        start += len(vectors)
    return names


def _search(place: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.scale_searching"]
    command += [str(place / "library"), str(place / "asked")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the searches failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _table(figures: Mapping[str, Any]) -> Table:
    def milliseconds(name: str, share: str) -> str:
        return f"{1000 * figures[name][share]:.1f}"

    rows = [
        ["", "measured"],
        ["chunks a second into all three stores", f"{figures['chunks_a_second']:.0f}"],
        ["of it settling at the end, s", f"{figures['seconds']['settling']:.1f}"],
        ["most memory of the filling process, MB", f"{figures['filling_peak_bytes'] / 1e6:.0f}"],
        ["open and first dense search, s", f"{figures['open'] + figures['first_dense']:.2f}"],
        ["first lexical search, s", f"{figures['first_lexical']:.2f}"],
        ["dense recall@10", f"{figures['recall']:.4f}"],
        *(
            [f"{name}, p50 / p95, ms", f"{milliseconds(name, 'p50')} / {milliseconds(name, 'p95')}"]
            for name in ("dense", "lexical", "both_100")
        ),
        *(
            [f"among {share} by a filter: first / p50, ms", _both_ways(times)]
            for share, times in figures["filtered"].items()
        ),
        ["add one document, s", f"{figures['add']:.2f}"],
        ["counts for quoth info, s", f"{figures['statistics']:.2f}"],
        ["resident / raw float16", f"{figures['resident_bytes'] / _raw(figures):.2f}"],
        ["bytes on disk a chunk", f"{figures['bytes_on_disk'] / figures['chunks']:.0f}"],
        ["index", str(figures["facts"]["kind"])],
    ]
    return Table(f"{figures['chunks']} chunks", rows)


def _both_ways(times: Mapping[str, float]) -> str:
    return f"{1000 * times['first']:.0f} / {1000 * times['p50']:.1f}"


def _raw(figures: Mapping[str, Any]) -> int:
    """Bytes of the vectors in float16."""
    return 2 * 384 * int(figures["chunks"])


def _bars(figures: Mapping[str, Any]) -> list[Bar]:
    both = figures["both_100"]["p95"]
    bars = [
        Bar("chunks a second", 5000, figures["chunks_a_second"]),
        Bar("open, s", 2.0, figures["open"] + figures["first_dense"], at_least=False),
        Bar("dense recall@10", _RECALL, figures["recall"]),
        Bar("dense p95, s", 0.015, figures["dense"]["p95"], at_least=False),
        Bar("lexical p95, s", 0.015, figures["lexical"]["p95"], at_least=False),
        Bar("both for 100 candidates p95, s", 0.015, both, at_least=False),
        Bar("add one document, s", 1.0, figures["add"], at_least=False),
        Bar("resident / float16", 0.8, figures["resident_bytes"] / _raw(figures), at_least=False),
    ]
    for name, found in figures.get("others", {}).items():
        if "skipped" not in found:
            what = f"{name}'s p50 over ours, at our recall or its best"
            bars.append(Bar(what, 1.0, found["ratio"]))
    return bars
