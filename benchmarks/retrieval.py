"""How well the product's own ingest and search find judged documents, beside others.

Each document is a Markdown file; a hit counts for the file it is from. Where evidence is judged by
the page, the documents are the PDFs, and a hit counts for its pages. Words alone and meaning alone
are the same search with the other half, and what follows fusion, switched off.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import beir, evidence_pages
from benchmarks.libraries import library_of, library_of_files
from benchmarks.measuring import Interval, bootstrap
from benchmarks.ranking import ndcg, recall, reciprocal_rank
from benchmarks.reporting import Bar, Result, Skipped, Table
from benchmarks.retrieval_systems import FUSED, MEANING, WORDS, Task, rankings
from benchmarks.watching import WatchedEmbedder
from quoth import Config
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import Chunk

    Values = dict[str, list[float]]

_MEASURES: dict[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "ndcg@10": lambda ranked, grades: ndcg(ranked, grades, 10),
    "mrr@10": lambda ranked, grades: reciprocal_rank(ranked, grades, 10),
    "recall@5": lambda ranked, grades: recall(ranked, grades, 5),
    "recall@10": lambda ranked, grades: recall(ranked, grades, 10),
}
_BARS = (
    ("scifact", FUSED, "ndcg@10", 0.745),
    ("cranfield", FUSED, "ndcg@10", 0.45),
    ("cisi", FUSED, "ndcg@10", 0.455),
    ("clapnq", FUSED, "ndcg@10", 0.985),
    ("anthropic_code", FUSED, "recall@10", 0.87),
    ("xquad/en", FUSED, "mrr@10", 0.97),
    ("xquad/de", WORDS, "recall@5", 0.95),
    ("xquad/es", WORDS, "recall@5", 0.95),
    ("xquad/zh", WORDS, "recall@5", 0.95),
)
# Fused may be this much below the better half: where one half is far ahead, joining costs.
_NOISE = 0.005
_NOTES = (
    "all systems have the same chunks and vectors; a document ranks by its best chunk",
    "a text that stands in several documents is found once, under one of them, as in the product",
    "intervals are 95 % bootstrap intervals over the questions",
)


def run(options: Options) -> Result:
    """Measure every collection that `options` names, or that is there."""
    embedder = WatchedEmbedder(load_embedder(Config().embedder), remember=True)
    figures: dict[str, Any] = {}
    tables, bars, absent = [], list[Bar](), []
    every = (*beir.collections_in(options.data), *evidence_pages.collections_in(options.data))
    for name in options.collections or every:
        try:
            figures[name] = measure(options.data / name, options, embedder)
        except Skipped as reason:
            absent.append(f"{name} skipped: {reason}")
            continue
        absent += [f"{name}: {reason}" for reason in figures[name]["left out"].values()]
        tables.append(_table(name, figures[name]))
        if not options.quick:
            bars += _bars(name, figures[name])
    if not figures:
        raise Skipped("; ".join(absent) or f"{options.data} holds no collection in BEIR layout")
    if options.others is None:
        absent.append("no others: give a Python that has them with --others")
    return Result(figures, tables, bars, (*_NOTES, *absent))


def measure(folder: Path, options: Options, embedder: WatchedEmbedder) -> dict[str, Any]:
    """The figures of one collection: each system's measures, and what fusion adds to the others."""
    if evidence_pages.are_judged(folder):
        asked, names_of = evidence_pages.judged(folder), evidence_pages.pages_of
        library = library_of_files(folder / evidence_pages.FILES, options, embedder)
    else:
        asked, names_of = beir.judged(folder), _document_of
        library = library_of(folder, options, embedder)
    names = sorted(asked.questions)[:: 5 if options.quick else 1]
    questions = [asked.questions[name] for name in names]
    grades = [asked.grades[name] for name in names]
    ranked, left_out = rankings(Task(library, questions, names_of, embedder), options)
    values = {system: _values(found, grades) for system, found in ranked.items()}
    found = {
        system: {measure: asdict(bootstrap(numbers)) for measure, numbers in measures.items()}
        for system, measures in values.items()
    }
    gains = {
        f"{FUSED} minus {system}": asdict(_difference(values[FUSED], values[system]))
        for system in values
        if system != FUSED
    }
    described = {"questions": len(names), "judgements": asked.file}
    return {**described, "systems": found, "ndcg@10 gain": gains, "left out": left_out}


def _document_of(chunk: Chunk) -> list[str]:
    return [beir.document_of(chunk.source)]


def _values(ranked: Sequence[Sequence[str]], grades: Sequence[Mapping[str, int]]) -> Values:
    """Each measure, one value a question."""
    return {
        measure: [value(*pair) for pair in zip(ranked, grades, strict=True)]
        for measure, value in _MEASURES.items()
    }


def _difference(ours: Values, theirs: Values) -> Interval:
    return bootstrap(list(np.subtract(ours["ndcg@10"], theirs["ndcg@10"])))


def _bars(name: str, figures: Mapping[str, Any]) -> list[Bar]:
    means = {
        (system, measure): interval["mean"]
        for system, measures in figures["systems"].items()
        for measure, interval in measures.items()
    }
    bars = [
        Bar(f"{name}, {system}, {measure}", wanted, means[system, measure])
        for collection, system, measure, wanted in _BARS
        if collection == name
    ]
    better = max(means[WORDS, "ndcg@10"], means[MEANING, "ndcg@10"])
    what = f"{name}, {FUSED}, ndcg@10, against the better half less {_NOISE}"
    return [*bars, Bar(what, round(better - _NOISE, 4), means[FUSED, "ndcg@10"])]


def _table(name: str, figures: Mapping[str, Any]) -> Table:
    rows = [["", *_MEASURES]]
    for system, measures in figures["systems"].items():
        rows.append([system, *(str(Interval(**measures[one])) for one in _MEASURES)])
    for label, gain in figures["ndcg@10 gain"].items():
        rows.append([label, str(Interval(**gain)), *[""] * (len(_MEASURES) - 1)])
    return Table(f"{name}: {figures['questions']} questions of {figures['judgements']}", rows)
