"""The systems that the retrieval benchmark compares: all on one library's chunks and vectors."""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.libraries import content_of
from benchmarks.ranking import distinct
from benchmarks.reporting import ROOT, Skipped
from benchmarks.retrieval_others import OTHERS
from quoth import Config, Quoth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from benchmarks.reporting import Options
    from quoth.datatypes import Chunk
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
# Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion Outperforms Condorcet", 2009.
_RANK_CONSTANT = 60


@dataclass(frozen=True, slots=True)
class Task:
    """What every system is asked: `questions` over the chunks of `library`.

    `names_of` tells what a chunk counts for: its document, or its pages.
    """

    library: Path
    questions: Sequence[str]
    names_of: Callable[[Chunk], Sequence[str]]
    embedder: Embedder


def rankings(task: Task, options: Options) -> tuple[dict[str, Ranked], dict[str, str]]:
    """Each system's documents for each question, from a hundred chunks, best first.

    Then why others were left out, by their names.
    """
    found = {name: _by_quoth(task, name) for name in _SETTINGS}
    pairs = zip(found[WORDS], found[MEANING], strict=True)
    found[BY_RANK] = [_by_rank(pair) for pair in pairs]
    if options.others is None:
        return found, {}
    theirs, left_out = _by_others(task, options)
    return found | theirs, left_out


def _by_quoth(task: Task, name: str) -> Ranked:
    config = Config().with_values(_SETTINGS[name], "benchmark")
    with Quoth.open(task.library, config=config, create=False, embedder=task.embedder) as quoth:
        hits = [quoth.search(text, k=config.retrieval.candidates) for text in task.questions]
    return [_named(task.names_of(hit.chunk) for hit in found) for found in hits]


def _named(names: Iterable[Sequence[str]]) -> list[str]:
    return distinct(name for several in names for name in several)


def _by_rank(lists: Sequence[Sequence[str]]) -> list[str]:
    scores: dict[str, float] = {}
    for ranked in lists:
        for rank, name in enumerate(ranked, 1):
            scores[name] = scores.get(name, 0.0) + 1 / (_RANK_CONSTANT + rank)
    return sorted(scores, key=lambda name: -scores[name])


def _by_others(task: Task, options: Options) -> tuple[dict[str, Ranked], dict[str, str]]:
    """What other libraries find, given the same chunks and vectors, and why some were left out."""
    theirs: dict[str, Ranked] = {}
    left_out: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="quoth-") as folder:
        names = _write(task, Path(folder))
        for other in OTHERS:
            try:
                found = _ask(other, options, Path(folder))
            except Skipped as reason:
                left_out[other] = str(reason)
                continue
            theirs[other] = [_named(names[number] for number in numbers) for numbers in found]
    return theirs, left_out


def _write(task: Task, folder: Path) -> list[Sequence[str]]:
    """Write the chunks, the questions and their vectors; gives what each chunk counts for."""
    held = content_of(task.library)
    texts = [chunk.text_with_headings for chunk in held.chunks]
    asked = np.stack([task.embedder.embed_question(text) for text in task.questions])
    written = json.dumps({"chunks": texts, "questions": list(task.questions)})
    (folder / "texts.json").write_text(written)
    np.save(folder / "chunks.npy", held.vectors)
    np.save(folder / "questions.npy", asked)
    return [task.names_of(chunk) for chunk in held.chunks]


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
