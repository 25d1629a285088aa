from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.narrowing import BEFORE, Reader
from generation.packing import Packed, pack
from generation.widening import widened
from quoth.config import AnswerConfig, GenerationConfig
from quoth.datatypes import Message
from tests.generation.making import ByteModel, make_hit

if TYPE_CHECKING:
    from quoth.datatypes import Chunk, Hit

QUESTION = "What does the warranty exclude?"
GENERATION = GenerationConfig(max_new_tokens=50)
PARTS = [f"Part {n} of the warranty says so much." for n in range(6)]
TEXT = "\n\n".join(PARTS)
STEP = len(PARTS[0]) + 2


class Pages:
    """What stands around the chunks of one document; the last two are of another section."""

    def text(self, document_id: str, start: int, end: int) -> str:
        return TEXT[start:end] if document_id == "d" else ""

    def beside(self, chunk: Chunk) -> tuple[Chunk | None, Chunk | None]:
        number = chunk.start // STEP
        if chunk.document_id != "d":
            return None, None
        before, after = (part(n, 1).chunk if 0 <= n < 6 else None for n in (number - 1, number + 1))
        return before, after


class PacedModel(ByteModel):
    """Reads a byte in a thousandth of a second."""

    def tokens_within(self, seconds: float) -> int | None:
        return round(seconds * 1000)


def part(number: int, rank: int) -> Hit:
    found = make_hit("d", number * STEP, PARTS[number], rank)
    return replace(found, chunk=replace(found.chunk, headings=("Other",) if number > 3 else ()))


def packed_with(
    *found: Hit, history: tuple[Message, ...] = (), window: int = 4000
) -> tuple[Packed, ByteModel]:
    model = PacedModel(window)
    answer = AnswerConfig(max_context_tokens=0)
    packed = pack(
        QUESTION,
        found,
        history,
        model=model,
        generation=GENERATION,
        answer=answer,
        text_of=Pages().text,
    )
    return packed, model


def widen(
    packed: Packed, model: ByteModel, *found: Hit, tokens: int = 0, seconds: float = 0.0
) -> Packed:
    answer = AnswerConfig(max_context_tokens=tokens)
    return widened(packed, found, QUESTION, Reader(model, GENERATION, seconds), answer, Pages())


def test_a_hit_is_read_with_the_chunks_around_it() -> None:
    packed, model = packed_with(part(2, 1))
    (passage,) = widen(packed, model, part(2, 1)).context.passages
    assert passage.text == TEXT[STEP : 4 * STEP - 2] == TEXT[passage.start : passage.end]
    assert (passage.rank, passage.number) == (1, 1)


def test_the_prompt_is_rendered_anew_and_nothing_that_was_packed_goes() -> None:
    history = (Message("user", "Which warranty?"), Message("assistant", "The long one."))
    packed, model = packed_with(part(0, 2), part(2, 1), history=history)
    wider = widen(packed, model, part(2, 1), part(0, 2))
    assert [p.text for p in wider.context.passages] == [TEXT[: 4 * STEP - 2]]
    assert wider.history == packed.history
    assert wider.prompt == model.render(wider.messages)
    assert wider.context.n_tokens == sum(p.n_tokens for p in wider.context.passages)


def test_another_section_stays_out() -> None:
    packed, model = packed_with(part(3, 1))
    (passage,) = widen(packed, model, part(3, 1)).context.passages
    assert passage.text == TEXT[2 * STEP : 4 * STEP - 2]
    lone = make_hit("other", 0, "Alone.", 1)
    packed, model = packed_with(lone)
    assert widen(packed, model, lone) is packed


@pytest.mark.parametrize("limited_by", ["window", "budget", "time"])
def test_only_as_much_as_there_is_room_for(limited_by: str) -> None:
    packed, model = packed_with(part(2, 1))
    one_more = STEP + 4
    if limited_by == "window":
        model.context_size = len(packed.prompt) + GENERATION.max_new_tokens + one_more
        wider = widen(packed, model, part(2, 1))
    elif limited_by == "budget":
        wider = widen(packed, model, part(2, 1), tokens=packed.context.n_tokens + one_more)
    else:
        seconds = BEFORE + (len(packed.prompt) + one_more) / 1000
        wider = widen(packed, model, part(2, 1), seconds=seconds)
    (passage,) = wider.context.passages
    assert passage.text == TEXT[2 * STEP : 4 * STEP - 2]  # what comes after first
