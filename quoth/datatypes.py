"""The nouns of Quoth, one frozen dataclass each; this module knows nothing else of ours.

files → documents → chunks → library → hits → context → answer

Offsets are characters into `Document.text`, half open. Pages count from 1. Ranks count from 1
and rank 1 is best. A higher score is better everywhere. Times are seconds.

All of them are in one file, though it grew long: whoever hands data from stage to stage looks here alone.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

    # For annotations only: importing numpy here would slow `import quoth` down.
    FloatArray = np.ndarray[Any, np.dtype[np.float32]]
    RowArray = np.ndarray[Any, np.dtype[np.int64]]
    # One collection or several, by name; None is all of them.
    Collections = str | Sequence[str] | None

FileStatus = Literal["added", "unchanged", "replaced", "removed", "failed"]
Role = Literal["system", "user", "assistant"]
Verdict = Literal["supported", "unsupported", "not a claim"]
StopReason = Literal["end", "length", "stop", "cancelled", "refused", "extractive"]
TurnStatus = Literal["writing", "answered", "stopped", "failed"]
Rating = Literal["", "good", "bad"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A title inside a document. `level` 1 is the outermost; `start` is where its text begins."""

    start: int
    level: int
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on a page as displayed, in points from its top left corner, y downwards."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the characters from `start` to `end` of a page's text stand, side by side on one line.

    These count from the page's own beginning.
    """

    start: int
    end: int
    box: Box


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document: `number` from 1, `label` as printed on it ("" when it has none).

    `places` are kept of pages that were read by OCR, in the order of the text; where the text of
    others stands, their file says.
    """

    number: int
    text: str
    start: int
    label: str = ""
    places: tuple[Place, ...] = ()

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
class Coverage:
    """How the pages of a document were read: those not listed have a text layer.

    Pages count from 1. `failed` says why. A document's metadata holds it under "coverage".
    """

    n_pages: int
    ocr: tuple[int, ...] = ()
    empty: tuple[int, ...] = ()
    failed: Mapping[int, str] = field(default_factory=dict)

    @property
    def n_text(self) -> int:
        """How many pages were read from their text layer."""
        return self.n_pages - len(self.ocr) - len(self.empty) - len(self.failed)

    def as_text(self) -> str:
        """As JSON on one line."""
        import json

        return json.dumps(dataclasses.asdict(self))

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Coverage | None:
        """What `as_text` wrote into a document's metadata; None when nothing did."""
        import json

        if "coverage" not in metadata:
            return None
        kept = json.loads(metadata["coverage"])
        return cls(
            n_pages=kept["n_pages"],
            ocr=tuple(kept["ocr"]),
            empty=tuple(kept["empty"]),
            failed={int(page): why for page, why in kept["failed"].items()},
        )

    def warnings(self) -> tuple[str, ...]:
        """A line on each way in which pages were not simply read."""
        lines = []
        if self.ocr:
            lines.append(f"{self._share(self.ocr)} read by OCR")
        if self.empty:
            lines.append(f"{self._share(self.empty)} have no text")
        for why in dict.fromkeys(self.failed.values()):
            pages = tuple(page for page, reason in self.failed.items() if reason == why)
            lines.append(f"{self._share(pages)} not read: {why}")
        return tuple(lines)

    def _share(self, pages: tuple[int, ...]) -> str:
        if self.n_pages == 1:
            return "its only page"
        listed = "all" if len(pages) == self.n_pages else _ranges(pages)
        return f"{len(pages)} of {self.n_pages} pages ({listed})"


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
    """That one retriever ("dense", "lexical") found a chunk, at which rank, with what score.

    Also what a later stage ("fusion", "feedback", "reranker") made of it.
    """

    retriever: str
    rank: int
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk found for a question. `score` is the fused score in [0, 1].

    `similarity` is the cosine between question and chunk in [-1, 1], whoever found it. Where a
    reranker is configured the order is the reranker's, and its scores are in `found_by`. `also_in`
    names the other sources that hold the same text, of this document and of others found. `excerpt`
    is what of the chunk answers the question, in order, where it was asked for: whole sentences and
    rows of tables.
    """

    chunk: Chunk
    score: float
    rank: int
    similarity: float
    found_by: tuple[Finding, ...] = ()
    also_in: tuple[str, ...] = ()
    excerpt: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Considered:
    """A candidate of a search and what became of it, as `Quoth.explain` tells.

    `stages` has its rank and score after each stage, in the order in which they ran; `reason` says
    in words why it was `kept` or not. The rank of a text that was dropped as a repetition is that
    of the one it repeats.
    """

    hit: Hit
    stages: tuple[Finding, ...]
    kept: bool
    reason: str


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
class PageView:
    """A page as a PNG picture, its size in points, and the boxes of each span asked for."""

    png: bytes
    width: float
    height: float
    boxes: tuple[tuple[Box, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class PageMarkup:
    """A page as an HTML document of its own, to be shown in a frame without scripts.

    It asks no machine for anything. `found` says of each span asked for whether it is marked; the
    first mark's id is "quote".
    """

    markup: str
    found: tuple[bool, ...] = ()


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
class Candidate:
    """A token that a model could write next: its text and the model's logit for it."""

    token: int
    text: str
    logit: float


@dataclass(frozen=True, slots=True)
class TokenStep:
    """What a model expected where it, or someone, wrote `token`; -1 where nothing follows.

    `candidates` are the likeliest, best first. A token's probability, before any sampling setting,
    is exp(logit - log_total); `n_vocabulary` counts all tokens.
    """

    token: int
    text: str
    logit: float
    candidates: tuple[Candidate, ...]
    log_total: float
    n_vocabulary: int

    @property
    def probability(self) -> float:
        """That of the token that was written; 0 where nothing follows."""
        return math.exp(self.logit - self.log_total) if self.token >= 0 else 0.0


@dataclass(frozen=True, slots=True)
class Alignment:
    """How well each source sentence carries each sentence of an answer, before facts are compared.

    `support[i][j]` in [0, 1] is the estimated chance that source j carries sentence i,
    `similarity[i][j]` in [-1, 1] the cosine between them.
    """

    sentences: tuple[str, ...]
    sources: tuple[Quote, ...]
    support: tuple[tuple[float, ...], ...]
    similarity: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Window:
    """How the model's window of `size` tokens was divided, by its own tokenizer.

    `system` is the instruction with worked examples and the chat template's own tokens; `reserve`
    is the room that was kept for the answer. What is left of `size` stayed free.
    """

    size: int
    system: int
    sources: int
    history: int
    question: int
    reserve: int

    @property
    def free(self) -> int:
        """Tokens that nothing took."""
        taken = self.system + self.sources + self.history + self.question + self.reserve
        return self.size - taken


@dataclass(frozen=True, slots=True)
class Answer:
    """What Quoth replies. The sentences' texts joined are `text`, white space included.

    `refused` means that the library does not hold the answer; `sentences` then holds the refusal
    and `closest` the hits that came nearest, and `not_enough` for each of them, in words, why it
    is no answer. `hits` is all that the search returned, best first. `confidence` in [0, 1] estimates that the library answers the question.
    `extractive` means the sentences were copied from the sources.
    `timings` has the seconds of "search", "pack", "first_token" (since the question) and "total".
    `window` and `messages` are what the model read, before its chat template; a refusal before
    the model was asked has none.
    """

    question: str
    sentences: tuple[Sentence, ...]
    refused: bool
    context: Context
    stop_reason: StopReason
    confidence: float = 1.0
    extractive: bool = False
    closest: tuple[Hit, ...] = ()
    not_enough: tuple[str, ...] = ()
    timings: Mapping[str, float] = field(default_factory=dict)
    n_prompt_tokens: int = 0
    n_completion_tokens: int = 0
    hits: tuple[Hit, ...] = ()
    window: Window | None = None
    messages: tuple[Message, ...] = ()

    @property
    def text(self) -> str:
        """The whole answer."""
        return "".join(sentence.text for sentence in self.sentences)

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """Every quote once, in the order of the sentences."""
        return tuple(dict.fromkeys(q for sentence in self.sentences for q in sentence.quotes))

    def also_in(self, quote: Quote) -> tuple[str, ...]:
        """The other sources in which the search found the text that a quote is from."""
        hits = (hit for hit in self.hits if hit.chunk.document_id == quote.document_id)
        around = (
            hit for hit in hits if hit.chunk.start < quote.end and quote.start < hit.chunk.end
        )
        return tuple(dict.fromkeys(source for hit in around for source in hit.also_in))


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
class Turn:
    """A question of a conversation, what came of it, and what the asker thought of that.

    `number` counts from 1. While it is "writing", and where it was stopped or failed before there
    was an answer, `text` is what was written so far. `withdrawn` says that a draft was shown and
    taken back. `error` is one line, "" unless it failed.
    """

    number: int
    question: str
    asked_at: str
    status: TurnStatus
    text: str = ""
    answer: Answer | None = None
    withdrawn: bool = False
    error: str = ""
    rating: Rating = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ConversationRecord:
    """A conversation as it is listed. Times are ISO 8601 in UTC; `version` counts its changes.

    `branched_from` is the id of the conversation whose first turns it was begun with, or "".
    """

    id: str
    title: str
    created_at: str
    changed_at: str
    n_turns: int
    version: int
    branched_from: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation with its turns, oldest first."""

    record: ConversationRecord
    turns: tuple[Turn, ...] = ()

    @property
    def history(self) -> tuple[Message, ...]:
        """The turns that were answered in words, as the engine takes them."""
        return tuple(
            message
            for turn in self.turns
            if turn.answer is not None and turn.answer.text.strip()
            for message in (
                Message("user", turn.question),
                Message("assistant", turn.answer.text),
            )
        )


@dataclass(frozen=True, slots=True)
class Where:
    """Which documents a search may find. Empty fields allow everything.

    `sources` are shell patterns (`*`, `?`, `[…]`) matched against the whole source and against
    its file name; a document is allowed when any of its sources matches any pattern.
    `expression` is a filter such as "type = pdf and year >= 2020" (see docs/filters.md).
    """

    sources: tuple[str, ...] = ()
    document_ids: tuple[str, ...] = ()
    expression: str = ""


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as the library lists it. `added_at` is ISO 8601 in UTC; `tags` are sorted."""

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
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TextItem:
    """A text that is no file, under an id of a program's own.

    `metadata` is kept as JSON: values that JSON does not have come back as their text.
    """

    id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file as it was when it was looked at.

    `modified_ns` is 0 when the time can't be trusted, so that content must be compared. `device`
    names the file system it lay on, 0 when that is not known.
    """

    source: str
    size: int = 0
    modified_ns: int = 0
    document_id: str = ""
    device: int = 0


@dataclass(frozen=True, slots=True)
class KnownFile:
    """What the library holds under a source. `recipe` names how it was cut and embedded."""

    document_id: str
    recipe: str
    size: int
    modified_ns: int
    device: int = 0


@dataclass(frozen=True, slots=True)
class KnownFailure:
    """What the library holds of a file that failed. `recipe` names how it was read."""

    source: str
    size: int
    modified_ns: int
    recipe: str
    reason: str
    encrypted: bool = False


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file of an ingest run. `reason` is one line, for failures and warnings.

    `encrypted` says that it failed for want of a password; `known` that it failed before, is the
    same, and was not tried again.
    """

    source: str
    status: FileStatus
    document_id: str = ""
    n_pages: int = 0
    n_chunks: int = 0
    reason: str = ""
    encrypted: bool = False
    known: bool = False

    @property
    def as_before(self) -> bool:
        """Whether it is the same file with the same end as in the run before."""
        return self.known or self.status == "unchanged"

    @property
    def why(self) -> str:
        """The reason, to stand beside the file's name, with which most reasons begin."""
        return self.reason.removeprefix(f"{self.source.rpartition('/')[2]} ")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an ingest run is. `outcome` is set when it reports a file that is finished.

    `current_pages` and `current_chunks` are those of `current` once it is cut, and 0 before;
    `n_embedded` of `n_to_embed` chunks of the files that are embedded together have their vectors.
    """

    files_done: int
    files_total: int
    n_pages: int
    n_chunks: int
    seconds: float
    current: str = ""
    outcome: FileOutcome | None = None
    current_pages: int = 0
    current_chunks: int = 0
    n_embedded: int = 0
    n_to_embed: int = 0


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


def _ranges(pages: tuple[int, ...]) -> str:
    """Page numbers as people write them: pages 1, 3-5."""
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in runs)


@dataclass(frozen=True, slots=True)
class RepairReport:
    """What `repair` did: a line on each thing it mended, and the problems that are left."""

    mended: tuple[str, ...]
    problems: tuple[Problem, ...]


def with_headings(headings: tuple[str, ...], text: str) -> str:
    """Put the heading path on a line before the text; nothing when there are no headings."""
    return f"{' > '.join(headings)}\n{text}" if headings else text
