"""The systems that the retrieval benchmark compares: all on one library's chunks and vectors."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.ranking import distinct
from benchmarks.reporting import ROOT, Skipped
from quoth import Config, Quoth
from vectorstore import LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.reporting import Options
    from quoth.datatypes import Chunk
    from vectorstore import Embedder

    # The documents found for each question, best first.
    Ranked = list[list[str]]
    # What a chunk counts for: its document, or its pages.
    NamesOf = Callable[[Chunk], Sequence[str]]

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
    library: Path,
    questions: Sequence[str],
    names_of: NamesOf,
    embedder: Embedder,
    options: Options,
) -> tuple[dict[str, Ranked], dict[str, str]]:
    """Each system's documents for each question, from a hundred chunks, best first.

    Then why others were left out, by their names.
    """
    found = {name: _by_quoth(library, questions, names_of, embedder, name) for name in _SETTINGS}
    pairs = zip(found[WORDS], found[MEANING], strict=True)
    found[BY_RANK] = [_by_rank(pair) for pair in pairs]
    if options.others is None:
        return found, {}
    theirs, left_out = _by_others(library, questions, names_of, embedder, options)
    return found | theirs, left_out


def _by_quoth(
    library: Path, questions: Sequence[str], names_of: NamesOf, embedder: Embedder, name: str
) -> Ranked:
    config = Config().with_values(_SETTINGS[name], "benchmark")
    with Quoth.open(library, config=config, create=False, embedder=embedder) as quoth:
        hits = [quoth.search(question, k=config.retrieval.candidates) for question in questions]
    return [_named(names_of(hit.chunk) for hit in found) for found in hits]


def _named(names: Iterable[Sequence[str]]) -> list[str]:
    return distinct(name for several in names for name in several)


def _by_rank(lists: Sequence[Sequence[str]]) -> list[str]:
    scores: dict[str, float] = {}
    for ranked in lists:
        for rank, name in enumerate(ranked, 1):
            scores[name] = scores.get(name, 0.0) + 1 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda name: -scores[name])


def _by_others(
    library: Path,
    questions: Sequence[str],
    names_of: NamesOf,
    embedder: Embedder,
    options: Options,
) -> tuple[dict[str, Ranked], dict[str, str]]:
    """What other libraries find, given the same chunks and vectors, and why some were left out."""
    theirs: dict[str, Ranked] = {}
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        names = _write(library, questions, names_of, embedder, Path(folder))
        for other in OTHERS:
            try:
                found = _ask(other, options, Path(folder))
            except Skipped as reason:
                left_out[other] = str(reason)
                continue
            theirs[other] = [_named(names[number] for number in numbers) for numbers in found]
    return theirs, left_out


def _write(
    library: Path,
    questions: Sequence[str],
    names_of: NamesOf,
    embedder: Embedder,
    folder: Path,
) -> list[Sequence[str]]:
    """Write the chunks, the questions and their vectors; gives what each chunk counts for."""
    opened = LocalLibrary(library, Config().index, create=False)
    with opened.reading() as sql:
        rows = [row for (row,) in sql.execute("SELECT row FROM chunks ORDER BY row")]
    chunks, vectors = opened.chunks(rows), opened.vectors(rows)
    opened.close()
    texts = [chunks[row].text_with_headings for row in rows]
    (folder / "texts.json").write_text(json.dumps({"chunks": texts, "questions": list(questions)}))
    np.save(folder / "chunks.npy", np.stack([vectors[row] for row in rows]))
    np.save(folder / "questions.npy", np.stack([embedder.embed_question(q) for q in questions]))
    return [names_of(chunks[row]) for row in rows]


def _ask(name: str, options: Options, folder: Path) -> list[list[int]]:
    """The numbers of the chunks that another library finds. Raises Skipped."""
    command = [str(options.others), str(ROOT / "benchmarks" / "retrieval_others.py")]
    try:
        done = subprocess.run(
            [*command, name, str(folder)],
            capture_output=True,
            text=True,
            check=False,
            timeout=options.others_seconds,
        )
    except subprocess.TimeoutExpired as error:
        raise Skipped(f"{name} was given up after {options.others_seconds} s") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Skipped(f"{name} failed in {options.others}: {reason}")
    found: list[list[int]] = json.loads(done.stdout.splitlines()[-1])
    return found
