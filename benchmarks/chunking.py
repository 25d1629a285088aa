"""How much of what is wanted a chunker's best chunks hold, and how much else: chunking_evaluation.

All chunkers are given the same text, the same embedder and the same exact search by its cosine;
sizes are in the embedder's own tokens. A chunk of Quoth is embedded as the product does it, below
its heading path, and its heading path is paid for in the tokens retrieved. The product's own search,
by words and meaning, is measured beside them. What is found is measured whole, and cut down to the
product's excerpts, those of other chunkers too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.chunkers import chunkers, minilm_tokenizer
from benchmarks.excerpts import cut_down, gold_kept, gold_table
from benchmarks.reporting import Bar, Result, Skipped, Table
from benchmarks.spans import score
from ingest import read_document
from quoth import Config, Quoth
from quoth.config import IngestConfig
from quoth.datatypes import Chunk, Hit
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.chunkers import Chunker
    from benchmarks.reporting import Options
    from benchmarks.spans import Score, Span
    from quoth.datatypes import Document, FloatArray
    from vectorstore import Embedder

_TOP = 5
_BUDGET = 1024
_IOU_GAIN = 1.3
_SEARCHED = 144
_SHOWN = ("quoth", "recursive 200/0", "tokens 250/125")


@dataclass(frozen=True, slots=True)
class Cut:
    """A chunk of any chunker: where it is in its corpus, and what is embedded for it."""

    corpus: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the spans of one corpus that answer it."""

    text: str
    corpus: str
    wanted: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Retrieved:
    """The chunks of a chunker, their tokens, and their cosine with each question."""

    cuts: Sequence[Cut]
    counts: Sequence[int]
    similarity: FloatArray

    def hits(self, question: int, documents: Mapping[str, Document]) -> list[Hit]:
        """The best of a question."""
        row = self.similarity[question]
        best = np.argsort(-row)[:_TOP].tolist()
        return [self._hit(at, float(row[at]), n, documents) for n, at in enumerate(best, 1)]

    def _hit(self, at: int, cosine: float, rank: int, documents: Mapping[str, Document]) -> Hit:
        cut = self.cuts[at]
        start, end = cut.span
        text = documents[cut.corpus].text[start:end]
        above = cut.text.removesuffix(text).strip()
        path = tuple(above.split(" > ")) if above else ()
        identity = f"{cut.corpus}:{start}-{end}"
        chunk = Chunk(
            identity, cut.corpus, cut.corpus, text, start, end, 1, 1, path, self.counts[at]
        )
        return Hit(chunk, cosine, rank, cosine)


def run(options: Options) -> Result:
    """Measure Quoth's chunker and LangChain's."""
    documents, questions = material(options)
    embedder = load_embedder(Config().embedder)
    asked = np.stack([embedder.embed_question(question.text) for question in questions])
    figures, shown = {}, {}
    for name, chunker in chunkers(embedder, minilm_tokenizer()).items():
        retrieved = _retrieved(chunker, documents, asked, embedder)
        figures[name] = _measure(retrieved, questions)
        if name in _SHOWN:
            best = [retrieved.hits(row, documents) for row in range(len(questions))]
            shown[f"{name}, by cosine"] = _shown(best, questions, embedder)
    corpora = options.data / "chunking_evaluation" / "corpora"
    for size in (embedder.max_tokens, _SEARCHED):
        hits = _searched(corpora, questions, embedder, size)
        shown[f"own search, {size}"] = _shown(hits, questions, embedder)
    gold = gold_kept(options, embedder)
    bars = [] if options.quick else _bars(figures, shown)
    notes = (
        f"{len(questions)} questions over {len(documents)} corpora searched as one",
        f"top {_TOP}: the five best chunks",
        f"equal tokens: the best chunks up to {_BUDGET} tokens, the last one cut off there",
        "tokens: retrieved by the five best, each with what is embedded for it",
    )
    tables = [_table(figures), _shown_table(shown), gold_table(gold)]
    return Result({**figures, "excerpts": shown, "gold": gold}, tables, bars, notes)


def material(options: Options) -> tuple[dict[str, Document], list[Question]]:
    """The corpora by name, and the questions on them, every fifth if quick. Raises Skipped."""
    folder = options.data / "chunking_evaluation"
    if not folder.is_dir():
        raise Skipped(f"{folder} is absent; give the folder of the data with --data or QUOTH_DATA")
    documents = _documents(folder)
    return documents, list(_questions(folder, documents))[:: 5 if options.quick else 1]


def _documents(folder: Path) -> dict[str, Document]:
    found = {
        file.stem: read_document(file, IngestConfig())
        for file in sorted((folder / "corpora").glob("*.md"))
    }
    for name, document in found.items():
        raw = (folder / "corpora" / f"{name}.md").read_bytes().decode("utf-8")
        assert document.text == raw, "the gold spans count characters of the file"
    return found


def _questions(folder: Path, documents: Mapping[str, Document]) -> Iterator[Question]:
    for line in (folder / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["corpus"] in documents:
            wanted = tuple((start, end) for start, end in row["spans"])
            yield Question(row["question"], row["corpus"], wanted)


def _retrieved(
    chunker: Chunker, documents: Mapping[str, Document], asked: Any, embedder: Embedder
) -> _Retrieved:
    cuts = [
        Cut(name, span, text)
        for name, document in documents.items()
        for span, text in chunker(document)
    ]
    texts = [cut.text for cut in cuts]
    similarity = asked @ embedder.embed_passages(texts).T
    return _Retrieved(cuts, embedder.count_tokens(texts), similarity)


def _measure(retrieved: _Retrieved, questions: Sequence[Question]) -> dict[str, float]:
    cuts, counts = retrieved.cuts, retrieved.counts
    ranked = np.argsort(-retrieved.similarity, axis=1)
    top, equal, tokens = [], [], []
    for question, order in zip(questions, ranked, strict=True):
        best = [cuts[at] for at in order[:_TOP]]
        top.append(score_of(question, [(cut.corpus, cut.span) for cut in best]))
        tokens.append(sum(counts[at] for at in order[:_TOP]))
        equal.append(score_of(question, _within(order, cuts, counts)))
    return {
        "chunks": len(cuts),
        "mean tokens": float(np.mean(counts)),
        "retrieved tokens": float(np.mean(tokens)),
        **_means(f"top {_TOP}", top),
        **_means("equal tokens", equal),
    }


def _within(
    order: Sequence[int], cuts: Sequence[Cut], counts: Sequence[int]
) -> list[tuple[str, Span]]:
    """The best chunks up to the budget; the one that crosses it is cut off in proportion."""
    left = _BUDGET
    taken = []
    for at in order:
        start, end = cuts[at].span
        share = min(1.0, left / counts[at])
        taken.append((cuts[at].corpus, (start, start + round((end - start) * share))))
        left -= counts[at]
        if left <= 0:
            break
    return taken


def score_of(question: Question, found: Sequence[tuple[str, Span]]) -> Score:
    """The score of spans, each with its corpus."""
    here = [span for corpus, span in found if corpus == question.corpus]
    elsewhere = sum(end - start for corpus, (start, end) in found if corpus != question.corpus)
    return score(question.wanted, here, elsewhere)


def _means(name: str, scores: Sequence[Score]) -> dict[str, float]:
    return {
        f"{name} {measure}": float(np.mean([getattr(one, measure) for one in scores]))
        for measure in ("recall", "precision", "iou")
    }


def _bars(
    figures: Mapping[str, Mapping[str, float]], shown: Mapping[str, Mapping[str, float]]
) -> list[Bar]:
    """For the whole chunks of the chunker; for the same chunks as excerpts; for the own search's."""
    ours, windows = figures["quoth"], figures["tokens 250/125"]
    wanted = (
        windows["top 5 recall"],
        windows["retrieved tokens"],
        _IOU_GAIN * figures["recursive 200/0"]["top 5 iou"],
    )
    whole = (ours["top 5 recall"], ours["retrieved tokens"], ours["top 5 iou"])
    by_cosine, own = shown["quoth, by cosine"], list(shown.values())[len(_SHOWN)]
    return [
        *_three("five chunks", wanted, whole),
        *(
            bar
            for what, of in (("excerpts of five chunks", by_cosine), ("excerpts, own search", own))
            for bar in _three(
                what, wanted, (of["excerpt recall"], of["excerpt tokens"], of["excerpt iou"])
            )
        ),
    ]


def _three(what: str, wanted: Sequence[float], measured: Sequence[float]) -> list[Bar]:
    return [
        Bar(f"recall of {what}, against tokens 250/125", wanted[0], measured[0]),
        Bar(f"tokens of {what}, against tokens 250/125", wanted[1], measured[1], at_least=False),
        Bar(f"IoU of {what}, against {_IOU_GAIN} × recursive 200/0", wanted[2], measured[2]),
    ]


def _table(figures: Mapping[str, Mapping[str, float]]) -> Table:
    names = list(next(iter(figures.values())))
    rows = [["", *names]]
    for chunker, values in figures.items():
        cells = [f"{v:.0f}" if v > 1 else f"{100 * v:.1f}" for v in values.values()]
        rows.append([chunker, *cells])
    return Table("Percent, means over the questions", rows)


def _searched(
    corpora: Path, questions: Sequence[Question], embedder: Embedder, max_tokens: int
) -> list[Sequence[Hit]]:
    """Five hits of the product's own search for each question."""
    config = Config()
    config = replace(config, chunking=replace(config.chunking, max_tokens=max_tokens))
    with TemporaryDirectory() as folder, Quoth.open(folder, config=config, embedder=embedder) as q:
        q.ingest([corpora])
        return [q.search(one.text, k=_TOP) for one in questions]


def _shown(
    found: Sequence[Sequence[Hit]], questions: Sequence[Question], embedder: Embedder
) -> dict[str, float]:
    """Means over the questions for hits as they are, and cut down to their excerpts."""
    means: dict[str, float] = {}
    whole = [
        [(Path(hit.chunk.source).stem, (hit.chunk.start, hit.chunk.end)) for hit in hits]
        for hits in found
    ]
    cut = [cut_down(one.text, hits, embedder) for one, hits in zip(questions, found, strict=True)]
    tokens = {
        "whole": [sum(hit.chunk.n_tokens for hit in hits) for hits in found],
        "excerpt": [n for _, n in cut],
    }
    for kind, spans in (("whole", whole), ("excerpt", [spans for spans, _ in cut])):
        scores = [score_of(one, some) for one, some in zip(questions, spans, strict=True)]
        means |= {f"{kind} tokens": float(np.mean(tokens[kind])), **_means(kind, scores)}
    return means


def _shown_table(shown: Mapping[str, Mapping[str, float]]) -> Table:
    measures = ("recall", "precision", "iou")
    rows = [["five hits", "shown", "tokens", *measures]]
    for name, of in shown.items():
        for kind in ("whole", "excerpt"):
            cells = (f"{100 * of[f'{kind} {measure}']:.1f}" for measure in measures)
            rows.append([name, kind, f"{of[f'{kind} tokens']:.0f}", *cells])
    return Table("Whole hits and their excerpts; percent", rows)
