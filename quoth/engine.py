"""The public API: the one place where ingest, vectorstore, retrieval and generation meet."""

from __future__ import annotations

import os
import threading
import time
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

from quoth.config import load_config
from quoth.errors import QuothError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation import LanguageModel
    from quoth.config import Config, GenerationConfig
    from quoth.datatypes import (
        Answer,
        Chunk,
        Context,
        Document,
        DocumentRecord,
        FloatArray,
        Hit,
        IngestReport,
        Message,
        Piece,
        Problem,
        Progress,
        RepairReport,
        Where,
    )
    from vectorstore import Compaction, Embedder, LocalLibrary

    Scope = tuple[str | None, Where | None, int]
    Remade = tuple[DocumentRecord, Document, Sequence[Chunk], FloatArray, str]

DEFAULT_COLLECTION = "default"
# Contexts kept so that a follow-up over the same sources finds its prompt evaluated already.
_CONTEXTS_KEPT = 32


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
    ) -> None:
        """Join parts that are open already; most callers want `Quoth.open`."""
        from vectorstore import RememberedVectors

        self.path = path
        self.config = config
        self._library = library
        self._embedder = embedder
        self._model = model
        self._embed = RememberedVectors(embedder.embed_passages)
        self._lock = threading.Lock()
        self._contexts: OrderedDict[tuple[str, Scope], Context] = OrderedDict()

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str] | None = None,
        *,
        config: Config | None = None,
        create: bool = True,
        embedder: Embedder | None = None,
        model: LanguageModel | None = None,
    ) -> Self:
        """Open the library in folder `path`, making it if need be and `create` allows.

        `embedder` and `model` stand in for those that the configuration names. Raises
        NotALibraryError, CorruptLibraryError, StorageFullError, ConfigError, ModelNotFoundError.
        """
        from vectorstore import LocalLibrary, load_embedder

        folder = Path(path).expanduser() if path is not None else default_path()
        settings = load_config(config_file(folder)) if config is None else config
        library = LocalLibrary(folder, settings.index, create=create)
        return cls(folder, settings, library, embedder or load_embedder(settings.embedder), model)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the library's files and of the language model's memory."""
        with self._lock:
            if self._model is not None:
                self._model.close()
        self._library.close()

    # Documents

    def ingest(
        self,
        paths: Sequence[str | os.PathLike[str]],
        *,
        collection: str = DEFAULT_COLLECTION,
        on_progress: Callable[[Progress], None] = lambda _: None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> IngestReport:
        """Bring files and folders into a collection; unchanged files cost nothing.

        A file that can't be read is reported and the others go in. Raises
        EmbedderMismatchError, LibraryLockedError, StorageFullError, ModelError.
        """
        from ingest import ingest_files
        from quoth.shelf import LibraryShelf

        self._library.require_embedder(self._embedder.fingerprint)
        with self._library.writing():
            shelf = LibraryShelf(self._library, self._embedder, self.config, collection)
            files = [Path(path).expanduser() for path in paths]
            return ingest_files(
                files,
                shelf,
                self.config.ingest,
                on_progress=on_progress,
                cancelled=cancelled,
            )

    def re_embed(self, *, on_progress: Callable[[int, int], None] = lambda *_: None) -> int:
        """Cut and embed every document again with the configured embedder, all or nothing.

        `on_progress` gets (documents done, documents in all). Returns how many there are.
        """
        from quoth.shelf import LibraryShelf

        with self._library.writing():
            records = self._library.documents()

            def remade() -> Iterator[Remade]:
                for done, record in enumerate(records):
                    on_progress(done, len(records))
                    shelf = LibraryShelf(
                        self._library, self._embedder, self.config, record.collection
                    )
                    document = self._library.document(record.id)
                    chunks = shelf.cut(document)
                    texts = [chunk.text_with_headings for chunk in chunks]
                    vectors = self._embedder.embed_passages(texts)
                    yield record, document, chunks, vectors, shelf.recipe

            self._library.replace_all(remade(), self._embedder.fingerprint)
        on_progress(len(records), len(records))
        return len(records)

    def documents(self, *, collection: str | None = None) -> tuple[DocumentRecord, ...]:
        """What is in the library, by collection and source. Raises UnknownDocumentError."""
        return self._library.documents(collection)

    def document(self, document_id: str) -> Document:
        """A document with its whole text. Raises UnknownDocumentError."""
        return self._library.document(document_id)

    def remove(
        self, names: Sequence[str], *, collection: str | None = None
    ) -> tuple[DocumentRecord, ...]:
        """Take out documents by id, path or file name: all of them, or none and an error.

        Raises UnknownDocumentError, LibraryLockedError.
        """
        with self._library.writing():
            return self._library.remove(names, collection)

    def collections(self) -> tuple[str, ...]:
        """The names of the collections, sorted."""
        return self._library.collections()

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
        collection: str | None = None,
        where: Where | None = None,
    ) -> tuple[Hit, ...]:
        """The `k` best chunks for a question, best first.

        `collection` None searches all of them. Raises UnknownDocumentError,
        EmbedderMismatchError.
        """
        from retrieval import search

        self._library.require_embedder(self._embedder.fingerprint)
        return search(
            question,
            self._library,
            self._embedder,
            self.config.retrieval,
            k=k or self.config.retrieval.k,
            collection=collection,
            where=where,
        )

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        collection: str | None = None,
        where: Where | None = None,
        generation: GenerationConfig | None = None,
    ) -> Answer:
        """The answer to a question, checked against the documents.

        `history` holds the turns before, oldest first; `generation` replaces the configured
        settings. Raises QuestionTooLongError, ModelError and what `search` raises.
        """
        pieces = self.stream(
            question, history=history, collection=collection, where=where, generation=generation
        )
        for piece in pieces:
            if piece.answer is not None:
                return piece.answer
        raise QuothError("the answer ended without its last piece; please report this")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Message] = (),
        collection: str | None = None,
        where: Where | None = None,
        generation: GenerationConfig | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Piece]:
        """The same answer piece by piece; the last piece carries the whole.

        `cancelled` is asked between tokens; what is written by then is the answer.
        """
        from generation import stream_answer
        from retrieval import standalone

        began = time.perf_counter()
        # A context serves a follow-up only over the same documents, as they still are.
        scope = (collection, where, self._library.change)
        query = standalone(question, history)
        hits = self.search(query, collection=collection, where=where)
        searched = time.perf_counter() - began
        pieces = stream_answer(
            question,
            hits,
            history,
            model=self._language_model(),
            embed=self._embed,
            generation=generation or self.config.generation,
            answer=self.config.answer,
            previous=self._context_before(history, scope),
            page_of=self._library.page_of,
            query=query,
            cancelled=cancelled,
        )
        for piece in pieces:
            if piece.answer is None:
                yield piece
                continue
            timings = {"search": searched, **piece.answer.timings}
            timings["total"] = time.perf_counter() - began
            if "first_token" in timings:
                timings["first_token"] += searched
            self._remember(question, scope, piece.answer.context)
            yield replace(piece, answer=replace(piece.answer, hits=hits, timings=timings))

    def _context_before(self, history: Sequence[Message], scope: Scope) -> Context | None:
        """The sources of the turn before, if this engine answered it in the same scope."""
        asked = [message.content for message in history if message.role == "user"]
        with self._lock:
            return self._contexts.get((asked[-1], scope)) if asked else None

    def _remember(self, question: str, scope: Scope, context: Context) -> None:
        key = (question, scope)
        with self._lock:
            self._contexts[key] = context
            self._contexts.move_to_end(key)
            while len(self._contexts) > _CONTEXTS_KEPT:
                self._contexts.popitem(last=False)

    def _language_model(self) -> LanguageModel:
        with self._lock:
            if self._model is None:
                from generation import load_model

                self._model = load_model(self.config.model)
            return self._model

    def info(self) -> dict[str, object]:
        """What the library holds, which models serve it and with which settings, for JSON."""
        from quoth.information import describe

        return describe(self.path, self.config, self._library, self._embedder)
