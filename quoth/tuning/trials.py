"""Tries settings of retrieval one at a time on judged questions, then the best together."""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.tuning.questions import rank_of
from quoth.tuning.recutting import recut
from quoth.tuning.report import DEPTH, Trial, TuningReport, best_of_each, compared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from quoth.config import Config
    from quoth.datatypes import Collections
    from quoth.engine import Quoth
    from quoth.tuning.questions import Questions

GRID: Mapping[str, tuple[float, ...]] = {
    "retrieval.dense_weight": (0.0, 0.3, 0.5, 0.6, 0.7, 0.85, 1.0),
    "retrieval.feedback_weight": (0.0, 0.25, 0.5, 1.0),
    "retrieval.neighbour_weight": (0.0, 0.15, 0.3, 0.6),
}
_FEW = 30
_REBUILT = ("chunking.max_tokens", "embedder.model")


@dataclass(frozen=True, slots=True)
class Extras:
    """What is tried beside the weights: it costs a model, or the library once more."""

    reranker: str = ""
    embedders: tuple[str, ...] = ()
    chunk_sizes: tuple[int, ...] = ()


def tune(
    quoth: Quoth,
    questions: Questions,
    extras: Extras = Extras(),  # frozen, and empty
    *,
    collection: Collections = None,
    on_progress: Callable[[str, int, int], None] = lambda *_: None,
) -> TuningReport:
    """Measure now's settings and others, one setting at a time, then the best together.

    `on_progress` gets what is under way, and how far. The library is not changed. Raises what
    `search` raises, and ModelError for a model that cannot be loaded.
    """
    with tempfile.TemporaryDirectory(prefix="quoth-tune-") as folder:
        bench = _Bench(quoth, questions, collection, Path(folder), on_progress)
        now = bench.measure({})
        wanted = list(_wanted(quoth.config, extras))
        trials = [bench.measure(settings) for settings in wanted]
        n_trials, k = len(trials) + 1, quoth.config.retrieval.k
        beside = [compared(trial, now, k=k, n_trials=n_trials) for trial in trials]
        chosen = best_of_each(beside)
        if len(chosen) > 1:
            together = compared(bench.measure(chosen), now, k=k, n_trials=n_trials)
            beside.append(together)
            best = max(beside, key=lambda one: (one.verdict == "better", one.mrr.mean))
            chosen = dict(best.settings)
    return TuningReport(
        n_questions=len(questions.judged),
        origin=questions.origin,
        k=k,
        now=compared(now, now, k=k, n_trials=1),
        trials=tuple(beside),
        chosen=chosen,
        notes=tuple(_notes(questions, extras)),
    )


def _wanted(config: Config, extras: Extras) -> Iterator[dict[str, Any]]:
    """Each setting by itself, where it is not what it is now."""
    now = {key: value for key, value, _ in config.items()}
    values: dict[str, Sequence[Any]] = {
        **GRID,
        "rerank.model": ("", extras.reranker or config.rerank.model),
        "chunking.max_tokens": extras.chunk_sizes,
        "embedder.model": extras.embedders,
    }
    for key, tried in values.items():
        yield from ({key: value} for value in dict.fromkeys(tried) if value != now[key])


def _notes(questions: Questions, extras: Extras) -> Iterator[str]:
    n = len(questions.judged)
    if n < _FEW:
        yield f"{n} questions show only large differences; {_FEW} or more show smaller ones"
    if not extras.chunk_sizes:
        yield "other chunk sizes were not tried: --chunk-size N does, and embeds the library anew"
    if not extras.embedders:
        yield "other embedders were not tried: --embedder NAME does, and embeds the library anew"


class _Bench:
    """One library on trial: the copies that were made of it, and the questions asked of all."""

    def __init__(
        self,
        quoth: Quoth,
        questions: Questions,
        collection: Collections,
        folder: Path,
        on_progress: Callable[[str, int, int], None],
    ) -> None:
        self._quoth = quoth
        self._questions = questions
        self._collection = collection
        self._folder = folder
        self._on_progress = on_progress

    def measure(self, settings: Mapping[str, Any]) -> Trial:
        """Ask every question with these settings on top of now's."""
        config = self._quoth.config.with_values(settings, "quoth tune")
        # A budget would measure this machine's load; without one, the reranker.
        config = replace(config, rerank=replace(config.rerank, budget_milliseconds=10**9))
        rebuilt = [settings[key] for key in _REBUILT if key in settings]
        if not rebuilt:
            return self._asked(self._quoth.with_config(config), settings)
        folder = Path(tempfile.mkdtemp(dir=self._folder))
        what = f"embedding the library for {', '.join(map(str, rebuilt))}"
        progress = lambda done, total: self._on_progress(what, done, total)  # noqa: E731
        with recut(self._quoth, folder, config, self._collection, progress) as copy:
            return self._asked(copy, settings)

    def _asked(self, quoth: Quoth, settings: Mapping[str, Any]) -> Trial:
        ranks, seconds = [], []
        depth = max(DEPTH, quoth.config.retrieval.k)
        judged = self._questions.judged
        what = ", ".join(f"{key} = {value}" for key, value in settings.items()) or "now"
        for done, question in enumerate(judged):
            self._on_progress(what, done, len(judged))
            began = time.perf_counter()
            hits = quoth.search(question.text, k=depth, collection=self._collection)
            seconds.append(time.perf_counter() - began)
            ranks.append(rank_of([hit.chunk for hit in hits], question))
        self._on_progress(what, len(judged), len(judged))
        return Trial(settings, tuple(ranks), 1000 * statistics.median(seconds))
