"""The systems that the retrieval benchmark compares: all on one library's chunks and vectors."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.beir import document_of
from benchmarks.ranking import distinct
from benchmarks.reporting import ROOT, Skipped
from quoth import Config, Quoth
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmarks.reporting import Options
    from vectorstore import Embedder

    # The documents found for each question, best first.
    Ranked = list[list[str]]

FUSED, WORDS, MEANING, BY_RANK = "quoth", "words alone", "meaning alone", "rank fusion"
_PLAIN = {"retrieval.feedback_weight": 0.0, "retrieval.neighbour_weight": 0.0}
_SETTINGS: Mapping[str, Mapping[str, float]] = {
    FUSED: {},
    WORDS: {"retrieval.dense_weight": 0.0, **_PLAIN},
    MEANING: {"retrieval.dense_weight": 1.0, **_PLAIN},
}
OTHERS = ("langchain", "txtai")
# Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion Outperforms Condorcet", 2009.
_RANK_CONSTANT = 60


def rankings(
    library: Path, questions: Sequence[str], embedder: Embedder, options: Options
) -> dict[str, Ranked]:
    """Each system's documents for each question, from a hundred chunks, best first."""
    found = {name: _by_quoth(library, questions, embedder, name) for name in _SETTINGS}
    pairs = zip(found[WORDS], found[MEANING], strict=True)
    found[BY_RANK] = [_by_rank(pair) for pair in pairs]
    if options.others is not None:
        found |= _by_others(library, questions, embedder, options.others)
    return found


def _by_quoth(library: Path, questions: Sequence[str], embedder: Embedder, name: str) -> Ranked:
    config = Config().with_values(_SETTINGS[name], "benchmark")
    with Quoth.open(library, config=config, create=False, embedder=embedder) as quoth:
        hits = [quoth.search(question, k=config.retrieval.candidates) for question in questions]
    return [distinct(document_of(hit.chunk.source) for hit in found) for found in hits]


def _by_rank(lists: Sequence[Sequence[str]]) -> list[str]:
    scores: dict[str, float] = {}
    for ranked in lists:
        for rank, name in enumerate(ranked, 1):
            scores[name] = scores.get(name, 0.0) + 1 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda name: -scores[name])


def _by_others(
    library: Path, questions: Sequence[str], embedder: Embedder, python: Path
) -> dict[str, Ranked]:
    """What other libraries find, given the same chunks and vectors. Raises Skipped."""
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        documents = _write(library, questions, embedder, Path(folder))
        return {
            name: [
                distinct(documents[number] for number in found)
                for found in _ask(name, python, Path(folder))
            ]
            for name in OTHERS
        }


def _write(library: Path, questions: Sequence[str], embedder: Embedder, folder: Path) -> list[str]:
    """Write the chunks, the questions and their vectors; gives the document of each chunk."""
    opened = LocalLibrary(library, Config().index, create=False)
    with opened.reading() as sql:
        rows = [row for (row,) in sql.execute("SELECT row FROM chunks ORDER BY row")]
    chunks, vectors = opened.chunks(rows), opened.vectors(rows)
    opened.close()
    texts = [chunks[row].text_with_headings for row in rows]
    (folder / "texts.json").write_text(json.dumps({"chunks": texts, "questions": list(questions)}))
    np.save(folder / "chunks.npy", np.stack([vectors[row] for row in rows]))
    np.save(folder / "questions.npy", np.stack([embedder.embed_question(q) for q in questions]))
    return [document_of(chunks[row].source) for row in rows]


def _ask(name: str, python: Path, folder: Path) -> list[list[int]]:
    command = [str(python), str(ROOT / "benchmarks" / "retrieval_others.py"), name, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Skipped(f"{name} failed in {python}: {reason}")
    found: list[list[int]] = json.loads(done.stdout.splitlines()[-1])
    return found
