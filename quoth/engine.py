"""The public API: the one place where ingest, vectorstore, retrieval and generation meet.

It is long because its class is the whole of the API, every method with its shapes, units and errors; the work is
done elsewhere.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from quoth.config import check_ranges, load_config
from quoth.contexts import RememberedContexts, content_key
from quoth.errors import QuothError
from quoth.switching import Switch

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from generation import LanguageModel
    from quoth.access import Users
    from quoth.config import AnswerConfig, Config, GenerationConfig
    from quoth.conversations import Conversations
    from quoth.datatypes import (
        Alignment,
        Answer,
        Chunk,
        Collections,
        Considered,
        Document,
        DocumentRecord,
        FloatArray,
        Hit,
        IngestReport,
        Message,
        PageMarkup,
        PageView,
        Piece,
        Problem,
        Progress,
        RepairReport,
        TokenStep,
        Where,
    )
    from quoth.mapping import CollectionMap, Located
    from quoth.shelf import LibraryShelf
    from quoth.switching import Use
    from quoth.texts import Texts
    from retrieval import CloseReader, Ranking, Reranker, Reranking
    from vectorstore import Compaction, Embedder, LocalLibrary


DEFAULT_COLLECTION = "default"
# Parameters. SmolLM2-135M answers where it is to rewrite: none of 30 could be used.
SMALLEST_REWRITER = 1_000_000_000


def default_path() -> Path:
    """QUOTH_LIBRARY, else `library` in the platform's folder for a user's data."""
    import platformdirs

    named = os.environ.get("QUOTH_LIBRARY")
    return Path(named) if named else Path(platformdirs.user_data_dir("quoth")) / "library"


def config_file(path: Path) -> Path:
    """QUOTH_CONFIG, else `quoth.toml` in the library's folder."""
    named = os.environ.get("QUOTH_CONFIG")
    return Path(named) if named else path / "quoth.toml"


class Quoth:
    """A library with its models. A context manager, safe to share between threads.

    Opening is cheap: the embedder is loaded by the first ingest or search, the language model by
    the first answer.
    """

    def __init__(
        self,
        path: Path,
        config: Config,
        library: LocalLibrary,
        embedder: Embedder,
        model: LanguageModel | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """Join parts that are open already; most callers want `Quoth.open`."""
        from generation import ReadAhead
        from quoth.mapping import Maps
        from vectorstore import ConversationStore, RememberedVectors

        self.path = path
        self.config = config
        self._library = library
        self._embedder = embedder
        self._model = model
        self._reranker = reranker
        self._embed = RememberedVectors(embedder.embed_passages)
        self._lock = threading.Lock()
        self._switch = Switch()
        self._contexts = RememberedContexts()
        self._ahead = ReadAhead()
        self._maps = Maps(library)
        self._conversations = ConversationStore(path)

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        config: Config | None = None,
        create: bool = True,
        embedder: Embedder | None = None,
        model: LanguageModel | None = None,
        reranker: Reranker | None = None,
    ) -> Self:
        """Open the library in folder `path`, making it if need be and `create` allows.

        `embedder`, `model` and `reranker` stand in for those that the configuration names. Raises
        NotALibraryError, CorruptLibraryError, StorageFullError, ConfigError, ModelNotFoundError.
        """
        from generation import load_library_first

        load_library_first()
        from vectorstore import LocalLibrary, load_embedder

        folder = Path(path).expanduser() if path is not None else default_path()
        settings = load_config(config_file(folder)) if config is None else config
        library = LocalLibrary(folder, settings.index, create=create)
        embedder = embedder or load_embedder(settings.embedder)
        return cls(folder, settings, library, embedder, model, reranker)

    @property
    def embedder(self) -> Embedder:
        """What turns texts and questions into this library's vectors."""
        return self._embedder

    @property
    def model_name(self) -> str:
        """What the language model is called. Loads it."""
        return self._language_model().name

    def with_config(self, config: Config) -> Quoth:
        """The same open library and models under other settings; close only this one.

        The embedder stays what it is, and so does the way in which documents are cut.
        """
        same = config.rerank.model == self.config.rerank.model
        reranker = self._reranker if same else None
        return Quoth(self.path, config, self._library, self._embedder, self._model, reranker)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library's files and of the language model's memory."""
        self._ahead.close()
        with self._lock:
            for model in (self._model, self._reranker):
                if model is not None:
                    model.close()
        self._conversations.close()
        self._library.close()

    # Documents

    def ingest(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        collection: str = DEFAULT_COLLECTION,
        tags: Sequence[str] = (),
        passwords: Sequence[str] = (),
        on_progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        """Bring files and folders into a collection; unchanged files cost nothing.

        A file that can't be read is reported and the others go in; those get the `tags`. Encrypted
        files are tried with each of the `passwords`, which are not kept. Raises
        EmbedderMismatchError, LibraryLockedError, StorageFullError, ModelError, InvalidNameError.
        """
        from ingest import ingest_files, with_passwords

        with self.shelf(collection, tags) as shelf:
            report = ingest_files(
                [Path(path).expanduser() for path in paths],
                shelf,
                with_passwords(self.config.ingest, passwords),
                on_progress=on_progress,
                cancelled=cancelled,
            )
            shelf.tag(report)
            return report

    def sync(
        self,
        folders: Sequence[str | os.PathLike[str]],
        *,
        collection: str = DEFAULT_COLLECTION,
        tags: Sequence[str] = (),
        passwords: Sequence[str] = (),
        allow_empty: bool = False,
        on_progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        """Let a collection mirror folders: like `ingest`, and what is gone from them is removed.

        Documents from elsewhere stay. Nothing is removed because a drive or a permission is
        missing (docs/sync.md): a folder that is missing, unreadable or suddenly empty raises
        UnavailableFolderError, unless `allow_empty` says that it was emptied.
        """
        from ingest import mirror_folders, with_passwords

        with self.shelf(collection, tags) as shelf:
            report = mirror_folders(
                [Path(folder).expanduser() for folder in folders],
                shelf,
                with_passwords(self.config.ingest, passwords),
                allow_empty=allow_empty,
                on_progress=on_progress,
                cancelled=cancelled,
            )
            shelf.tag(report)
            return report

    def read_again(
        self,
        names: Sequence[str],
        *,
        collection: str = DEFAULT_COLLECTION,
        on_progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        """Read documents, named as in `remove`, from their files again, though these are the same.

        Their tags stay, and so do they where the file is gone or fails. Raises
        UnknownDocumentError and what `ingest` raises.
        """
        from vectorstore import catalogue

        with self._library.writing():
            sources = catalogue.mark_for_reading(self._library, names, collection)
        files = dict.fromkeys(source.partition("!/")[0] for source in sources)
        return self.ingest(
            list(files), collection=collection, on_progress=on_progress, cancelled=cancelled
        )

    @contextmanager
    def shelf(self, collection: str, tags: Sequence[str] = ()) -> Iterator[LibraryShelf]:
        """A collection to write documents to that were read already, under the write lock."""
        from quoth.shelf import LibraryShelf

        self._library.require_embedder(self._embedder.fingerprint)
        with self._library.writing():
            yield LibraryShelf(self._library, self._embedder, self.config, collection, tags)

    def texts(self, collection: str = DEFAULT_COLLECTION) -> Texts:
        """The texts of a collection that programs add by ids of their own, and no file holds.

        Raises EmbedderMismatchError.
        """
        from quoth.texts import Texts

        self._library.require_embedder(self._embedder.fingerprint)
        return Texts(self._library, self._embedder, self.config, collection)

    def re_embed(self, *, on_progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Cut and embed every document again with the configured embedder, all or nothing.

        `on_progress` gets (documents done, documents in all). Returns how many there are.
        """
        from quoth.shelf import remade

        with self._library.writing():
            records = self._library.documents()
            documents = remade(self._library, self._embedder, self.config, records, on_progress)
            self._library.replace_all(documents, self._embedder.fingerprint)
        on_progress(len(records), len(records))
        return len(records)

    def documents(
        self, *, collection: Collections = None, where: Where | str | None = None
    ) -> tuple[DocumentRecord, ...]:
        """What is in the library, by collection and source; `where` as in `search`.

        Raises UnknownDocumentError, FilterError.
        """
        return self._library.documents(collection, _as_where(where))

    def find(self, name: str, *, collection: Collections = None) -> tuple[DocumentRecord, ...]:
        """The documents that go by a name, as in `remove`. Raises UnknownDocumentError."""
        from vectorstore.selection import named

        return named(self.documents(collection=collection), [name])

    def document(self, document_id: str) -> Document:
        """A document with its whole text. Raises UnknownDocumentError."""
        return self._library.document(document_id)

    def chunks(self, document_id: str) -> tuple[Chunk, ...]:
        """How a document is cut, in its order. Raises UnknownDocumentError."""
        from quoth.shelf import LibraryShelf

        shelf = LibraryShelf(self._library, self._embedder, self.config, DEFAULT_COLLECTION)
        return shelf.cut(self.document(document_id))

    def page_view(
        self,
        document_id: str,
        page: int,
        *,
        spans: Sequence[tuple[int, int]] = (),
        scale: float = 2.0,
    ) -> PageView:
        """A PDF's page as a picture, with boxes around spans (start, end) of the document's text.

        The source file must still be as it was read. Raises UnknownDocumentError, ReadError.
        """
        from quoth.pages import page_view

        record, found = self._record_and_text(document_id)
        return page_view(record, found, page, self.config.ingest, spans=spans, scale=scale)

    def page_markup(
        self, document_id: str, page: int, *, spans: Sequence[tuple[int, int]] = ()
    ) -> PageMarkup:
        """A page of mail, a book or what else has one as HTML, the spans marked; see `page_view`.

        It asks nothing of any machine; show it in a sandboxed frame. Raises UnknownDocumentError and
        ReadError.
        """
        from quoth.pages import page_markup

        record, found = self._record_and_text(document_id)
        return page_markup(record, found, page, self.config.ingest, spans=spans)

    def _record_and_text(self, document_id: str) -> tuple[DocumentRecord, Document]:
        record = self.find(document_id)[0]
        return record, self.document(record.id)

    def remove(
        self, names: Sequence[str], *, collection: Collections = None
    ) -> tuple[DocumentRecord, ...]:
        """Take out documents by id, path or file name: all of them, or none and an error.

        The name of an archive stands for all that was read from it.
        Raises UnknownDocumentError, LibraryLockedError.
        """
        with self._library.writing():
            return self._library.remove(names, collection)

    def tag(
        self,
        names: Sequence[str],
        *,
        add: Sequence[str] = (),
        remove: Sequence[str] = (),
        collection: Collections = None,
    ) -> tuple[DocumentRecord, ...]:
        """Tag documents, named as in `remove`, and take tags off; give them as they are then.

        Raises UnknownDocumentError, InvalidNameError, LibraryLockedError.
        """
        from vectorstore import catalogue

        with self._library.writing():
            return catalogue.tag_documents(self._library, names, collection, add=add, remove=remove)

    def collections(self) -> tuple[str, ...]:
        """The names of the collections, sorted."""
        return self._library.collections()

    def collection_sizes(self) -> dict[str, int]:
        """How many documents each collection holds, by name."""
        from vectorstore import catalogue

        return catalogue.collection_sizes(self._library)

    def create_collection(self, name: str) -> None:
        """Make an empty collection. Raises InvalidNameError."""
        from vectorstore import catalogue

        with self._library.writing():
            catalogue.create_collection(self._library, name)

    def rename_collection(self, name: str, new_name: str) -> None:
        """Give a collection another name. Raises UnknownDocumentError, InvalidNameError."""
        from vectorstore import catalogue

        with self._library.writing():
            catalogue.rename_collection(self._library, name, new_name)

    def delete_collection(self, name: str) -> int:
        """Remove a collection with its documents; give their number. Raises UnknownDocumentError."""
        from vectorstore import catalogue

        with self._library.writing():
            return catalogue.delete_collection(self._library, name)

    def compact(self) -> Compaction:
        """Give back the space of what was removed, and fit the indexes to the library's size.

        Raises LibraryLockedError, StorageFullError.
        """
        return self._library.compact()

    def verify(self) -> tuple[Problem, ...]:
        """Check the library; empty when all is well."""
        return self._library.verify()

    def repair(self) -> RepairReport:
        """Make anew what is derived, mend what can be mended, and say what could not be.

        Raises LibraryLockedError, StorageFullError, CorruptLibraryError.
        """
        with self._library.writing():
            return self._library.repair()

    # Questions

    def search(
        self,
        question: str,
        *,
        k: int | None = None,
        collection: Collections = None,
        where: Where | str | None = None,
        excerpts: bool = False,
    ) -> tuple[Hit, ...]:
        """The `k` best chunks for a question, best first.

        `collection` is one or several, None all of them. `where` limits the documents: a filter
        such as "type = pdf and year >= 2020" (docs/filters.md), or a Where. With `excerpts` each
        hit says what of it answers the question. Raises UnknownDocumentError, FilterError,
        EmbedderMismatchError.
        """
        from retrieval import hits_of

        k = k or self.config.retrieval.k
        hits = hits_of(self._rank(question, k, collection, where), k)
        return self._excerpted(question, hits) if excerpts else hits

    def _excerpted(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]:
        from retrieval import excerpted

        return excerpted(question, hits, self._library.page_of)

    def explain(
        self,
        question: str,
        *,
        k: int | None = None,
        collection: Collections = None,
        where: Where | str | None = None,
        beyond: int = 5,
    ) -> tuple[Considered, ...]:
        """What `search` considered, best first, and why it was kept or not; hits have excerpts.

        It ends with the `beyond` ones that came after the last hit. Raises what `search` raises.
        """
        from retrieval import explain

        k = k or self.config.retrieval.k
        considered = explain(self._rank(question, k, collection, where), k=k, beyond=beyond)
        hits = iter(self._excerpted(question, [one.hit for one in considered if one.kept]))
        return tuple(replace(one, hit=next(hits)) if one.kept else one for one in considered)

    def _rank(
        self, question: str, k: int, collection: Collections, where: Where | str | None
    ) -> Ranking:
        from retrieval import rank

        self._library.require_embedder(self._embedder.fingerprint)
        return rank(
            question,
            self._library,
            self._embedder,
            self.config.retrieval,
            k=k,
            collection=collection,
            where=_as_where(where),
            reranking=self._reranking(),
        )

    def nearest(
        self,
        vector: Sequence[float],
        *,
        k: int | None = None,
        collection: Collections = None,
        where: Where | str | None = None,
    ) -> tuple[Hit, ...]:
        """The `k` chunks whose vectors are nearest to `vector` by cosine, nearest first.

        Raises what `search` raises, and ModelError for a vector of another length.
        """
        from retrieval import nearest

        self._library.require_embedder(self._embedder.fingerprint)
        return nearest(
            vector,
            self._library,
            self._embedder.dimension,
            k=k or self.config.retrieval.k,
            collection=collection,
            where=_as_where(where),
        )

    def vectors(self, hits: Sequence[Hit]) -> FloatArray:
        """The stored vectors of hits, one unit row each, in order; shape (n, dimension).

        Raises UnknownDocumentError when a hit's document has been removed.
        """
        from retrieval import vectors_of

        return vectors_of(hits, self._library)

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        collection: Collections = None,
        where: Where | str | None = None,
        generation: GenerationConfig | None = None,
        answer: AnswerConfig | None = None,
    ) -> Answer:
        """The answer to a question, checked against the documents.

        `history` holds the turns before, oldest first; `generation` and `answer` replace the
        configured settings. Raises QuestionTooLongError, ModelError and what `search` raises.
        """
        pieces = self.stream(
            question,
            history=history,
            collection=collection,
            where=where,
            generation=generation,
            answer=answer,
        )
        return next(piece.answer for piece in pieces if piece.answer is not None)

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        collection: Collections = None,
        where: Where | str | None = None,
        generation: GenerationConfig | None = None,
        answer: AnswerConfig | None = None,
        cancelled: Callable[[], bool] = lambda: False,
        on_wait: Callable[[int], None] = lambda _: None,
    ) -> Iterator[Piece]:
        """The same answer piece by piece; the last piece carries the whole.

        `cancelled` is asked between tokens; what is written by then is the answer. Several answers
        of one model are written in the order they were asked for: `on_wait` is told how many are
        before this one whenever that changes, and 0 when its turn has come. After the last piece the
        model reads the answer as history of the question to come, until somebody asks.
        """
        from generation import Watched, stream_answer
        from quoth.surroundings import Surroundings
        from retrieval import hits_of, standalone

        began = time.perf_counter()
        self._ahead.give_up()
        generation, answer = self._settings(generation, answer)
        scope = (content_key(collection, self._library.change), _as_where(where))
        previous = self._contexts.before(history, scope)
        query = standalone(question, history, self._rewrite)
        ranking = self._rank(query, self.config.retrieval.k, collection, where)
        hits = hits_of(ranking, self.config.retrieval.k)
        searched = time.perf_counter() - began
        with self._switch.using(on_wait) as use:
            model = self._language_model()
            pieces = stream_answer(
                question,
                hits,
                history,
                model=Watched(model, on_wait),
                embed=self._embed,
                generation=generation,
                answer=answer,
                previous=previous,
                page_of=self._library.page_of,
                around=Surroundings(self._library),
                read=self._reads(hits) if answer.close_reading else None,
                query=ranking.asked_of(hits, query),
                cancelled=cancelled,
            )
            last, written = yield from _up_to_answer(pieces, use)
        written = _with_search(self._with_excerpts(written, query, hits), hits, searched)
        self._contexts.remember(scope, written, previous)
        yield replace(last, answer=written)
        self._read_ahead(model, written, history, generation)

    def _with_excerpts(self, answer: Answer, query: str, hits: Sequence[Hit]) -> Answer:
        """The answer; what a refusal names as closest with its excerpts, chosen among all hits."""
        if not answer.closest:
            return answer
        return replace(answer, closest=self._excerpted(query, hits)[: len(answer.closest)])

    def _reads(self, hits: Sequence[Hit]) -> CloseReader | None:
        """Who reads these hits closely; nobody where most are in a language it does not know."""
        from retrieval import are_english, close_reader

        return close_reader() if are_english([hit.chunk.text for hit in hits]) else None

    def _read_ahead(
        self,
        model: LanguageModel,
        answer: Answer,
        history: Sequence[Message],
        generation: GenerationConfig,
    ) -> None:
        """Have the model read what follows on an answer, unless it is another by now."""
        with self._switch.trying() as free:
            if free and self._model is model:
                self._ahead.start(model, answer, history, generation)

    def _settings(
        self, generation: GenerationConfig | None, answer: AnswerConfig | None
    ) -> tuple[GenerationConfig, AnswerConfig]:
        """Those given, else those configured. Raises ConfigError for what is out of range."""
        generation, answer = generation or self.config.generation, answer or self.config.answer
        check_ranges(generation, "generation")
        check_ranges(answer, "answer")
        return generation, answer

    def map(self, *, collection: Collections = None, best: bool = False) -> CollectionMap:
        """The chunks of some collections on a plane, a sample of them if there are very many.

        At once by principal components; the `best` map lays neighbours together and has clusters
        with their words. It takes seconds to a minute, and is kept for as long as the content is the same.
        """
        return self._maps.get(collection, best=best)

    def locate(
        self, question: str, shown: CollectionMap, *, collection: Collections = None
    ) -> Located | None:
        """Where a question and its hits are on a map; None when the map is empty.

        Raises what `search` raises.
        """
        from retrieval import hits_of

        k = self.config.retrieval.k
        ranking = self._rank(question, k, collection, None)
        return self._maps.locate(question, ranking.vector, hits_of(ranking, k), shown)

    def align(self, answer: Answer) -> Alignment:
        """How well each sentence that the model read carries each sentence of an answer."""
        from generation.interpretation import align

        return align(answer, self._embed, self._library.page_of)

    def examine(
        self,
        answer: Answer,
        *,
        history: Sequence[Message] = (),
        generation: GenerationConfig | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[TokenStep, ...]:
        """What the running model expects at each token of an answer, and after its end.

        The answer's prompt is made again from its context, and read by the model where it is not in
        its cache any more. Other words than the model's own, such as quotes, are examined as if it
        had written them. Nothing comes when cancelled. Raises ModelError.
        """
        from quoth.interpretation import examine

        settings = generation or self.config.generation
        with self._switch.using():
            return examine(self._language_model(), answer, history, settings, cancelled)

    def use_model(self, name: str) -> None:
        """Answer with another model from now on; `name` as in `model.path` of the configuration.

        It takes the place of a server at `model.endpoint` too. Answers that are begun, and those
        that wait for their turn, are finished first; whoever asks meanwhile is answered by the new
        model. What is missing, damaged or too large is refused, and the model before stays. Raises
        ModelError (also for an answer that is begun and nobody reads), ConfigError.
        """
        from generation import load_model, model_facts

        values = {"model.path": name, "model.endpoint": ""}
        chosen = self.config.with_values(values, "use_model")
        model_facts(chosen.model)
        with self._switch.replacing(), self._lock:
            model_facts(chosen.model)  # it may have gone meanwhile
            # Two models at once may be more than the memory holds: the old one goes first, and is
            # loaded again by the next question when the new one can't be.
            self._ahead.close()
            if self._model is not None:
                self._model.close()
                self._model = None
            self._model = load_model(chosen.model)
            self.config = chosen

    def complete(
        self, messages: Sequence[Message], generation: GenerationConfig | None = None
    ) -> str:
        """What the language model writes on its own: no documents, no check. Raises ModelError."""
        with self._switch.using():
            model = self._language_model()
            pieces = model.complete(model.render(messages), generation or self.config.generation)
            return "".join(piece.text for piece in pieces)

    def _rewrite(self, messages: Sequence[Message]) -> str:
        """What a model large enough for it makes of a follow-up; "" from a smaller one."""
        from quoth.config import GenerationConfig

        if self._language_model().n_parameters < SMALLEST_REWRITER:
            return ""
        return self.complete(messages, GenerationConfig(max_new_tokens=64, stop=("\n",)))

    @property
    def conversations(self) -> Conversations:
        """Conversations that the library keeps: ask in them, find, branch, rate and delete them."""
        from quoth.conversations import Conversations

        return Conversations(self._conversations, self.stream)

    @property
    def users(self) -> Users:
        """Who may use the page over a network, by name and password."""
        from quoth.access import Users

        return Users(self._library)

    def _language_model(self) -> LanguageModel:
        with self._lock:
            if self._model is None:
                from generation import load_model

                self._model = load_model(self.config.model)
            return self._model

    def _reranking(self) -> Reranking | None:
        """The reranker within its limits; None when none is configured. Loads it."""
        if self._reranker is None and not self.config.rerank.model:
            return None
        from quoth.reranker import load_reranker
        from retrieval import Reranking

        with self._lock:
            if self._reranker is None:
                self._reranker = load_reranker(self.config.rerank)
            return Reranking(self._reranker, self.config.rerank)

    def info(self) -> dict[str, object]:
        """What the library holds, which models serve it and with which settings, for JSON."""
        from quoth.information import describe

        return describe(self.path, self.config, self._library, self._embedder)


def _up_to_answer(
    pieces: Iterator[Piece], use: Use
) -> Generator[Piece, None, tuple[Piece, Answer]]:
    """All pieces but the last, which it returns with its answer; idle while nobody takes one."""
    for piece in pieces:
        if piece.answer is not None:
            return piece, piece.answer
        with use.idle():
            yield piece
    raise QuothError("the answer ended without its last piece; please report this")


def _with_search(answer: Answer, hits: tuple[Hit, ...], searched: float) -> Answer:
    """The answer with its hits, and with the seconds they took in its timings."""
    timings = {"search": searched, **answer.timings}
    for name in {"first_token", "total"} & timings.keys():
        timings[name] += searched
    return replace(answer, hits=hits, timings=timings)


def _as_where(where: Where | str | None) -> Where | None:
    from quoth.datatypes import Where

    return Where(expression=where) if isinstance(where, str) else where
