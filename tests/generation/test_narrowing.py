from __future__ import annotations

import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation import narrowing
from generation.evidence import gather
from generation.extractive import extract
from generation.narrowing import BEFORE, LEAST, Reader, holds_best, narrowed
from generation.packing import Packed, pack
from generation.prompt import passage_block
from generation.turns import Watched
from quoth.config import AnswerConfig, GenerationConfig
from quoth.datatypes import Hit, Message
from tests.generation.making import ByteModel, make_hit
from tests.generation.vectors import embed_words

if TYPE_CHECKING:
    from generation.evidence import PageOf

QUESTION = "When was the lighthouse of Alma built?"
GENERATION = GenerationConfig(max_new_tokens=50)
ANSWER = AnswerConfig(max_context_tokens=0)
FILLER = [f"Nothing at all is told of the harbour on day {n} of that year." for n in range(12)]
BUILT = "The lighthouse of Alma was built in 1871."
TEXT = " ".join([*FILLER[:6], BUILT, *FILLER[6:]])


class PacedModel(ByteModel):
    """Reads a byte in a thousandth of a second."""

    def tokens_within(self, seconds: float) -> int | None:
        return round(seconds * 1000)


MODEL = PacedModel(6000)
HITS = (
    make_hit("alma", 100, TEXT, 1),
    make_hit("other", 0, " ".join(FILLER), 2),
    make_hit("third", 0, "Boats are red. " * 20, 3),
)


def packed_with(hits: tuple[Hit, ...] = HITS, history: tuple[Message, ...] = ()) -> Packed:
    return pack(QUESTION, hits, history, model=MODEL, generation=GENERATION, answer=ANSWER)


def narrow(
    packed: Packed,
    tokens: int,
    hits: tuple[Hit, ...] = HITS,
    page_of: PageOf | None = None,
    question: str = QUESTION,
) -> Packed:
    """Narrowed to what is read within so many thousandths of a second."""
    reader = Reader(MODEL, GENERATION, BEFORE + tokens / 1000)
    evidence = gather(question, packed.context, embed_words, page_of, hits)
    return narrowed(packed, evidence, hits, question, reader, page_of)


def test_what_is_read_in_time_stays_as_it_is() -> None:
    packed = packed_with()
    assert narrow(packed, len(packed.prompt)) is packed
    evidence = gather(QUESTION, packed.context, embed_words, None, HITS)
    for model, seconds in ((MODEL, 0.0), (ByteModel(6000), 0.01)):
        reader = Reader(model, GENERATION, seconds)
        assert narrowed(packed, evidence, HITS, QUESTION, reader) is packed
    watched = Watched(MODEL, lambda _: None)
    assert Reader(watched, GENERATION, BEFORE + 0.5).limit == 500
    assert Reader(Watched(ByteModel(9), lambda _: None), GENERATION, 1.0).limit is None


def test_the_sentence_that_answers_is_read_and_the_prompt_is_as_short_as_wanted() -> None:
    packed = packed_with()
    read = narrow(packed, 900)
    assert len(read.prompt) <= 900 < len(packed.prompt)
    assert any(BUILT in passage.text for passage in read.context.passages)
    assert read.prompt == MODEL.render(read.messages)
    assert read.messages[-1] == Message("user", QUESTION)
    assert read == narrow(packed, 900)


def test_what_is_quoted_of_the_whole_is_read() -> None:
    packed = packed_with()
    whole = extract(gather(QUESTION, packed.context, embed_words, None, HITS))
    read = narrow(packed, 800)
    for quote in (quote for sentence in whole for quote in sentence.quotes):
        assert any(
            passage.text[quote.start - passage.start : quote.end - passage.start] == quote.text
            for passage in read.context.passages
            if passage.document_id == quote.document_id
        )


def test_however_slow_the_machine_the_best_sentences_are_read() -> None:
    read = narrow(packed_with(), 1)
    assert 0 < read.context.n_tokens <= LEAST
    assert BUILT in read.context.passages[-1].text


def test_a_hit_of_which_nothing_is_left_is_named_with_the_reason() -> None:
    read = narrow(packed_with(), 800)
    left_out = {entry.hit.rank: entry.reason for entry in read.context.left_out}
    present = {passage.document_id for passage in read.context.passages}
    assert 1 not in left_out
    assert {hit.rank for hit in HITS if hit.chunk.document_id not in present} == set(left_out)
    assert set(left_out.values()) == {"left out so that the answer begins within 1.2 s"}


def test_the_history_is_kept_and_counts() -> None:
    talk = (Message("user", "Hello?"), Message("assistant", "It is a harbour. " * 12))
    read = narrow(packed_with(history=talk), 1100)
    assert read.history == talk
    assert len(read.prompt) <= 1100
    assert read.context.n_tokens < narrow(packed_with(), 1100).context.n_tokens


def on_pages(hit: Hit) -> Hit:
    """The hit in a document with 100 characters on a page."""
    chunk = hit.chunk
    pages = {"first_page": chunk.start // 100, "last_page": (chunk.end - 1) // 100}
    return replace(hit, chunk=replace(chunk, **pages))


def test_stretches_have_their_own_pages_and_ranks() -> None:
    joined = (
        on_pages(make_hit("alma", 100, TEXT[:300], 4)),
        on_pages(make_hit("alma", 400, TEXT[300:], 1)),
    )
    read = narrow(packed_with(joined), 1, joined, lambda _, offset: offset // 100)
    (passage,) = read.context.passages
    assert passage.start > 400
    assert (passage.rank, passage.number) == (1, 1)
    assert passage.n_tokens == MODEL.count_tokens(passage_block(passage))
    assert (passage.first_page, passage.last_page) == (
        passage.start // 100, (passage.end - 1) // 100,
    )  # fmt: skip


def test_a_sentence_that_leans_on_the_one_before_is_read_with_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(narrowing, "LEAST", 1)
    text = " ".join([*FILLER[:8], "The lighthouse was Holm's.", "It was built in Alma in 1871."])
    hits = (make_hit("d", 0, text, 1),)
    read = narrow(packed_with(hits), 1, hits, question="What was built in Alma in 1871?")
    assert (
        read.context.passages[0].text == "The lighthouse was Holm's. It was built in Alma in 1871."
    )


def test_a_context_serves_a_question_whose_quotes_it_has() -> None:
    packed = packed_with()
    evidence = gather(QUESTION, packed.context, embed_words, None, HITS)
    narrow_one = narrow(packed, 900).context
    assert holds_best(packed.context, evidence)
    assert holds_best(narrow_one, evidence)
    assert not holds_best(replace(narrow_one, passages=narrow_one.passages[:-1]), evidence)
    elsewhere = packed_with((make_hit("unseen", 0, BUILT, 1),)).context
    assert not holds_best(narrow_one, gather(QUESTION, elsewhere, embed_words))
    nothing = packed_with((make_hit("alma", 100, "When was it built?", 1),)).context
    assert not holds_best(narrow_one, gather(QUESTION, nothing, embed_words))


@pytest.mark.parametrize("seed", range(60))
def test_any_context_is_narrowed_to_exact_spans_of_it(seed: int) -> None:
    rng = random.Random(seed)
    texts = [
        " ".join(rng.choices([*FILLER, BUILT, "It is.", "東京。", "\n\n"], k=30)) for _ in "abc"
    ]
    hits = tuple(
        make_hit("abc"[n % 3], start, texts[n % 3][start : start + rng.randint(50, 900)], n + 1)
        for n in range(rng.randint(1, 6))
        for start in [rng.randrange(600)]
    )
    packed = packed_with(hits)
    limit = rng.randint(1, 3000)
    read = narrow(packed, limit, hits)
    fixed = len(packed.prompt) - packed.context.n_tokens
    assert len(read.prompt) <= max(limit, fixed + LEAST + len(max(FILLER, key=len)) + 100)
    assert len(read.prompt) <= len(packed.prompt)
    whole = {p.document_id: [] for p in packed.context.passages}  # type: ignore[var-annotated]
    for passage in packed.context.passages:
        whole[passage.document_id].append(passage)
    order = [(p.document_id, p.start) for p in packed.context.passages]
    found = []
    for number, passage in enumerate(read.context.passages, start=1):
        (around,) = [
            p for p in whole[passage.document_id] if p.start <= passage.start < passage.end <= p.end
        ]
        assert (
            passage.text == around.text[passage.start - around.start : passage.end - around.start]
        )
        assert passage.number == number
        assert passage.n_tokens == MODEL.count_tokens(passage_block(passage))
        found.append(order.index((around.document_id, around.start)))
    assert found == sorted(set(found))
    gone = [entry.hit for entry in read.context.left_out]
    for hit in hits:
        inside = any(
            p.document_id == hit.chunk.document_id
            and p.start < hit.chunk.end
            and hit.chunk.start < p.end
            for p in read.context.passages
        )
        assert inside or hit in gone
