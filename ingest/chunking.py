"""Cuts a document into chunks of bounded size at its headings, paragraphs and sentences.

It knows the document and how to count tokens, not which embedder counts them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.headings import HeadingPaths
from ingest.packing import halfway, pack
from ingest.pieces import Piece, cut_pieces, halve, merged, token_weights
from ingest.segmentation import Break, find_breaks
from quoth.datatypes import Chunk, Document, with_headings
from quoth.errors import ConfigError

CountTokens = Callable[[Sequence[str]], list[int]]

SMALLEST_LIMIT = 16
_TINY = 0.25


def chunk_document(
    document: Document, count_tokens: CountTokens, max_tokens: int
) -> tuple[Chunk, ...]:
    """Cut a document into chunks, in order, that hold all of its text but white space.

    `count_tokens` gives the tokens of each text by the embedder's tokenizer, special tokens
    included and nothing cut off. No chunk's `n_tokens` exceeds `max_tokens`. Raises ConfigError
    when `max_tokens` is below 16, where a single character may not fit.
    """
    if max_tokens < SMALLEST_LIMIT:
        raise ConfigError(
            f"chunking.max_tokens = {max_tokens} is too small; set it to {SMALLEST_LIMIT} or more"
        )
    return tuple(_Chunker(document, count_tokens, max_tokens).chunks())


@dataclass(frozen=True, slots=True)
class _Draft:
    """Pieces that are to be a chunk, and the titles above them."""

    pieces: Sequence[Piece]
    headings: tuple[str, ...]

    @property
    def start(self) -> int:
        return self.pieces[0].start

    @property
    def end(self) -> int:
        return self.pieces[-1].end


class _Chunker:
    """One document on its way to chunks: its text, its headings, its limit."""

    def __init__(self, document: Document, count_tokens: CountTokens, max_tokens: int) -> None:
        self._document = document
        self._text = document.text
        self._page_starts = [page.start for page in document.pages]
        self._count = count_tokens
        self._max = max_tokens
        self._n_special = count_tokens([""])[0]
        self._paths = HeadingPaths(document, self._weigh, max_tokens // 3)

    def chunks(self) -> list[Chunk]:
        """Draft by estimated weights, measure, and cut again what came out too long."""
        drafts = [draft for run in self._runs() for draft in self._drafts(run)]
        chunks: list[Chunk] = []
        while drafts:
            texts = [with_headings(d.headings, self._text[d.start : d.end]) for d in drafts]
            too_long: list[_Draft] = []
            for draft, n_tokens in zip(drafts, self._count(texts), strict=True):
                if n_tokens <= self._max:
                    chunks.append(self._chunk(draft, n_tokens))
                else:
                    too_long.append(draft)
            drafts = [smaller for draft in too_long for smaller in self._smaller(draft)]
        return sorted(chunks, key=lambda chunk: chunk.start)

    def _weigh(self, texts: Sequence[str]) -> list[int]:
        return token_weights(texts, self._count, self._n_special)

    def _room(self, offset: int) -> int:
        """The weight that text beginning at the offset may have beside its heading path."""
        return self._max - self._n_special - self._paths.weight(offset)

    def _sections(self) -> Iterator[list[Piece]]:
        breaks = find_breaks(self._document)
        section: list[Piece] = []
        language = self._document.language
        for piece in cut_pieces(self._text, language, breaks, self._weigh, self._room):
            if piece.kind is Break.SECTION and section:
                yield section
                section = []
            section.append(piece)
        if section:
            yield section

    def _runs(self) -> Iterator[list[Piece]]:
        """The sections; a title without text, and a tiny section, go with the section below."""
        run: list[Piece] = []
        last = 0
        for section in self._sections():
            start = section[0].start
            if run and not self._paths.holds_for(run[0].start, start):
                yield run
                run = []
            if run and self._is_bare(last, run, section):
                run = [*run[:-1], merged(run[-1], section[0]), *section[1:]]
            elif run and self._is_tiny_beside(run, section):
                run = [*run, *section]
            else:
                if run:
                    yield run
                run = section
            last = start
        if run:
            yield run

    def _is_bare(self, start: int, run: list[Piece], section: list[Piece]) -> bool:
        """Whether the run ends in a title without text, which fits beside what follows."""
        weight = run[-1].weight + section[0].weight
        return weight <= self._room(start) and self._paths.is_bare(start, run[-1].end)

    def _is_tiny_beside(self, run: list[Piece], section: list[Piece]) -> bool:
        weight = sum(piece.weight for piece in run)
        both = weight + sum(piece.weight for piece in section)
        return weight < _TINY * self._max and both <= self._room(run[0].start)

    def _drafts(self, run: Sequence[Piece]) -> list[_Draft]:
        """The run cut where it reads best; never from the rows of a table into what follows it."""
        bounds = list(pairwise([*self._cuts(run), len(run)]))
        for begin, end in bounds:
            if after := self._beyond_table(run[begin:end]):
                at = begin + after
                return [*self._drafts(run[:at]), *self._drafts(run[at:])]
        return [self._draft(run[begin:end]) for begin, end in bounds]

    def _cuts(self, run: Sequence[Piece]) -> list[int]:
        weights = [piece.weight for piece in run]
        if sum(weights) <= self._room(run[0].start):
            return [0]
        limit = min(self._room(run[0].start), self._room(run[-1].start))
        return pack(weights, [piece.kind for piece in run], limit)

    def _beyond_table(self, pieces: Sequence[Piece]) -> int:
        """The index of the first piece beyond the table in whose rows they begin; 0 for none.

        The names of its columns would else be a title of that piece too.
        """
        end = self._paths.end_of_columns(pieces[0].start)
        if end is None:
            return 0
        return next((at for at, piece in enumerate(pieces) if piece.start >= end), 0)

    def _draft(self, pieces: Sequence[Piece]) -> _Draft:
        return _Draft(pieces, self._paths.path(pieces[0].start))

    def _smaller(self, draft: _Draft) -> list[_Draft]:
        pieces = draft.pieces
        if len(pieces) == 1 and draft.end - draft.start > 1:
            pieces = halve(self._text, pieces[0], self._weigh)
        if len(pieces) > 1:
            cut = halfway([piece.weight for piece in pieces], [piece.kind for piece in pieces])
            return [*self._drafts(pieces[:cut]), *self._drafts(pieces[cut:])]
        if draft.headings:
            return [_Draft(pieces, draft.headings[1:])]
        raise ConfigError(
            f"chunking.max_tokens = {self._max} is too small: one character takes more; raise it"
        )

    def _chunk(self, draft: _Draft, n_tokens: int) -> Chunk:
        start, end = draft.start, draft.end
        return Chunk(
            id=f"{self._document.id}:{start}-{end}",
            document_id=self._document.id,
            source=self._document.source,
            text=self._text[start:end],
            start=start,
            end=end,
            first_page=self._page_number(start),
            last_page=self._page_number(end - 1),
            headings=draft.headings,
            n_tokens=n_tokens,
        )

    def _page_number(self, offset: int) -> int:
        return self._document.pages[bisect_right(self._page_starts, offset) - 1].number
