"""How well the product's own ingest and search find judged documents: nDCG@10 and recall.

Each document is a Markdown file; a hit counts for the file it is from. Dense alone and lexical
alone are the same search with another `retrieval.dense_weight`.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.beir import document_of, judged
from benchmarks.libraries import library_of
from benchmarks.measuring import Interval, bootstrap
from benchmarks.ranking import distinct, ndcg, recall
from benchmarks.reporting import Bar, Result, Skipped, Table
from benchmarks.watching import WatchedEmbedder
from quoth import Config, Quoth
from vectorstore import load_embedder

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.beir import Judged
    from benchmarks.reporting import Options

_BARS = {"scifact": 0.72, "cranfield": 0.43}
_SYSTEMS = {"fused": None, "dense alone": 1.0, "lexical alone": 0.0}
_MEASURES = ("ndcg@10", "recall@10", "recall@100")
# Chunks asked for so that a hundred different documents come back.
_DEEP = 300
_NOTES = (
    f"nDCG@10 and recall@10: a search of the configured depth; recall@100: one of k = {_DEEP}",
    "a text that stands in several documents is found once, under one of them, as in the product",
    "intervals are 95 % bootstrap intervals over the questions",
)


def run(options: Options) -> Result:
    """Measure every collection that `options` names."""
    embedder = WatchedEmbedder(load_embedder(Config().embedder), remember=True)
    figures: dict[str, Any] = {}
    tables, bars, absent = [], [], []
    for name in options.collections:
        try:
            figures[name] = measure(options.data / name, options, embedder)
        except Skipped as reason:
            absent.append(f"{name} skipped: {reason}")
            continue
        tables.append(_table(name, figures[name]))
        if name in _BARS and not options.quick:
            measured = figures[name]["fused"]["ndcg@10"]["mean"]
            bars.append(Bar(f"{name} nDCG@10", _BARS[name], measured))
    if not figures:
        raise Skipped("; ".join(absent))
    return Result(figures, tables, bars, (*_NOTES, *absent))


def measure(folder: Path, options: Options, embedder: WatchedEmbedder) -> dict[str, Any]:
    """The figures of one collection: each system's measures, and what fusion adds to the parts."""
    asked = judged(folder)
    library = library_of(folder, options, embedder)
    values = {
        system: _values(library, asked, embedder, weight, quick=options.quick)
        for system, weight in _SYSTEMS.items()
    }
    gains = {
        f"fused minus {system}": asdict(_difference(values["fused"], values[system]))
        for system in list(_SYSTEMS)[1:]
    }
    found = {
        system: {measure: asdict(bootstrap(numbers)) for measure, numbers in measures.items()}
        for system, measures in values.items()
    }
    described = {"questions": len(values["fused"]["ndcg@10"]), "judgements": asked.file}
    return {**described, **found, "ndcg@10 gain": gains}


def _values(
    library: Path, asked: Judged, embedder: WatchedEmbedder, weight: float | None, *, quick: bool
) -> dict[str, list[float]]:
    """Each measure, one value a question."""
    config = Config()
    if weight is not None:
        config = config.with_values({"retrieval.dense_weight": weight}, "benchmark")
    values: dict[str, list[float]] = {measure: [] for measure in _MEASURES}
    names = sorted(asked.questions)[:: 5 if quick else 1]
    with Quoth.open(library, config=config, create=False, embedder=embedder) as quoth:
        for name in names:
            question, grades = asked.questions[name], asked.grades[name]
            ranked = documents(quoth, question, config.retrieval.candidates)
            values["ndcg@10"].append(ndcg(ranked, grades, 10))
            values["recall@10"].append(recall(ranked, grades, 10))
            values["recall@100"].append(recall(documents(quoth, question, _DEEP), grades, 100))
    return values


def documents(quoth: Quoth, question: str, k: int) -> list[str]:
    """The ids of the documents of the `k` best chunks, each once, best first."""
    return distinct(document_of(hit.chunk.source) for hit in quoth.search(question, k=k))


def _difference(ours: dict[str, list[float]], theirs: dict[str, list[float]]) -> Interval:
    return bootstrap(list(np.subtract(ours["ndcg@10"], theirs["ndcg@10"])))


def _table(name: str, figures: dict[str, Any]) -> Table:
    rows = [["", *_MEASURES]]
    rows += [[s, *(str(Interval(**figures[s][m])) for m in _MEASURES)] for s in _SYSTEMS]
    for label, gain in figures["ndcg@10 gain"].items():
        rows.append([label, str(Interval(**gain)), "", ""])
    return Table(f"{name}: {figures['questions']} questions of {figures['judgements']}", rows)
