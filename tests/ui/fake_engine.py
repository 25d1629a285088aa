"""An engine without models: the public calls of `quoth.engine.Quoth` over a few made-up pages."""

from __future__ import annotations

import functools
import io
import itertools
import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from quoth.access import Cost, Users
from quoth.config import AnswerConfig, Config, GenerationConfig, IndexConfig
from quoth.conversations import Conversations
from quoth.datatypes import (
    Alignment,
    Answer,
    Box,
    Candidate,
    Chunk,
    Document,
    DocumentRecord,
    FileOutcome,
    IngestReport,
    Message,
    PageMarkup,
    PageView,
    Piece,
    Progress,
    Sentence,
    TokenStep,
)
from quoth.errors import InvalidNameError, ModelLoadError, QuothError, UnknownDocumentError
from quoth.mapping import Cluster, CollectionMap, Located, Spot
from tests.samples import DOCUMENT, HOSTILE, PAGE_1, SOURCE, hit, quote, record, refusal
from tests.samples import answer as usual_answer
from vectorstore import ConversationStore, LocalLibrary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

PASSWORD = "correct horse"
SLOW_FILE = "slow.txt"  # is read until someone cancels
ENDLESS = "Count for ever"
REFUSED = "Who is the king?"
UNEXAMINED = "Which model?"
WITHDRAWN = "Say something wrong first"


def drawn(page: int, scale: float = 2.0) -> bytes:
    """A white page of 400 by 500 points with a bar for each line, as PNG."""
    from PIL import Image, ImageDraw

    paper = Image.new("RGB", (round(400 * scale), round(500 * scale)), "white")
    pen = ImageDraw.Draw(paper)
    for line in range(4 + page):
        top = (60 + 40 * line) * scale
        pen.rectangle((40 * scale, top, 300 * scale, top + 8 * scale), fill="black")
    png = io.BytesIO()
    paper.save(png, "PNG")
    return png.getvalue()


def _endless(cancelled: Callable[[], bool]) -> Iterator[Piece]:
    """Write numbers until told to stop, then answer with what was written."""
    text = ""
    for number in itertools.count(1):
        if cancelled():
            break
        text += f"{number} "
        yield Piece(f"{number} ")
        time.sleep(0.05)
    said = Sentence(text, (), 0.0, "not a claim")
    yield Piece(answer=usual_answer(ENDLESS, sentences=(said,), stop_reason="cancelled"))


class FakeQuoth:
    """Answers every question with `answers[question]`, or the warranty; remembers its calls."""

    def __init__(self, path: Path, records: Sequence[DocumentRecord] = ()) -> None:
        self.path = path
        self.config = Config()
        self.records = list(records)
        self.made = {each.collection for each in records}
        self.read: list[str] = []
        self.answers: dict[str, Answer | QuothError] = {REFUSED: refusal(REFUSED)}
        self.asked: list[dict[str, Any]] = []
        self.fail_ingest: dict[str, str] = {}
        self.fail_view: QuothError | None = None
        self.viewed: list[tuple[str, int, tuple[tuple[int, int], ...]]] = []
        self.cut: list[str] = []
        self.mapped: list[bool] = []
        self.mapped_best = False
        self.located: list[str] = []
        self.used_models: list[str] = []
        self.running: Path | None = None
        self.passwords: list[str] = []
        self.aligned = 0
        self.examined: list[Sequence[Message]] = []
        self.broken_models: set[str] = set()
        path.mkdir(parents=True, exist_ok=True)
        self.conversations = Conversations(ConversationStore(path), self.stream)

    @functools.cached_property
    def users(self) -> Users:
        return Users(LocalLibrary(self.path, IndexConfig(device="cpu")), Cost(n=16, r=1, p=1))

    def documents(self, *, collection: str | None = None) -> tuple[DocumentRecord, ...]:
        return tuple(r for r in self.records if collection in (None, r.collection))

    def document(self, document_id: str) -> Document:
        if document_id != DOCUMENT.id:
            raise UnknownDocumentError(f"no document {document_id}; see quoth list")
        return DOCUMENT

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """A hostile heading above both; the second begins on the first page."""
        text, cut = self.document(document_id).text, len(PAGE_1) - 18
        self.cut.append(document_id)
        return tuple(
            Chunk(f"c{start}", document_id, SOURCE, text[start:end], start, end, 1, last,
                  ("Kettle", HOSTILE[4]), 20 + start)
            for start, end, last in ((0, cut, 1), (cut, len(text), 2))
        )  # fmt: skip

    def page_view(
        self,
        document_id: str,
        page: int,
        *,
        spans: Sequence[tuple[int, int]] = (),
        scale: float = 2.0,
    ) -> PageView:
        self._view(document_id, page, spans)
        return PageView(drawn(page, scale), 400, 500, ((Box(40, 98, 300, 110),),) * len(spans))

    def page_markup(
        self, document_id: str, page: int, *, spans: Sequence[tuple[int, int]] = ()
    ) -> PageMarkup:
        self._view(document_id, page, spans)
        return PageMarkup("<p>As it <mark>looks</mark></p>", (True,) * len(spans))

    def _view(self, document_id: str, page: int, spans: Sequence[tuple[int, int]]) -> None:
        self.viewed.append((document_id, page, tuple(spans)))
        if self.fail_view is not None:
            raise self.fail_view

    def collections(self) -> tuple[str, ...]:
        return tuple(sorted(self.made | {r.collection for r in self.records}))

    def create_collection(self, name: str) -> None:
        if not name or name in self.made:
            raise InvalidNameError(f"{name!r} cannot name a collection; choose another name")
        self.made.add(name)

    def rename_collection(self, name: str, new_name: str) -> None:
        self.create_collection(new_name)
        self.made.remove(name)
        self.records = [
            replace(r, collection=new_name) if r.collection == name else r for r in self.records
        ]

    def delete_collection(self, name: str) -> int:
        gone = self.documents(collection=name)
        self.made.remove(name)
        self.records = [r for r in self.records if r not in gone]
        return len(gone)

    def tag(
        self, names: Sequence[str], *, add: Sequence[str], remove: Sequence[str], collection: str
    ) -> None:
        self.records = [
            replace(r, tags=tuple(sorted({*r.tags, *add} - {*remove})))
            if r.id in names and r.collection == collection
            else r
            for r in self.records
        ]

    def read_again(
        self,
        names: Sequence[str],
        *,
        collection: str,
        on_progress: Callable[[Progress], None],
        cancelled: Callable[[], bool],
    ) -> IngestReport:
        assert not cancelled()
        self.read += names
        outcomes = [
            FileOutcome(r.sources[0], "replaced", r.id, 2, 2)
            for r in self.documents(collection=collection)
            if r.id in names
        ]
        for outcome in outcomes:
            on_progress(Progress(1, 1, 2, 2, 0.1, outcome.source, outcome))
        return IngestReport(tuple(outcomes), 0.1)

    def map(self, *, collection: str | None = None, best: bool = False) -> CollectionMap:
        """Two spots on a diagonal of the plane for each document, in two clusters once it is best."""
        self.mapped.append(best)
        spots = tuple(
            # Each document nearer to the middle, so that no spot hides another.
            Spot(
                replace(found.chunk, source=each.sources[0], text=text),
                x * 0.8**number,
                -x * 0.8**number,
                cluster,
            )
            for number, each in enumerate(self.documents(collection=collection))
            for found, text, x, cluster in (
                (hit(1, 1), PAGE_1, -0.9, 0),
                (hit(2, 2), HOSTILE[0], 0.9, 1),
            )
        )
        if not (best or self.mapped_best):
            quick = tuple(replace(spot, cluster=-1) for spot in spots)
            return CollectionMap(quick, (), len(spots), "principal components", "content")
        self.mapped_best = True
        clusters = tuple(
            Cluster(words, len(spots) // 2, ((SOURCE, len(spots) // 2),))
            for words in (("warranty", "receipt"), ("<b>repairs</b>", HOSTILE[4][:30]))
        )
        return CollectionMap(spots, clusters if spots else (), 7000, "neighbours", "content")

    def locate(
        self, question: str, shown: CollectionMap, *, collection: str | None = None
    ) -> Located | None:
        del collection
        self.located.append(question)
        if isinstance(self.answers.get(question), QuothError):
            raise self.answers[question]  # type: ignore[misc]
        return Located(question, -0.5, 0.5, ((hit(1, 1), -0.9, 0.9),)) if shown.spots else None

    def align(self, given: Answer) -> Alignment:
        self.aligned += 1
        n = len(given.sentences)
        sources = (quote("The warranty lasts two years"), quote("Keep the receipt."))
        return Alignment(
            tuple(sentence.text for sentence in given.sentences),
            sources,
            tuple((0.9 / (i + 1), 0.1) for i in range(n)),
            tuple((0.8, -0.2) for _ in range(n)),
        )

    def examine(
        self,
        given: Answer,
        *,
        history: Sequence[Message] = (),
        generation: GenerationConfig | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[TokenStep, ...]:
        """A token a word; the next best one is hostile."""
        del generation, cancelled
        self.examined.append(history)
        if given.question == UNEXAMINED:
            raise ModelLoadError("no model <b>here</b>; choose one")
        words = [*re.findall(r"\s*\S+", given.text), ""]
        return tuple(
            TokenStep(
                number if word else -1, word, 3.0,
                (Candidate(number, word, 3.0), Candidate(900, HOSTILE[0], 2.0),
                 Candidate(901, "\n", 1.0)),
                3.5, 1000,
            )
            for number, word in enumerate(words)
        )  # fmt: skip

    def use_model(self, name: str) -> None:
        if name in self.broken_models:
            raise ModelLoadError(f"{name} is <b>damaged</b>; choose another")
        self.used_models.append(name)

    def collection_sizes(self) -> dict[str, int]:
        return {
            name: sum(r.collection == name for r in self.records) for name in self.collections()
        }

    def info(self) -> dict[str, object]:
        return {
            "library": {"path": str(self.path), "documents": len(self.records)},
            "model": {
                "name": "fake",
                "context_window": 1000,
                "bytes": 105_000_000,
                **({"path": str(self.running)} if self.running else {}),
            },
        }

    def remove(
        self, names: Sequence[str], *, collection: str | None = None
    ) -> tuple[DocumentRecord, ...]:
        gone = tuple(r for r in self.documents(collection=collection) if r.id in names)
        self.records = [r for r in self.records if r not in gone]
        return gone

    def ingest(
        self,
        paths: Sequence[Path],
        *,
        collection: str = "default",
        passwords: Sequence[str] = (),
        on_progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        self.passwords += passwords
        outcomes = []
        for done, path in enumerate(paths, start=1):
            while path.name == SLOW_FILE and not cancelled():
                on_progress(Progress(done - 1, len(paths), 0, 0, 0.1, str(path)))
                time.sleep(0.02)
            if cancelled():
                break
            reason = self.fail_ingest.get(path.name, "")
            n = 0 if reason else 2
            status = "failed" if reason else "added"
            outcome = FileOutcome(str(path), status, "", n, n, reason)
            outcomes.append(outcome)
            if not reason:
                new = record(str(path), id=f"id-{path.name}", collection=collection, warnings=())
                self.records.append(new)
            on_progress(Progress(done, len(paths), 2 * done, 2 * done, 0.1, str(path), outcome))
        return IngestReport(tuple(outcomes), 0.1)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        collection: str | None = None,
        where: object = None,
        generation: GenerationConfig | None = None,
        answer: AnswerConfig | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Piece]:
        on_wait(0)
        self.asked.append(
            {
                "question": question,
                "history": history,
                "collection": collection,
                "where": where,
                "generation": generation,
                "answer": answer,
            }
        )
        if question == ENDLESS:
            yield from _endless(cancelled)
            return
        given = self.answers.get(question) or usual_answer(question)
        if isinstance(given, QuothError):
            raise given
        for sentence in given.sentences:
            yield Piece(sentence.text)
        if question == WITHDRAWN:
            yield Piece("Taken back.", withdrawn=True)
        yield Piece(answer=given)
