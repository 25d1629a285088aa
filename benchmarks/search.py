"""What a question costs at ten thousand chunks, the models apart from everything else."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from benchmarks.beir import judged
from benchmarks.libraries import library_of
from benchmarks.measuring import percentile
from benchmarks.reporting import Bar, Result, Table
from benchmarks.watching import WatchedEmbedder, WatchedLibrary, WatchedModel
from generation import load_model
from quoth import Config, Quoth
from retrieval import hits_of, rank
from vectorstore import LocalLibrary, load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options

    Rows = dict[str, list[float]]

# SciFact makes about 10,000 chunks, Cranfield about 2,000.
_COLLECTION, _QUICK_COLLECTION = "scifact", "cranfield"
_QUESTIONS, _QUICK_QUESTIONS, _ASKED, _WARM = 200, 50, 10, 10
_NEW_TOKENS = 24
_OVERHEAD = 0.060
_NOTES = (
    "embedding: the time inside the embedder; search: everything else until the hits are there",
    "overhead of an answer: all of `ask` but the embedder and the evaluation of tokens",
    "nothing is read closely: that is a model's time too",
    f"answers are cut at {_NEW_TOKENS} tokens, as the model's own time is not the question",
)


def run(options: Options) -> Result:
    """Time searches, their parts, and whole answers."""
    embedder = WatchedEmbedder(load_embedder(Config().embedder))
    folder = options.data / (_QUICK_COLLECTION if options.quick else _COLLECTION)
    library = library_of(folder, options, embedder)
    every = list(judged(folder).questions.values())
    questions = every[: _QUICK_QUESTIONS if options.quick else _QUESTIONS]
    figures = measure_searches(library, questions, embedder)
    answered = _answers(library, questions[:: max(len(questions) // _ASKED, 1)], embedder)
    figures["answer"] = _summary(answered)
    tables = [*search_tables(figures), _table("a whole answer", figures["answer"])]
    bars = [
        _bar("search without the embedder, p50", figures["search"]["search"]),
        _bar("overhead of an answer, p50", figures["answer"]["overhead"]),
    ]
    return Result(figures, tables, [] if options.quick else bars, _NOTES)


def measure_searches(
    library: Path, questions: Sequence[str], embedder: WatchedEmbedder
) -> dict[str, Any]:
    """The p50 and p95 of searches and of their parts, in seconds."""
    n_chunks, searched = _searches(library, questions, embedder)
    return {
        "chunks": n_chunks,
        "questions": len(questions),
        "search": _summary(searched),
        "search_parts": _summary(_search_parts(library, questions, embedder)),
    }


def search_tables(figures: Mapping[str, Any]) -> list[Table]:
    """What `measure_searches` gives."""
    return [
        _table(f"{figures['chunks']} chunks, a search", figures["search"]),
        _table("of which", figures["search_parts"]),
    ]


def _searches(
    library: Path, questions: Sequence[str], embedder: WatchedEmbedder
) -> tuple[int, Rows]:
    """How many chunks there are, and the seconds of each question through `Quoth.search`.

    `processor` is what all threads of the process together spent on the question.
    """
    rows: Rows = {"total": [], "embedding": [], "search": [], "processor": []}
    with Quoth.open(library, config=Config(), create=False, embedder=embedder) as quoth:
        n_chunks = sum(record.n_chunks for record in quoth.documents())
        for question in questions[:_WARM]:
            quoth.search(question)
        for question in questions:
            embedder.watch.reset()
            began, busy = time.perf_counter(), time.process_time()
            quoth.search(question)
            total, busy = time.perf_counter() - began, time.process_time() - busy
            embedding = embedder.watch.seconds["question"]
            for name, value in zip(rows, (total, embedding, total - embedding, busy), strict=True):
                rows[name].append(value)
    return n_chunks, rows


def _search_parts(library: Path, questions: Sequence[str], embedder: WatchedEmbedder) -> Rows:
    """The same searches again, with the library's own calls timed."""
    config = Config()
    opened = LocalLibrary(library, config.index, create=False)
    watched = WatchedLibrary(opened)
    rows: Rows = {name: [] for name in ("dense", "lexical", "vectors", "chunks", "fusion and rest")}
    warm = questions[:_WARM]
    for number, question in enumerate([*warm, *questions]):
        watched.watch.reset()
        embedder.watch.reset()
        began = time.perf_counter()
        k = config.retrieval.k
        hits_of(rank(question, watched, embedder, config.retrieval, k=k), k)
        rest = time.perf_counter() - began - embedder.watch.seconds["question"]
        if number < len(warm):
            continue
        for name in list(rows)[:-1]:
            rows[name].append(watched.watch.seconds[name])
        rows["fusion and rest"].append(rest - sum(watched.watch.seconds.values()))
    opened.close()
    return rows


def _answers(library: Path, questions: Sequence[str], embedder: WatchedEmbedder) -> Rows:
    """Seconds of whole answers, the language model loaded and warm."""
    settings = {"generation.max_new_tokens": _NEW_TOKENS, "answer.close_reading": False}
    config = Config().with_values(settings, "benchmark")
    model = WatchedModel(load_model(config.model))
    rows: Rows = {name: [] for name in ("total", "model", "embedding", "pack", "overhead")}
    with Quoth.open(library, config=config, create=False, embedder=embedder, model=model) as quoth:
        quoth.ask(questions[0])
        for question in questions:
            for values, value in zip(
                rows.values(), _answer(quoth, question, embedder, model), strict=True
            ):
                values.append(value)
    return rows


def _answer(
    quoth: Quoth, question: str, embedder: WatchedEmbedder, model: WatchedModel
) -> Iterator[float]:
    embedder.watch.reset()
    model.watch.reset()
    began = time.perf_counter()
    answer = quoth.ask(question)
    total = time.perf_counter() - began
    writing, embedding = model.watch.seconds["complete"], sum(embedder.watch.seconds.values())
    yield from (total, writing, embedding, answer.timings.get("pack", 0.0))
    yield total - writing - embedding


def _summary(rows: Rows) -> dict[str, dict[str, float]]:
    return {
        name: {"p50": percentile(values, 0.5), "p95": percentile(values, 0.95)}
        for name, values in rows.items()
    }


def _table(title: str, figures: Mapping[str, Mapping[str, float]]) -> Table:
    lines = [
        [name, *(f"{1000 * values[share]:.2f}" for share in ("p50", "p95"))]
        for name, values in figures.items()
    ]
    return Table(title, [["milliseconds", "p50", "p95"], *lines])


def _bar(what: str, seconds: Mapping[str, float]) -> Bar:
    return Bar(f"{what}, seconds", _OVERHEAD, seconds["p50"], at_least=False)
