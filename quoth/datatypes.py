"""The nouns of Quoth, one frozen dataclass each; this module knows nothing else of ours.

files → documents → chunks → library → hits → context → answer

Offsets are characters into `Document.text`, half open. Pages count from 1. Ranks count from 1
and rank 1 is best. A higher score is better everywhere. Times are seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    # For annotations only: importing numpy here would slow `import quoth` down.
    FloatArray = np.ndarray[Any, np.dtype[np.float32]]
    RowArray = np.ndarray[Any, np.dtype[np.int64]]

FileStatus = Literal["added", "unchanged", "replaced", "failed"]
Role = Literal["system", "user", "assistant"]
Verdict = Literal["supported", "unsupported", "not a claim"]
StopReason = Literal["end", "length", "stop", "cancelled", "refused", "extractive"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside a document. `level` 1 is the outermost; `start` is where its text begins."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: `number` from 1, `label` as printed on it ("" when it has none)."""

    number: int
    text: str
    start: int
    label: str = ""

    @property
    def end(self) -> int:
        """The offset just after the page's last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text. `id` is `document_id(bytes)`: same bytes, same id.

    `pages` are contiguous: the first starts at 0 and each starts where the one before ends.
    `language` is an ISO 639-1 code, or "" when it is not known. `warnings` are lines on what
    could not be read ("3 of 14 pages have no text").
    """

    id: str
    source: str
    title: str
    media_type: str
    pages: tuple[Page, ...]
    headings: tuple[Heading, ...] = ()
    language: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The concatenation of the pages; every offset points into it."""
        return "".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of a document: `document.text[start:end] == text`, always.

    `id` names the document and the character range. `headings` is the path of titles above the
    chunk, outermost first. `n_tokens` counts `text_with_headings` by the embedder's tokenizer,
    its special tokens included.
    """

    id: str
    document_id: str
    source: str
    text: str
    start: int
    end: int
    first_page: int
    last_page: int
    headings: tuple[str, ...]
    n_tokens: int

    @property
    def text_with_headings(self) -> str:
        """What is embedded: the heading path on a line of its own, then the text."""
        return with_headings(self.headings, self.text)


@dataclass(frozen=True, slots=True)
class Finding:
    """That one retriever ("dense" or "lexical") found a chunk, at which rank, with what score."""

    retriever: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question. `score` is the fused score in [0, 1].

    `similarity` is the cosine between question and chunk in [-1, 1], whoever found it.
    """

    chunk: Chunk
    score: float
    rank: int
    similarity: float
    found_by: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one document shown to the model; `number` is its label in the prompt, from 1.

    `n_tokens` counts the passage with its label line by the running model's tokenizer. `rank`
    is the best rank among the hits it was made from.
    """

    number: int
    document_id: str
    source: str
    text: str
    start: int
    end: int
    first_page: int
    last_page: int
    headings: tuple[str, ...]
    rank: int
    n_tokens: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A hit that is not in the context, and why, in words."""

    hit: Hit
    reason: str


@dataclass(frozen=True, slots=True)
class Context:
    """What the model reads of the documents: passages in reading order.

    `n_tokens` is their sum by the running model's tokenizer.
    """

    passages: tuple[Passage, ...] = ()
    n_tokens: int = 0
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True, slots=True)
class Quote:
    """An exact span of a source: `document.text[start:end] == text`; `page` is where it starts."""

    document_id: str
    source: str
    page: int
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer with the quotes it stands on, best first.

    `support` in [0, 1] says how well the quotes carry it; `reason` says in words why a sentence
    is unsupported ("" otherwise).
    """

    text: str
    quotes: tuple[Quote, ...]
    support: float
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What Quoth replies. The sentences' texts joined are `text`, white space included.

    `refused` means that the library does not hold the answer; `sentences` then holds the refusal
    and `closest` the hits that came nearest. `hits` is all that the search
    returned, best first. `confidence` in [0, 1] estimates that the library answers the question.
    `extractive` means the sentences were copied from the sources.
    `timings` has the seconds of "search", "pack", "first_token" (since the question) and "total".
    """

    question: str
    sentences: tuple[Sentence, ...]
    refused: bool
    context: Context
    stop_reason: StopReason
    confidence: float = 1.0
    extractive: bool = False
    closest: tuple[Hit, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    n_prompt_tokens: int = 0
    n_completion_tokens: int = 0
    hits: tuple[Hit, ...] = ()

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(sentence.text for sentence in self.sentences)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every quote once, in the order of the sentences."""
        return tuple(dict.fromkeys(q for sentence in self.sentences for q in sentence.quotes))


@dataclass(frozen=True, slots=True)
class Piece:
    """One step of a streamed answer.

    Append `text` to what is shown. When `withdrawn` is true the text shown so far did not pass
    its check: drop it first. The last piece, and only it, carries the whole `answer`.
    """

    text: str = ""
    withdrawn: bool = False
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Where:
    """Which documents a search may find. Empty fields allow everything.

    `sources` are shell patterns (`*`, `?`, `[…]`) matched against the whole source and against
    its file name; a document is allowed when any of its sources matches any pattern.
    """

    sources: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as the library lists it. `added_at` is ISO 8601 in UTC."""

    id: str
    collection: str
    sources: tuple[str, ...]
    title: str
    media_type: str
    language: str
    n_pages: int
    n_chunks: int
    n_characters: int
    added_at: str
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when it was looked at.

    `modified_ns` is 0 when the time can't be trusted, so that content must be compared.
    """

    source: str
    size: int = 0
    modified_ns: int = 0
    document_id: str = ""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the library holds under a source. `recipe` names how it was cut and embedded."""

    document_id: str
    recipe: str
    size: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file of an ingest run. `reason` is one line, for failures and warnings."""

    source: str
    status: FileStatus
    document_id: str = ""
    n_pages: int = 0
    n_chunks: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest run is. `outcome` is set when it reports a file that is finished."""

    files_done: int
    files_total: int
    n_pages: int
    n_chunks: int
    seconds: float
    current: str = ""
    outcome: FileOutcome | None = None


@dataclass(frozen=True, slots=True)
class IngestReport:
    """The whole of an ingest run.

    `timings` splits `seconds` into scan, read, chunk, embed and write, as one thread spent them.
    `skipped` counts by suffix the files of folders that Quoth has no reader for.
    """

    outcomes: tuple[FileOutcome, ...]
    seconds: float
    timings: Mapping[str, float] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)

    def count(self, status: FileStatus) -> int:
        """How many files ended with this status."""
        return sum(outcome.status == status for outcome in self.outcomes)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something `verify` found wrong: what, and what to do about it."""

    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What `repair` did: a line on each thing it mended, and the problems that are left."""

    mended: tuple[str, ...]
    problems: tuple[Problem, ...]


def with_headings(headings: tuple[str, ...], text: str) -> str:
    """Put the heading path on a line before the text; nothing when there are no headings."""
    return f"{' > '.join(headings)}\n{text}" if headings else text
