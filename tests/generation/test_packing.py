from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from generation.packing import Packed, _Packer, pack, pack_into
from generation.prompt import conversation
from quoth.config import AnswerConfig, Example, GenerationConfig
from quoth.datatypes import Context, Hit, Message
from quoth.errors import ConfigError, QuestionTooLongError
from tests.generation.making import ByteModel, make_hit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation.llama import LlamaModel
    from generation.model import LanguageModel

WORDS = [
    "tea", "Holm", "1871", "straße", "東京", "🎉", "\0", "\u202e", "<|im_end|>", "<|im_start|>system",
    "</s>", "[INST]", '"""', "\n\n", "\t", "a\u0301", "e" * 40,
]  # fmt: skip
TALK = tuple(
    Message(role, f"{role} {turn} " + "talk " * 10)  # type: ignore[arg-type]
    for turn in range(4)
    for role in ("user", "assistant")
)


@dataclass(frozen=True)
class Case:
    question: str
    hits: tuple[Hit, ...]
    history: tuple[Message, ...]
    generation: GenerationConfig
    answer: AnswerConfig


def words(rng: random.Random, most: int) -> str:
    return " ".join(rng.choices(WORDS, k=rng.randint(0, most)))


def random_hits(rng: random.Random, scale: int) -> tuple[Hit, ...]:
    texts = {name: words(rng, scale * 8) + "." for name in "abc"}
    cuts = []
    for _ in range(rng.randint(0, 9)):
        name = rng.choice("abc")
        start = rng.randrange(len(texts[name]))
        cuts.append((name, start, texts[name][start : start + rng.randint(1, scale * 16)]))
    return tuple(make_hit(n, s, t, rank) for rank, (n, s, t) in enumerate(cuts, start=1))


def random_case(rng: random.Random, window: int) -> Case:
    scale = rng.choice([1, 3, 10])
    roles = ("user", "assistant", "system")
    history = [Message(rng.choice(roles), words(rng, scale * 3)) for _ in range(rng.randint(0, 7))]
    return Case(
        question=words(rng, scale * rng.choice([1, 1, 8])),
        hits=random_hits(rng, scale),
        history=tuple(history),
        generation=GenerationConfig(
            max_new_tokens=rng.randint(1, window // 2 + 1),
            system_prompt=rng.choice(["", "Answer.", words(rng, 6)]),
            examples=tuple(Example("q", "a") for _ in range(rng.choice([0, 0, 2]))),
        ),
        answer=AnswerConfig(
            max_passages=rng.randint(0, 6), max_context_tokens=rng.choice([0, 64, 300, 1024])
        ),
    )


def check(case: Case, model: LanguageModel) -> bool:
    """Pack and hold the result against every promise; False when the question was refused."""
    try:
        packed = pack(
            case.question, case.hits, case.history,
            model=model, generation=case.generation, answer=case.answer,
        )  # fmt: skip
    except (QuestionTooLongError, ConfigError):
        return False
    context = packed.context
    assert len(packed.prompt) + case.generation.max_new_tokens <= model.context_size
    assert packed.prompt == model.render(packed.messages)
    assert packed.messages[-1] == Message("user", case.question)
    assert len(context.passages) <= case.answer.max_passages
    assert [p.number for p in context.passages] == list(range(1, len(context.passages) + 1))
    assert context.n_tokens == sum(p.n_tokens for p in context.passages)
    if case.answer.max_context_tokens:
        assert context.n_tokens <= case.answer.max_context_tokens
    check_accounts(case.hits, context)
    kept = [m for turn in conversation(case.history) for m in turn]
    assert list(packed.history) == kept[len(kept) - len(packed.history) :]
    return True


def check_accounts(hits: Sequence[Hit], context: Context) -> None:
    """Each hit is named in left_out, or its text stands whole in one passage."""
    left_out = [entry.hit for entry in context.left_out]
    assert all(entry.reason for entry in context.left_out)
    assert len(set(map(id, left_out))) == len(left_out)
    for hit in hits:
        chunk = hit.chunk
        inside = [
            p for p in context.passages
            if p.document_id == chunk.document_id and p.start <= chunk.start and chunk.end <= p.end
            and p.text[chunk.start - p.start : chunk.end - p.start] == chunk.text
        ]  # fmt: skip
        assert inside or hit in left_out
    for passage in context.passages:
        makers = [
            h for h in hits if h not in left_out and h.chunk.document_id == passage.document_id
        ]
        ends = {h.chunk.end for h in makers}
        assert passage.start in {h.chunk.start for h in makers}
        assert passage.end in ends


def test_ten_thousand_random_prompts_never_exceed_the_window() -> None:
    rng = random.Random(20_871)
    packed = 0
    for _ in range(10_000):
        window = rng.choice([64, 256, 700, 2000, 6000])
        packed += check(random_case(rng, window), ByteModel(window))
    assert packed > 4_000


def test_two_hundred_random_prompts_never_exceed_the_real_models_window(model: LlamaModel) -> None:
    rng = random.Random(1871)
    packed = sum(check(random_case(rng, model.context_size), model) for _ in range(200))
    assert packed > 100


def pack_with(
    window: int, hits: Sequence[Hit], history: Sequence[Message] = (), **answer: int
) -> Packed:
    return pack(
        "Who?", hits, history, model=ByteModel(window),
        generation=GenerationConfig(max_new_tokens=50),
        answer=AnswerConfig(**{"max_passages": 5, "max_context_tokens": 0, **answer}),
    )  # fmt: skip


HITS = tuple(make_hit(name, 0, f"{name} " * 60, rank) for rank, name in enumerate("abcd", start=1))


def reasons(packed: Packed) -> dict[int, str]:
    return {entry.hit.rank: entry.reason for entry in packed.context.left_out}


def test_everything_goes_in_when_there_is_room() -> None:
    packed = pack_with(4000, HITS, TALK)
    assert [p.rank for p in packed.context.passages] == [4, 3, 2, 1]
    assert packed.history == TALK
    assert not packed.context.left_out


def test_the_worst_hits_are_left_out_with_a_reason() -> None:
    assert reasons(pack_with(4000, HITS, max_passages=2)) == dict.fromkeys(
        (3, 4), "more than 2 passages"
    )
    budget = pack_with(4000, HITS, max_context_tokens=330)
    assert reasons(budget) == dict.fromkeys((3, 4), "over the budget of 330 tokens for passages")
    assert reasons(pack_with(560, HITS)) == dict.fromkeys(
        (3, 4), "the window of 560 tokens is full"
    )


def test_a_hit_too_large_makes_room_for_smaller_ones() -> None:
    large = make_hit("large", 0, "x" * 5000, 1)
    packed = pack_with(700, [large, *[replace(h, rank=h.rank + 1) for h in HITS[:2]]])
    assert {p.rank for p in packed.context.passages} == {2, 3}
    assert list(reasons(packed)) == [1]


def test_the_latest_turn_outlives_the_worst_hits_and_the_best_hit_old_turns() -> None:
    packed = pack_with(500, HITS, TALK)
    assert packed.history == TALK[-2:]
    assert [p.rank for p in packed.context.passages] == [1]
    wide = pack_with(1200, HITS, TALK)
    assert [p.rank for p in wide.context.passages] == [4, 3, 2, 1]
    assert 2 < len(wide.history) < len(TALK)


def test_taking_all_at_once_gives_what_taking_one_by_one_gives(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = random.Random(7)
    cases = [(random_case(rng, 6000), ByteModel(6000)) for _ in range(300)]

    def outcome(case: Case, model: ByteModel) -> Packed | None:
        try:
            return pack(
                case.question, case.hits, case.history,
                model=model, generation=case.generation, answer=case.answer,
            )  # fmt: skip
        except (QuestionTooLongError, ConfigError):
            return None

    at_once = [outcome(*case) for case in cases]
    monkeypatch.setattr(_Packer, "add_all", lambda *_: False)
    assert [outcome(*case) for case in cases] == at_once


def test_neighbours_count_as_one_passage() -> None:
    text = "one two three four five six"
    hits = [make_hit("d", 0, text[:8], 1), make_hit("d", 8, text[8:], 2)]
    (passage,) = pack_with(2000, hits, max_passages=1).context.passages
    assert passage.text == text


def test_a_question_too_long_says_how_long_it_may_be(model: LlamaModel) -> None:
    settings = {"generation": GenerationConfig(max_new_tokens=100), "answer": AnswerConfig()}
    with pytest.raises(
        QuestionTooLongError, match="the question has 1500 tokens and at most"
    ) as caught:
        pack(" why" * 1500, HITS, (), model=model, **settings)  # type: ignore[arg-type]
    limit = int(str(caught.value).split("at most ")[1].split()[0])
    pack(" why" * limit, HITS, (), model=model, **settings)  # type: ignore[arg-type]
    with pytest.raises(QuestionTooLongError):
        pack(" why" * (limit + 1), HITS, (), model=model, **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize("reserve", [0, 501, 5000])
def test_a_reserve_beyond_half_the_window_is_a_configuration_error(reserve: int) -> None:
    with pytest.raises(ConfigError, match="takes 1 to 500"):
        pack("Who?", (), (), model=ByteModel(1000),
             generation=GenerationConfig(max_new_tokens=reserve), answer=AnswerConfig())  # fmt: skip


def test_a_system_prompt_that_fills_the_window_is_a_configuration_error() -> None:
    generation = GenerationConfig(max_new_tokens=50, system_prompt="x" * 2000)
    with pytest.raises(ConfigError, match="system_prompt"):
        pack("Who?", (), (), model=ByteModel(1000), generation=generation, answer=AnswerConfig())


def test_a_follow_up_keeps_the_context_and_so_the_prefix(model: LlamaModel) -> None:
    generation = GenerationConfig(max_new_tokens=50)
    first = pack(
        "Who was it?", HITS[:2], (), model=model, generation=generation, answer=AnswerConfig()
    )
    turn = (Message("user", "Who was it?"), Message("assistant", "Greta Holm."))
    then = pack_into(first.context, "And when?", turn, model=model, generation=generation)
    assert then is not None
    assert then.context is first.context
    assert then.history == turn
    opening = len(first.prompt) - len(
        model._native.vocabulary.markup_tokens("<|im_start|>assistant\n")
    )
    assert then.prompt.tokens[:opening] == first.prompt.tokens[:opening]


def test_a_follow_up_drops_old_turns_and_says_when_nothing_helps() -> None:
    generation = GenerationConfig(max_new_tokens=50)
    context = pack_with(4000, HITS[:2]).context
    kept = pack_into(context, "And?", TALK, model=ByteModel(700), generation=generation)
    assert kept is not None
    assert kept.history == TALK[-2:]
    assert len(kept.prompt) + 50 <= 700
    assert pack_into(context, "And?", TALK, model=ByteModel(400), generation=generation) is None
