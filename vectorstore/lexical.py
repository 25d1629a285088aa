"""The lexical index: words in tantivy, on disk. Knows chunk rows and text only.

The folder holds tantivy's files and `reached.json`: which library it belongs to and the change it
has reached. The stamp is written after tantivy's commit and read before its files, so it may lag
and never lead; replaying a change twice is harmless because a document is taken out before it is
put in.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.errors import CorruptLibraryError, StorageFullError
from vectorstore import lexical_files
from vectorstore.lexical_languages import language_of
from vectorstore.lexical_search import FIELDS, best_chunks, question_query, scores_of
from vectorstore.lexical_words import words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from vectorstore.selection import Selection

ANALYZER_VERSION = 4
_STAMP = "reached.json"
# What the system said, in tantivy's words, which name a file that is another one each time.
_SAID = re.compile(r"""'(?P<plain>[^']+) \(os error \d+\)|message: "(?P<quoted>[^"]+)\"""")
_WRITER_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A chunk as the lexical index keeps it; `beside` are the texts before and after it."""

    row: int
    document: int
    collection: int
    text: str
    beside: tuple[str, ...] = ()


class LexicalIndex:
    """A tantivy index in `folder`. `reached` is the library change it has caught up with."""

    def __init__(self, folder: Path, library: str) -> None:
        """Open the index, or start an empty one when there is none that fits `library`."""
        self._folder = folder
        self._library = library
        self._lock = threading.Lock()
        self._checked: lexical_files.Checked = set()
        self._index, self.reached = self._open()

    def _open(self) -> tuple[Any, int]:
        """The index on disk and its change; none when it is missing, torn or another library's."""
        try:
            reached = self._read_stamp()
            if reached is None or not lexical_files.are_whole(self._folder, self._checked):
                return None, 0
            index = _open_files(self._folder)
        except (OSError, ValueError):  # what tantivy raises for a torn index
            return None, 0
        return index, reached

    def _read_stamp(self) -> int | None:
        """The change that the stamp names. Raises OSError, ValueError for one that is torn."""
        stamp = json.loads((self._folder / _STAMP).read_text(encoding="utf-8"))
        try:
            same = (stamp["library"], stamp["analyzer"]) == (self._library, ANALYZER_VERSION)
            if same and lexical_files.fits(lexical_files.summary(self._folder), stamp["files"]):
                return int(stamp["change"])
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{_STAMP} is torn ({error!r})") from error
        return None

    def reload(self) -> None:
        """See what another process has committed, or has damaged."""
        with self._lock:
            self._index, self.reached = self._open()

    def forget(self) -> None:
        """Drop what is there; the next write makes the index anew. Raises StorageFullError."""
        with self._lock:
            self._index, self.reached = None, 0
            try:
                (self._folder / _STAMP).unlink(missing_ok=True)
            except OSError as error:
                raise self._unwritable(error) from error

    @property
    def dead_share(self) -> float:
        """The share in [0, 1] of what the files hold that was taken out; merging drops some of it."""
        try:
            segments = json.loads((self._folder / "meta.json").read_bytes())["segments"]
            held = sum(segment["max_doc"] for segment in segments)
            dead = sum(
                (segment["deletes"] or {}).get("num_deleted_docs", 0) for segment in segments
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return 0.0  # there is no index, or it is torn and will be made anew
        return dead / held if held else 0.0

    @property
    def exists(self) -> bool:
        """Whether there is an index at all."""
        return self._index is not None

    def __len__(self) -> int:
        return 0 if self._index is None else int(self._index.searcher().num_docs)

    def rows(self) -> list[int]:
        """Every chunk row in the index, ascending; one that is there twice comes twice."""
        import tantivy

        if len(self) == 0:
            return []
        hits = self._index.searcher().search(
            tantivy.Query.all_query(), len(self), count=False, order_by_field="row"
        )
        return sorted(int(row) for row, _ in hits.hits)

    def write(self, removed: Iterable[int], added: Iterable[Entry], change: int) -> None:
        """Take out the documents `removed` (rows), then put in `added`, and stamp with `change`.

        Only the holder of the library's write lock may call it. Raises StorageFullError; the
        index then stays behind, and catches up when there is room again.
        """
        with self._lock:
            try:
                self._commit(removed, added)
                self._stamp(change)
            except (OSError, ValueError) as error:  # tantivy raises ValueError for input and output
                raise self._unwritable(error) from error

    def _unwritable(self, error: Exception) -> StorageFullError:
        told = _SAID.search(str(error))
        reason = (told["plain"] or told["quoted"]) if told else error
        return StorageFullError(
            f"{self._folder} cannot be written ({reason}); free disk space, or run quoth verify"
        )

    def _commit(self, removed: Iterable[int], added: Iterable[Entry]) -> None:
        import tantivy

        if self._index is None:
            self._create()
        lexical_files.sweep(self._folder, frozenset({_STAMP}))
        writer = self._index.writer(_WRITER_BYTES, 1)
        try:
            for document in removed:
                term = tantivy.Query.term_query(self._index.schema, "document", document)
                writer.delete_documents_by_query(term)
            for entry in added:
                writer.add_document(_document(entry))
            writer.commit()
            writer.wait_merging_threads()
        finally:
            # A failed writer would keep its lock for as long as somebody keeps the error.
            del writer
        self._index.reload()

    def _create(self) -> None:
        import tantivy

        self._folder.mkdir(parents=True, exist_ok=True)
        # First the stamp: half a folder must not look like an index.
        (self._folder / _STAMP).unlink(missing_ok=True)
        lexical_files.clear(self._folder)
        builder = tantivy.SchemaBuilder()
        builder.add_unsigned_field("row", stored=True, indexed=True, fast=True)
        builder.add_unsigned_field("document", indexed=True)
        builder.add_unsigned_field("collection", indexed=True)
        builder.add_text_field("language", tokenizer_name="raw", index_option="basic")
        for field in FIELDS:
            builder.add_text_field(field, tokenizer_name="whitespace", index_option="freq")
        index = tantivy.Index(builder.build(), path=str(self._folder))
        index.config_reader("manual", 0)
        self._index = index

    def _stamp(self, change: int) -> None:
        temporary = self._folder / f"{_STAMP}.new"
        stamp = {
            "library": self._library,
            "analyzer": ANALYZER_VERSION,
            "change": change,
            "files": lexical_files.summary(self._folder),
        }
        temporary.write_text(json.dumps(stamp), encoding="utf-8")
        temporary.replace(self._folder / _STAMP)
        self.reached = change

    def search(
        self, question: str, k: int, allowed: Selection | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best (row, BM25 score) for the words of `question`, best first.

        Words are OR-ed; a question of stop words alone finds nothing. The score adds a chunk's
        for its own words to that of the words of the chunk and its neighbours. Raises
        CorruptLibraryError when the files were damaged while they were in use.
        """
        if allowed is not None and not len(allowed.rows):
            return []
        return self._ask(
            question,
            lambda searcher, schema, query: best_chunks(searcher, schema, query, k, allowed),
        )

    def scores(self, question: str, rows: Sequence[int]) -> dict[int, float]:
        """The BM25 score of each of these rows, as `search` gives it, where it has any.

        Raises CorruptLibraryError.
        """
        if not rows:
            return {}
        found = self._ask(
            question, lambda searcher, schema, query: scores_of(searcher, schema, query, rows)
        )
        return dict(found)

    def _ask(
        self, question: str, ask: Callable[[Any, Any, Any], list[tuple[int, float]]]
    ) -> list[tuple[int, float]]:
        """What `ask` finds with the searcher, the schema and the query for a question."""
        if self._index is None:
            return []
        searcher = self._index.searcher()
        query = question_query(question, searcher, self._index.schema)
        if query is None:
            return []
        try:
            return ask(searcher, self._index.schema, query)
        except ValueError as error:
            raise CorruptLibraryError(
                f"{self._folder} is damaged ({error}); run quoth repair"
            ) from error


def _open_files(folder: Path) -> Any:
    """A tantivy index that changes only when told to. Raises OSError, ValueError."""
    import tantivy

    with ExitStack() as stack:
        if not os.access(folder, os.W_OK):
            # tantivy opens nothing without making a lock file: give it links to the files.
            links = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="quoth-")))
            for file in folder.iterdir():
                if file.name not in lexical_files.LOCKS:
                    (links / file.name).symlink_to(file.resolve())
            folder = links
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual", 0)
    return index


def _document(entry: Entry) -> Any:
    import tantivy

    own, language = _words(entry.text)
    document = tantivy.Document()
    document.add_unsigned("row", entry.row)
    document.add_unsigned("document", entry.document)
    document.add_unsigned("collection", entry.collection)
    document.add_text("language", language)
    document.add_text("words", own)
    document.add_text("around", " ".join(_words(text)[0] for text in (*entry.beside, entry.text)))
    return document


# Each chunk's words are asked for three times in a row: its own, and as a neighbour's.
@lru_cache(maxsize=8)
def _words(text: str) -> tuple[str, str]:
    """The words of a text, with spaces between, and its language."""
    language = language_of(text)
    return " ".join(words_of(text, language)), language
