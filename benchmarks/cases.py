"""Questions with what the product finds for them, answerable and not; it fits and judges nothing.

Three collections through the product's own reading, search and packing: CLAPnq (real questions,
half of them unanswerable beside a related passage), English XQuAD (each question twice: as it is,
and with the paragraph that answers it taken out of the search) and chunking_evaluation (likewise,
the chunks with the evidence taken out). Every sixth or third question is also asked of another
collection, where nothing answers it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.beir import answers_of, document_of, lines_of
from benchmarks.conversations import article
from benchmarks.libraries import library_of, library_of_files
from generation import load_model
from generation.packing import pack
from quoth import Config, Quoth
from quoth.datatypes import Where

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.reporting import Options
    from generation.model import LanguageModel
    from quoth.datatypes import Context, Hit
    from vectorstore import Embedder

_DEEP = 24  # hits from which those with evidence are taken out


@dataclass(frozen=True, slots=True)
class Case:
    """One question, its gold, what was found and packed, and whether that holds the answer.

    Questions of one `group` must not be parted by cross-validation.
    """

    collection: str
    group: str
    answerable: bool
    question: str
    gold: Mapping[str, Any]
    hits: tuple[Hit, ...]
    context: Context


@dataclass(frozen=True, slots=True)
class _Asker:
    """An open library, and the model whose window is packed."""

    quoth: Quoth
    model: LanguageModel

    def case(
        self,
        name: str,
        group: str,
        answerable: bool,
        gold: Mapping[str, Any],
        hits: Sequence[Hit] | None = None,
        where: Where | None = None,
    ) -> Case:
        question: str = gold["question"]
        found = self.quoth.search(question, where=where) if hits is None else tuple(hits)
        config = self.quoth.config
        packed = pack(
            question,
            found,
            (),
            model=self.model,
            generation=config.generation,
            answer=config.answer,
        )
        return Case(name, group, answerable, question, gold, found, packed.context)


def all_cases(options: Options, embedder: Embedder) -> list[Case]:
    """Every case of the three. Raises Skipped where a collection is absent."""
    return [
        case
        for name in ("xquad", "clapnq", "chunking")
        for case in collection_cases(name, options, embedder)
    ]


def collection_cases(name: str, options: Options, embedder: Embedder) -> list[Case]:
    """The cases of one collection: "xquad", "clapnq" or "chunking". Raises Skipped."""
    config, data = Config(), options.data
    if name == "chunking":
        place = library_of_files(data / "chunking_evaluation" / "corpora", options, embedder)
    else:
        place = library_of(
            data / "xquad" / "en" if name == "xquad" else data / name, options, embedder
        )
    model = load_model(replace(config.model, threads=1))
    with Quoth.open(place, config=config, create=False, embedder=embedder, model=model) as quoth:
        asker = _Asker(quoth, model)
        make = {"xquad": _xquad, "clapnq": _clapnq, "chunking": _chunking}[name]
        return [*make(asker, data), *_strangers(asker, data, name)]


def _xquad(asker: _Asker, data: Path) -> Iterator[Case]:
    """Every question with its paragraph and without."""
    documents = {document_of(d.sources[0]): d.id for d in asker.quoth.documents()}
    for gold in answers_of(data / "xquad" / "en"):
        group = f"xquad {article(gold['gold_passage'])}"
        yield asker.case("xquad", group, True, gold)
        others = tuple(i for name, i in documents.items() if name != gold["gold_passage"])
        where = Where(document_ids=others)
        yield asker.case("xquad", group, False, gold, where=where)


def _clapnq(asker: _Asker, data: Path) -> Iterator[Case]:
    for gold in answers_of(data / "clapnq"):
        yield asker.case("clapnq", f"clapnq {gold['_id']}", gold["answerable"], gold)


def _chunking(asker: _Asker, data: Path) -> Iterator[Case]:
    names = {d.id: Path(d.sources[0]).stem for d in asker.quoth.documents()}
    for gold in lines_of(data / "chunking_evaluation" / "questions.jsonl"):
        group = f"chunking {gold['_id']}"
        hits = asker.quoth.search(gold["question"], k=_DEEP)
        k = asker.quoth.config.retrieval.k
        yield asker.case("chunking", group, True, gold, hits[:k])
        without = [h for h in hits if not _is_evidence(h, names[h.chunk.document_id], gold)][:k]
        most = max((hit.score for hit in without), default=1.0)
        ranked = [replace(h, rank=n, score=h.score / most) for n, h in enumerate(without, 1)]
        yield asker.case("chunking", group, False, gold, ranked)


def _is_evidence(hit: Hit, name: str, gold: Mapping[str, Any]) -> bool:
    chunk = hit.chunk
    return name == gold["corpus"] and any(
        chunk.start < end and start < chunk.end for start, end in gold["spans"]
    )


def _strangers(asker: _Asker, data: Path, name: str) -> Iterator[Case]:
    """Questions about something else."""
    other, step = ("xquad", 6) if name == "clapnq" else ("clapnq", 3)
    folder = data / "xquad" / "en" if other == "xquad" else data / "clapnq"
    for gold in answers_of(folder)[::step]:
        yield asker.case(f"{other} asked of {name}", str(gold["_id"]), False, gold)
