"""Widens the passages of a prompt by the chunks around their hits, as far as there is room.

It knows hits, tokens and who tells what stands around them; not how hits were found.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from generation.packing import pack_into
from generation.passages import counted, make_passages
from quoth.datatypes import Context, Hit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from generation.narrowing import Reader
    from generation.packing import Packed
    from quoth.config import AnswerConfig
    from quoth.datatypes import Chunk, Passage


class Around(Protocol):
    """Tells what stands around a chunk in its document."""

    def text(self, document_id: str, start: int, end: int) -> str:
        """The characters [start, end) of a document."""
        ...

    def beside(self, chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
        """The chunks before and after one; None where there is none."""
        ...


def widened(
    packed: Packed,
    hits: Sequence[Hit],
    question: str,
    reader: Reader,
    answer: AnswerConfig,
    around: Around,
) -> Packed:
    """The prompt with the neighbours of its hits, the best hit's first.

    Small chunks are found best, and what they say goes on beside them. A neighbour is taken in
    whole when it is of the same section and joins its hit, and while the window, the budget of
    tokens and the time to read allow. Nothing that was packed goes.
    """
    room = _room(packed, reader, answer)
    count = functools.cache(reader.model.count_tokens)
    left_out = {entry.hit for entry in packed.context.left_out}
    taken = [hit for hit in hits if hit not in left_out]
    passages, wider = packed.context.passages, list(taken)
    for neighbour in _neighbours(taken, around):
        more = make_passages([*wider, neighbour], around.text)
        if len(more) > len(passages):
            continue
        more = tuple(counted(passage, count) for passage in more)
        if _tokens(more) <= room:
            wider.append(neighbour)
            passages = more
    if len(wider) == len(taken):
        return packed
    return _packed(packed, passages, question, reader)


def _room(packed: Packed, reader: Reader, answer: AnswerConfig) -> int:
    """How many tokens all passages may have."""
    beside = len(packed.prompt) - packed.context.n_tokens
    limits = [reader.model.context_size - reader.generation.max_new_tokens - beside]
    if reader.limit is not None:
        limits.append(reader.limit - beside)
    if answer.max_context_tokens > 0:
        limits.append(answer.max_context_tokens)
    return min(limits)


def _neighbours(hits: Sequence[Hit], around: Around) -> Iterator[Hit]:
    """The chunks after and before each hit that are no hits, under the same headings."""
    known = {(hit.chunk.document_id, hit.chunk.start) for hit in hits}
    for hit in hits:
        for chunk in reversed(around.beside(hit.chunk)):
            if chunk is None or chunk.headings != hit.chunk.headings:
                continue
            if (chunk.document_id, chunk.start) not in known:
                known.add((chunk.document_id, chunk.start))
                yield replace(hit, chunk=chunk, found_by=(), also_in=())


def _packed(packed: Packed, passages: tuple[Passage, ...], question: str, reader: Reader) -> Packed:
    """The prompt over wider passages; the one before where that would cost it a turn of history."""
    context = Context(passages, _tokens(passages), packed.context.left_out)
    found = pack_into(
        context, question, packed.history, model=reader.model, generation=reader.generation
    )
    limit = reader.limit
    if found is None or found.history != packed.history:
        return packed
    return packed if limit is not None and len(found.prompt) > limit else found


def _tokens(passages: Sequence[Passage]) -> int:
    return sum(passage.n_tokens for passage in passages)
