"""How well follow-ups find their passage: as asked, made to stand alone by Quoth, and in full.

Conversations are made from XQuAD (benchmarks/conversations.py). The rules were designed on the
articles with even numbers; the others are held out.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.beir import document_of, judged, lines_of
from benchmarks.conversations import Material, Turn, article, conversations
from benchmarks.libraries import library_of
from benchmarks.measuring import Interval, bootstrap
from benchmarks.ranking import distinct, recall, reciprocal_rank
from benchmarks.reporting import Result, Table
from benchmarks.watching import WatchedEmbedder
from quoth import Config, Quoth
from retrieval import standalone
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options

WAYS: dict[str, Callable[[Turn], str]] = {
    "as asked": lambda turn: turn.asked,
    "previous question before it": lambda turn: f"{_previous(turn)}\n{turn.asked}",
    "Quoth": lambda turn: standalone(turn.asked, turn.history),
    "in full": lambda turn: turn.full,
}
_DEPTH = 10
_MEASURES: dict[str, Callable[[Sequence[str], Mapping[str, int]], float]] = {
    "mrr@10": lambda ranked, grades: reciprocal_rank(ranked, grades, _DEPTH),
    "recall@1": lambda ranked, grades: recall(ranked, grades, 1),
    "recall@5": lambda ranked, grades: recall(ranked, grades, 5),
}


def run(options: Options) -> Result:
    """Measure both halves of XQuAD."""
    folder = options.data / "xquad" / "en"
    embedder = WatchedEmbedder(load_embedder(Config().embedder), remember=True)
    library = library_of(folder, options, embedder)
    turns = _turns(folder)
    figures: dict[str, Any] = {}
    tables = []
    with Quoth.open(library, config=Config(), create=False, embedder=embedder) as quoth:
        for half, parity in {"designed on": 0, "held out": 1}.items():
            figures[half] = {
                kind: measure(quoth, [t for t in some if article(t.gold) % 2 == parity])
                for kind, some in turns.items()
            }
            tables += [_table(half, kind, found) for kind, found in figures[half].items()]
    return Result(figures, tables, notes=("intervals are 95 % bootstrap intervals over the turns",))


def measure(quoth: Quoth, turns: Sequence[Turn]) -> dict[str, Any]:
    """For each way of asking the reciprocal rank and the recall among 5 of the gold paragraph."""
    found: dict[str, Any] = {"turns": len(turns)}
    for way, text in WAYS.items():
        pairs = [(_ranked(quoth, text(turn)), {turn.gold: 1}) for turn in turns]
        found[way] = {
            measure: asdict(bootstrap([value(*pair) for pair in pairs]))
            for measure, value in _MEASURES.items()
        }
    return found


def _ranked(quoth: Quoth, text: str) -> list[str]:
    return distinct(document_of(hit.chunk.source) for hit in quoth.search(text, k=2 * _DEPTH))


def _previous(turn: Turn) -> str:
    return [message.content for message in turn.history if message.role == "user"][-1]


def _turns(folder: Path) -> dict[str, list[Turn]]:
    asked = judged(folder)
    gold = {name: next(iter(grades)) for name, grades in asked.grades.items()}
    answers = {
        line["_id"]: str((line.get("answers") or [""])[0])
        for line in lines_of(folder / "answers.jsonl")
    }
    return conversations(Material(asked.questions, gold, answers))


def _table(half: str, kind: str, found: dict[str, Any]) -> Table:
    rows = [["", *_MEASURES]]
    rows += [[way, *(str(Interval(**found[way][m])) for m in _MEASURES)] for way in WAYS]
    return Table(f"{kind}, {half}: {found['turns']} turns", rows)
