"""The sentences of a context with their vectors, read once for everything that needs them.

It knows passages and an embedding function; nothing of answers or of how it will be used.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generation.tables import tables
from quoth.datatypes import Context, Hit, Passage, Quote
from quoth.sentences import content_span, sentence_spans

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
PageOf = Callable[[str, int], int]

LONGEST_SENTENCE = 600
LONGEST_GAP = 2  # characters between passages of which one goes on with the other: "\n\n"
_LINE_END = re.compile(r"\n+")
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """One sentence of a passage, as a quote. `passage` is its index in the context's passages.

    `text` is what it says: the quote's text, or for a row of a table its cells with the names of
    their columns, whose line is `header` if it stands in the passage, and `label` its first cell.
    """

    passage: int
    quote: Quote
    text: str
    header: Quote | None = None
    label: str = ""

    @property
    def is_row(self) -> bool:
        """Whether it is a row of a table."""
        return self.text != self.quote.text

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quote, and the header that it is read by."""
        return (self.quote,) if self.header is None else (self.quote, self.header)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """A question and what its context says, sentence by sentence, in reading order.

    `question_vector` is float32 (d,), `vectors` float32 (n, d) with unit rows, one a sentence.
    `scores` are float64 (n,) in [0, 1]: the fused score of the hit that each sentence lies in, as a
    share of the best hit's. `readings` are float64 (n,): the log-odds that a model gives that has read
    question and sentence together, NaN for those it has not read; None where none has.
    """

    question: str
    context: Context
    sentences: tuple[SourceSentence, ...]
    question_vector: NDArray[np.float32]
    vectors: NDArray[np.float32]
    scores: NDArray[np.float64]
    readings: NDArray[np.float64] | None = None

    @property
    def stretches(self) -> tuple[int, ...]:
        """For each passage the index of the first of those that join on to each other up to it."""
        passages = self.context.passages
        first: list[int] = []
        for i, passage in enumerate(passages):
            before = passages[i - 1] if i else passage
            first.append(first[-1] if i and _joins(before, passage) else i)
        return tuple(first)

    def beside(self, index: int) -> list[int]:
        """The sentences of the stretch that a sentence lies in, its own index too."""
        stretches = self.stretches
        mine = stretches[self.sentences[index].passage]
        return [i for i, each in enumerate(self.sentences) if stretches[each.passage] == mine]

    def headings(self, index: int) -> str:
        """The heading path above a sentence, as one line."""
        return " ".join(self.context.passages[self.sentences[index].passage].headings)


def gather(
    question: str,
    context: Context,
    embed: Embed,
    page_of: PageOf | None = None,
    hits: Sequence[Hit] = (),
) -> Evidence:
    """Cut the passages into sentences and embed them together with the question, in one call.

    Without `hits` a sentence's score is 1 / rank of its passage; one in none of them has 0.
    `page_of(document_id, offset)` gives the pages inside a passage that has several; without it a
    quote's page is the first page of its passage.
    """
    sentences = tuple(
        sentence
        for index, passage in enumerate(context.passages)
        for sentence in _sentences(index, passage, page_of)
    )
    vectors = np.asarray(embed([question, *(s.text for s in sentences)]), dtype=np.float32)
    if hits:
        most = max(1e-9, *(hit.score for hit in hits))
        shares = [_score(sentence.quote, hits) / most for sentence in sentences]
    else:
        shares = [1.0 / context.passages[sentence.passage].rank for sentence in sentences]
    scores = np.array(shares, dtype=np.float64)
    return Evidence(question, context, sentences, vectors[0], vectors[1:], scores)


def _score(quote: Quote, hits: Sequence[Hit]) -> float:
    """The highest fused score of a hit that the quote begins in, 0 for one in none."""
    return max(
        (
            hit.score
            for hit in hits
            if hit.chunk.document_id == quote.document_id
            and hit.chunk.start <= quote.start < hit.chunk.end
        ),
        default=0.0,
    )


def _joins(before: Passage, passage: Passage) -> bool:
    """Whether a passage goes on where the one before it ends, white space apart."""
    gap = passage.start - before.end
    return before.document_id == passage.document_id and abs(gap) <= LONGEST_GAP


def joined(first: Quote, second: Quote, passage: Passage) -> Quote:
    """The span from the start of `first` to the end of `second`, both in `passage`."""
    text = passage.text[first.start - passage.start : second.end - passage.start]
    return Quote(first.document_id, first.source, first.page, first.start, second.end, text)


def _sentences(index: int, passage: Passage, page_of: PageOf | None) -> Iterator[SourceSentence]:
    """The sentences of a passage and the rows of its tables, in reading order."""
    done = 0
    for (start, end), rows in tables(passage.text, passage.headings):
        yield from _prose(index, passage, (done, start), page_of)
        for row in rows:
            header = None if row.header is None else _quote(passage, *row.header, page_of)
            quote = _quote(passage, *row.span, page_of)
            yield SourceSentence(index, quote, row.reading, header, row.label)
        done = end
    yield from _prose(index, passage, (done, len(passage.text)), page_of)


def _prose(
    index: int, passage: Passage, span: tuple[int, int], page_of: PageOf | None
) -> Iterator[SourceSentence]:
    first, last = span
    for start, end in _spans(passage.text[first:last]):
        quote = _quote(passage, first + start, first + end, page_of)
        yield SourceSentence(index, quote, quote.text)


def _quote(passage: Passage, start: int, end: int, page_of: PageOf | None) -> Quote:
    offset, page = passage.start + start, passage.first_page
    if page_of is not None and page != passage.last_page:
        page = page_of(passage.document_id, offset)
    text = passage.text[start:end]
    return Quote(passage.document_id, passage.source, page, offset, passage.start + end, text)


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Sentences without the white space around them, so that each can be quoted alone.

    A heading ends where a blank line does, and an overlong sentence (a list) is cut into lines.
    """
    for start, end in sentence_spans(text):
        breaks = _LINE_END if end - start > LONGEST_SENTENCE else _BLANK_LINE
        ends = [found.end() for found in breaks.finditer(text, start, end)]
        cuts = sorted({start, *ends, end})
        for left, right in itertools.pairwise(cuts):
            inner = content_span(text, left, right)
            if inner[0] < inner[1]:
                yield inner
