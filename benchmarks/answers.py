"""How soon an answer begins and ends: cold, warm, and as a follow-up over the same sources.

Cold is a language model that has evaluated nothing yet; its loading is a figure of its own. Each
tour is a fresh model: the first question, the same again, then once more as a follow-up: after the
time in which one reads an answer and types, and in a tour of its own at once.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import tomllib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks.reporting import ROOT, Bar, Result, Skipped, Table
from benchmarks.watching import Watch, WatchedEmbedder, WatchedModel
from generation import load_model
from quoth import Config, Message, Quoth
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import Answer
    from vectorstore import Embedder

_TOURS, _QUICK_TOURS = 5, 2
_SOONER = 10.0
_READING = 4.0  # seconds between an answer and the follow-up
_NOTES = (
    f"the follow-up comes {_READING:.0f} s after the answer before it; that of the second tour at once",
    "first: seconds from the question to the first text shown, search included",
    "a tour with a refusal in it has no first token of the model and is left out",
    "the follow-up is the same question with the first turn as history: the same sources",
)


@dataclass(frozen=True, slots=True)
class Timed:
    """One answer: seconds to the first text and to the end, and what it was.

    `embedding` and `evaluating` are the parts of `first` inside the embedder and the language
    model. `written` says whether the model wrote at all: not where Quoth refuses before.
    """

    question: str
    first: float
    embedding: float
    evaluating: float
    total: float
    written: bool
    prompt_tokens: int
    completion_tokens: int
    refused: bool
    extractive: bool


@dataclass(frozen=True, slots=True)
class Tour:
    """Three answers of one fresh model; `same_sources` of the follow-up and the first.

    `pause` lies between the second answer and the follow-up, in seconds.
    """

    pause: float
    load_seconds: float
    cold: Timed
    warm: Timed
    follow_up: Timed
    same_sources: bool

    @property
    def written(self) -> bool:
        """Whether the model wrote the two answers whose first texts are compared."""
        return self.cold.written and self.follow_up.written

    @property
    def ratio(self) -> float:
        """How many times sooner the follow-up's first text came than the cold one's."""
        return self.cold.first / self.follow_up.first


def run(options: Options) -> Result:
    """Tours over examples/ with the configured models."""
    embedder = WatchedEmbedder(load_embedder(Config().embedder))
    questions = _questions()[: _QUICK_TOURS if options.quick else _TOURS]
    with tempfile.TemporaryDirectory() as folder:
        path = _library(folder, embedder)
        tours = [
            _tour(path, question, embedder, pause)
            for question in questions
            for pause in (_READING, 0)
        ]
    spoken = [tour for tour in tours if tour.written and tour.pause]
    at_once = [tour for tour in tours if tour.written and not tour.pause]
    if not spoken or not at_once:
        raise Skipped("every tour was refused, so there is no first token to time")
    ratio = statistics.median(tour.ratio for tour in spoken)
    without_embedder = statistics.median(
        (tour.cold.first - tour.cold.embedding) / (tour.follow_up.first - tour.follow_up.embedding)
        for tour in spoken
    )
    figures = {
        "follow_up_sooner": ratio,
        "follow_up_sooner_without_embedder": without_embedder,
        "follow_up_at_once_sooner": statistics.median(tour.ratio for tour in at_once),
        "tours_used": len(spoken),
        "tours": [asdict(tour) | {"ratio": tour.ratio} for tour in tours],
    }
    bars = [Bar("follow-up, first text, times sooner", _SOONER, ratio)]
    return Result(figures, [_table(spoken), _tours_table(tours)], bars, _NOTES)


def _questions() -> list[str]:
    """The questions of examples/ that stand by themselves."""
    file = ROOT / "examples" / "questions.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))["question"]
    return [entry["question"] for entry in entries if "follow_up_of" not in entry]


def _library(folder: str, embedder: Embedder) -> Path:
    with Quoth.open(folder, config=Config(), embedder=embedder) as quoth:
        quoth.ingest([ROOT / "examples"])
        quoth.search("warm up")
        return quoth.path


def _tour(path: Path, question: str, embedder: WatchedEmbedder, pause: float) -> Tour:
    began = time.perf_counter()
    model = WatchedModel(load_model(Config().model))
    loading = time.perf_counter() - began
    watches = (embedder.watch, model.watch)
    with Quoth.open(path, config=Config(), create=False, embedder=embedder, model=model) as quoth:
        quoth.search(question)
        first, cold = timed(quoth, watches, question)
        _, warm = timed(quoth, watches, question)
        history = [Message("user", question), Message("assistant", first.text)]
        time.sleep(pause)
        second, follow_up = timed(quoth, watches, question, history)
    same = _sources(first) == _sources(second)
    return Tour(pause, loading, cold, warm, follow_up, same)


def timed(
    quoth: Quoth, parts: tuple[Watch, Watch], question: str, history: Sequence[Message] = ()
) -> tuple[Answer, Timed]:
    """Stream an answer and note when its first text came. `parts` watch embedder and model."""
    for watch in parts:
        watch.reset()
    began = time.perf_counter()
    first = embedding = evaluating = 0.0
    answer: Answer | None = None
    for piece in quoth.stream(question, history=history):
        if piece.text.strip() and not first:
            first = time.perf_counter() - began
            embedding, evaluating = (sum(watch.seconds.values()) for watch in parts)
        answer = piece.answer or answer
    total = time.perf_counter() - began
    assert answer is not None, "the last piece carries the answer"
    return answer, Timed(
        question,
        first,
        embedding,
        evaluating,
        total,
        "first_token" in answer.timings,
        answer.n_prompt_tokens,
        answer.n_completion_tokens,
        answer.refused,
        answer.extractive,
    )


def _sources(answer: Answer) -> set[tuple[str, int, int]]:
    passages = answer.context.passages
    return {(passage.document_id, passage.start, passage.end) for passage in passages}


def _table(tours: Sequence[Tour]) -> Table:
    rows = [["median seconds", "first text", "in embedder", "in model", "whole answer"]]
    for name in ("cold", "warm", "follow_up"):
        answers: list[Timed] = [getattr(tour, name) for tour in tours]
        columns = (
            [one.first for one in answers],
            [one.embedding for one in answers],
            [one.evaluating for one in answers],
            [one.total for one in answers],
        )
        medians = [f"{statistics.median(column):.3f}" for column in columns]
        rows.append([name.replace("_", "-"), *medians])
    loading = statistics.median(tour.load_seconds for tour in tours)
    rows.append(["loading the model", f"{loading:.3f}", "", "", ""])
    return Table(f"answers over examples/, {len(tours)} tours", rows)


def _tours_table(tours: Sequence[Tour]) -> Table:
    rows = [
        ["first question", "tokens", "cold", "warm", "follow-up", "after", "ratio", "same sources"]
    ]
    for tour in tours:
        times = [f"{one.first:.3f}" for one in (tour.cold, tour.warm, tour.follow_up)]
        verdict = f"{tour.ratio:.1f}" if tour.written else "refused"
        after = f"{tour.pause:.0f} s" if tour.pause else "at once"
        same = "yes" if tour.same_sources else "no"
        rows.append(
            [tour.cold.question[:50], str(tour.cold.prompt_tokens), *times, after, verdict, same]
        )
    return Table("first text of each tour, seconds", rows)
