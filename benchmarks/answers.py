"""How soon an answer begins and ends: cold, warm, and as a follow-up over the same sources.

Cold is a language model that has evaluated nothing yet; its loading is a figure of its own. Each
tour is a fresh model: the first question, the same again, then a follow-up with that history.
"""

from __future__ import annotations

import statistics
import tempfile
import time
import tomllib
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from benchmarks.reporting import ROOT, Bar, Result, Skipped, Table
from quoth import Config, Message, Quoth
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from generation.model import LanguageModel
    from quoth.datatypes import Answer
    from vectorstore import Embedder

_TOURS, _QUICK_TOURS = 5, 2
_SOONER = 10.0
_FOLLOW_UP = "Can you tell me more about that?"
_NOTES = (
    "first: seconds from the question to the first text shown, search included",
    "a tour with a refusal in it has no first token of the model and is left out",
    "the follow-up is asked with the first turn as history, so that its sources are the same",
)


@dataclass(frozen=True, slots=True)
class Timed:
    """One answer: seconds to the first text and to the end, and what it was."""

    question: str
    first: float
    total: float
    prompt_tokens: int
    completion_tokens: int
    refused: bool
    extractive: bool


@dataclass(frozen=True, slots=True)
class Tour:
    """Three answers of one fresh model; `same_sources` of the follow-up and the first."""

    load_seconds: float
    cold: Timed
    warm: Timed
    follow_up: Timed
    same_sources: bool

    @property
    def ratio(self) -> float:
        """How many times sooner the follow-up's first text came than the cold one's."""
        return self.cold.first / self.follow_up.first


def run(options: Options) -> Result:
    """Tours over examples/ with the configured models."""
    try:
        from generation import load_model  # noqa: F401  # asks whether it is there
    except ImportError as error:
        raise Skipped(f"generation is not there: {error}") from error
    embedder = load_embedder(Config().embedder)
    questions = _questions()[: _QUICK_TOURS if options.quick else _TOURS]
    with tempfile.TemporaryDirectory() as folder:
        path = _library(folder, embedder)
        tours = [_tour(path, question, embedder) for question in questions]
    spoken = [tour for tour in tours if not tour.cold.refused and not tour.follow_up.refused]
    if not spoken:
        raise Skipped("every tour was refused, so there is no first token to time")
    ratio = statistics.median(tour.ratio for tour in spoken)
    figures = {
        "follow_up_sooner": ratio,
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


def _tour(path: Path, question: str, embedder: Embedder) -> Tour:
    began = time.perf_counter()
    model = _loaded()
    loading = time.perf_counter() - began
    with Quoth.open(path, config=Config(), create=False, embedder=embedder, model=model) as quoth:
        quoth.search(question)
        first, cold = timed(quoth, question)
        _, warm = timed(quoth, question)
        history = [Message("user", question), Message("assistant", first.text)]
        second, follow_up = timed(quoth, _FOLLOW_UP, history)
    same = _sources(first) == _sources(second)
    return Tour(loading, cold, warm, follow_up, same)


def _loaded() -> LanguageModel:
    from generation import load_model

    model: LanguageModel = load_model(Config().model)
    return model


def timed(quoth: Quoth, question: str, history: Sequence[Message] = ()) -> tuple[Answer, Timed]:
    """Stream an answer and note when its first text came."""
    began = time.perf_counter()
    first = 0.0
    answer: Answer | None = None
    for piece in quoth.stream(question, history=history):
        if piece.text.strip() and not first:
            first = time.perf_counter() - began
        answer = piece.answer or answer
    total = time.perf_counter() - began
    assert answer is not None, "the last piece carries the answer"
    return answer, Timed(
        question,
        first or total,
        total,
        answer.n_prompt_tokens,
        answer.n_completion_tokens,
        answer.refused,
        answer.extractive,
    )


def _sources(answer: Answer) -> set[tuple[str, int, int]]:
    passages = answer.context.passages
    return {(passage.document_id, passage.start, passage.end) for passage in passages}


def _table(tours: Sequence[Tour]) -> Table:
    rows = [["median seconds", "first text", "whole answer"]]
    for name in ("cold", "warm", "follow_up"):
        answers: list[Timed] = [getattr(tour, name) for tour in tours]
        first = statistics.median(one.first for one in answers)
        total = statistics.median(one.total for one in answers)
        rows.append([name.replace("_", "-"), f"{first:.3f}", f"{total:.3f}"])
    loading = statistics.median(tour.load_seconds for tour in tours)
    rows.append(["loading the model", f"{loading:.3f}", ""])
    return Table(f"answers over examples/, {len(tours)} tours", rows)


def _tours_table(tours: Sequence[Tour]) -> Table:
    rows = [["first question", "tokens", "cold", "warm", "follow-up", "ratio", "same sources"]]
    for tour in tours:
        times = [f"{one.first:.3f}" for one in (tour.cold, tour.warm, tour.follow_up)]
        verdict = "refused" if tour.cold.refused else f"{tour.ratio:.1f}"
        same = "yes" if tour.same_sources else "no"
        rows.append([tour.cold.question[:50], str(tour.cold.prompt_tokens), *times, verdict, same])
    return Table("first text of each tour, seconds", rows)
