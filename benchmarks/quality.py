"""Whether the answers are right, and whether refusals are: XQuAD (English) and CLAPnq.

Everything goes through `Quoth.ask` over a library of all the passages of the set. A gold answer
counts when it stands, words normalised as SQuAD does, inside the answer or inside a quote.
"""

from __future__ import annotations

import random
import re
import string
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from benchmarks.beir import answers_of, document_of, lines_of
from benchmarks.libraries import library_of
from benchmarks.measuring import Interval, bootstrap
from benchmarks.reporting import Result, Skipped, Table, tell
from benchmarks.watching import WatchedEmbedder
from quoth import Config, Quoth
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from benchmarks.reporting import Options
    from quoth.datatypes import Answer

    Entry = Mapping[str, Any]

_SETS = {"XQuAD en": ("xquad", "en"), "CLAPnq": ("clapnq",)}
_QUESTIONS, _QUICK_QUESTIONS = 300, 60
_ARTICLES = re.compile(r"\b(a|an|the)\b")
_NOTES = (
    "gold in answer and in quotes: answerable questions whose shortest gold has at most ten words",
    "a refused question counts as wrong in them",
    "CLAPnq's unanswerable questions were judged against one passage; another may answer some",
    "intervals are 95 % bootstrap intervals over the questions",
)


def run(options: Options) -> Result:
    """Ask a sample of each set."""
    embedder = WatchedEmbedder(load_embedder(Config().embedder))
    figures: dict[str, Any] = {}
    absent = []
    for name, parts in _SETS.items():
        folder = options.data.joinpath(*parts)
        try:
            library = library_of(folder, options, embedder)
        except Skipped as reason:
            absent.append(f"{name} skipped: {reason}")
            continue
        entries = sample(folder, _QUICK_QUESTIONS if options.quick else _QUESTIONS)
        figures[name] = _measure(library, entries, _gold(folder), embedder)
    if not figures:
        raise Skipped("; ".join(absent))
    tables = [_table(name, found) for name, found in figures.items()]
    return Result(figures, tables, notes=(*_NOTES, *absent))


def sample(folder: Path, count: int) -> list[Entry]:
    """The same `count` questions every time, half of them unanswerable where the set has such."""
    entries = answers_of(folder)
    kinds = [[e for e in entries if e["answerable"] is kind] for kind in (True, False)]
    kinds = [kind for kind in kinds if kind]
    dice = random.Random(0)
    return [
        entry for kind in kinds for entry in dice.sample(kind, min(len(kind), count // len(kinds)))
    ]


def _gold(folder: Path) -> dict[str, str]:
    """The passage that answers each answerable question."""
    answers = lines_of(folder / "answers.jsonl")
    return {
        line["_id"]: line.get("gold_passage") or line["passage_shown"]
        for line in answers
        if line["answerable"]
    }


def _measure(
    library: Path, entries: Sequence[Entry], gold: Mapping[str, str], embedder: WatchedEmbedder
) -> dict[str, Any]:
    rows: dict[str, list[float]] = {}
    with Quoth.open(library, config=Config(), create=False, embedder=embedder) as quoth:
        for number, entry in enumerate(entries, 1):
            tell(f"asked {number}/{len(entries)}", last=number == len(entries))
            answer = quoth.ask(entry["question"])
            for measure, value in judge(answer, entry, gold.get(entry["_id"], "")):
                rows.setdefault(measure, []).append(value)
    measured = {measure: asdict(bootstrap(values)) for measure, values in rows.items()}
    return {"questions": len(entries), "measures": measured}


def judge(answer: Answer, entry: Entry, passage: str) -> Iterable[tuple[str, float]]:
    """Each measure that the answer counts for, with its value."""
    if not entry["answerable"]:
        yield "unanswerable refused", float(answer.refused)
        return
    yield "answerable refused", float(answer.refused)
    said = "" if answer.refused else answer.text
    quotes = () if answer.refused else answer.quotes
    if len(min(entry["answers"], key=len).split()) <= 10:
        yield "gold in answer", float(holds([said], entry["answers"]))
        yield "gold in quotes", float(holds([quote.text for quote in quotes], entry["answers"]))
    shown = [document_of(one.source) for one in answer.context.passages]
    yield "gold passage in context", float(passage in shown)
    cited = [document_of(quote.source) for quote in quotes]
    yield "gold passage quoted", float(passage in cited)
    if not answer.refused:
        yield "extractive, of those answered", float(answer.extractive)
        claims = [one for one in answer.sentences if one.verdict != "not a claim"]
        supported = sum(one.verdict == "supported" for one in claims)
        yield "supported sentences, of those answered", supported / len(claims) if claims else 0.0


def holds(texts: Iterable[str], golds: Iterable[str]) -> bool:
    """Whether any gold answer stands in any of the texts as whole words."""
    padded = [f" {normalised(text)} " for text in texts]
    return any(f" {normalised(gold)} " in text for gold in golds for text in padded)


def normalised(text: str) -> str:
    """Lower case without punctuation and articles, single spaces (Rajpurkar et al., "SQuAD", 2016)."""
    bare = "".join(" " if c in string.punctuation else c for c in text.lower())
    return " ".join(_ARTICLES.sub(" ", bare).split())


def _table(name: str, found: Mapping[str, Any]) -> Table:
    rows = [["", "mean [95 % interval]"]]
    rows += [[measure, str(Interval(**value))] for measure, value in found["measures"].items()]
    return Table(f"{name}: {found['questions']} questions", rows)
