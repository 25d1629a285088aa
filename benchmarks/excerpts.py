"""What excerpts leave of hits: their spans and tokens, and how much of gold sentences they keep.

XQuAD and CLAPnq say where the answer stands: a character span, or the sentences people chose.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.beir import answers_of, document_of, lines_of
from benchmarks.libraries import library_of
from benchmarks.reporting import Table
from quoth import Config, Quoth
from quoth.datatypes import with_headings
from retrieval import excerpted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from benchmarks.reporting import Options
    from benchmarks.spans import Span
    from quoth.datatypes import Hit
    from vectorstore import Embedder

_COLLECTIONS = ("xquad/en", "clapnq")


@dataclass(frozen=True, slots=True)
class _Gold:
    """Where a question's answer stands in a document."""

    question: str
    document: str
    span: Span


def cut_down(
    question: str, hits: Sequence[Hit], embedder: Embedder
) -> tuple[list[tuple[str, Span]], int]:
    """The excerpts of hits as spans of their files, and their tokens with the titles above them."""
    shown = excerpted(question, hits, lambda *_: 1)
    texts = [
        with_headings(hit.chunk.headings, " … ".join(quote.text for quote in hit.excerpt))
        for hit in shown
    ]
    spans = [
        (Path(quote.source).stem, (quote.start, quote.end))
        for hit in shown
        for quote in hit.excerpt
    ]
    return spans, sum(embedder.count_tokens(texts))


def gold_kept(options: Options, embedder: Embedder) -> dict[str, dict[str, float]]:
    """For each collection how many gold spans whole hits hold, and how many their excerpts do.

    `text` is the share of the hits' characters that the excerpts are. Raises Skipped.
    """
    return {name: _kept(name, options, embedder) for name in _COLLECTIONS}


def _kept(name: str, options: Options, embedder: Embedder) -> dict[str, float]:
    corpus = options.data / name / "corpus.jsonl"
    place = library_of(options.data / name, options, embedder)
    with Quoth.open(place, config=Config(), create=False, embedder=embedder) as quoth:
        texts = {
            document_of(record.sources[0]): quoth.document(record.id).text
            for record in quoth.documents()
        }
        passages = {line["_id"]: line["text"] for line in lines_of(corpus)}
        answers = answers_of(options.data / name)[:: 5 if options.quick else 1]
        asked = [list(_gold(line, texts, passages)) for line in answers if line["answerable"]]
        found = [(gold, quoth.search(gold[0].question, excerpts=True)) for gold in asked if gold]
    whole = [(one, hits) for gold, hits in found for one in gold if _holds(one, hits, cut=False)]
    shown = [one for one, hits in whole if _holds(one, hits, cut=True)]
    return {
        "questions": len(found),
        "whole": len(whole),
        "excerpts": len(shown),
        "text": _length(found, cut=True) / _length(found, cut=False),
    }


def _gold(
    line: Mapping[str, Any], texts: Mapping[str, str], passages: Mapping[str, str]
) -> Iterator[_Gold]:
    """The gold spans of a question; a sentence is sought as its words, however far apart."""
    if "selected_sentences" in line:
        document = line["passage_shown"]
        for sentence in dict.fromkeys(line["selected_sentences"]):
            words = r"\s+".join(map(re.escape, sentence.split()))
            if found := re.search(words, texts[document]):
                yield _Gold(line["question"], document, found.span())
        return
    document, answer = line["gold_passage"], line["answers"][0]
    # Offsets count in the passage; its file has it without the white space at its ends.
    passage = passages[document]
    lead = len(passage) - len(passage.lstrip())
    begin = line["start"][0] - lead + texts[document].index(passage.strip())
    assert texts[document][begin : begin + len(answer)] == answer
    yield _Gold(line["question"], document, (begin, begin + len(answer)))


def _holds(gold: _Gold, hits: Sequence[Hit], *, cut: bool) -> bool:
    start, end = gold.span
    return any(
        first <= start and end <= last
        for hit in hits
        if document_of(hit.chunk.source) == gold.document
        for first, last in _spans(hit, cut=cut)
    )


def _spans(hit: Hit, *, cut: bool) -> list[Span]:
    if cut:
        return [(quote.start, quote.end) for quote in hit.excerpt]
    return [(hit.chunk.start, hit.chunk.end)]


def _length(found: Sequence[tuple[Sequence[_Gold], Sequence[Hit]]], *, cut: bool) -> int:
    return sum(
        last - first for _, hits in found for hit in hits for first, last in _spans(hit, cut=cut)
    )


def gold_table(kept: Mapping[str, Mapping[str, float]]) -> Table:
    """How many of the gold spans that whole hits hold their excerpts keep."""
    rows = [
        ["collection", "questions", "gold in whole hits", "in excerpts", "share", "of the text"]
    ]
    for name, of in kept.items():
        counts = [f"{of[key]:.0f}" for key in ("questions", "whole", "excerpts")]
        rows.append([name, *counts, f"{of['excerpts'] / of['whole']:.3f}", f"{of['text']:.2f}"])
    return Table("Gold that the excerpts of the product's own hits keep", rows)
