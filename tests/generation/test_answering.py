from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from generation.answering import stream_answer
from generation.narrowing import BEFORE
from quoth.config import AnswerConfig, GenerationConfig, ModelConfig
from quoth.datatypes import Message
from tests.generation.models import TellingModel
from tests.generation.sources import chunk, hit, hits

if TYPE_CHECKING:
    from generation.model import LanguageModel
    from quoth.datatypes import Answer, Hit, Piece
    from vectorstore import Embedder

QUESTION = "How many months from the date of purchase does the warranty last?"
TRUE = "The warranty lasts 24 months from the date of purchase."
FALSE = "The warranty lasts 36 months."
DEFAULTS: dict[str, Any] = {"generation": GenerationConfig(), "answer": AnswerConfig()}


def run(
    model: LanguageModel,
    embedder: Embedder,
    question: str = QUESTION,
    found: tuple[Hit, ...] | None = None,
    history: tuple[Message, ...] = (),
    **options: Any,
) -> tuple[list[Piece], Answer]:
    """The pieces and the answer, after checking what holds of every stream."""
    pieces = list(
        stream_answer(
            question,
            hits() if found is None else found,
            history,
            model=model,
            embed=embedder.embed_passages,
            **{**DEFAULTS, **options},
        )
    )
    assert [piece.answer is not None for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    shown = ""
    for piece in pieces:
        shown = piece.text if piece.withdrawn else shown + piece.text
    answer = pieces[-1].answer
    assert answer is not None
    assert shown == answer.text
    assert answer.timings["total"] >= answer.timings.get("pack", 0.0) >= 0
    return pieces, answer


def test_a_supported_answer_is_streamed_and_kept(embedder: Embedder) -> None:
    model = TellingModel(TRUE)
    pieces, answer = run(model, embedder)
    assert [piece.text for piece in pieces[:2]] == ["The", " warranty"]
    assert (answer.text, answer.stop_reason) == (TRUE, "end")
    assert not answer.refused
    assert not answer.extractive
    assert [s.verdict for s in answer.sentences] == ["supported"]
    assert answer.quotes[0].text == TRUE
    assert answer.timings.keys() == {"pack", "first_token", "total"}
    assert (answer.n_completion_tokens, answer.n_prompt_tokens > 100) == (10, True)
    assert answer.confidence > 0.5


def test_an_unsupported_answer_gives_way_to_the_sources(embedder: Embedder) -> None:
    pieces, answer = run(TellingModel(FALSE), embedder)
    assert pieces[-1].withdrawn
    assert answer.extractive
    assert answer.stop_reason == "extractive"
    assert TRUE in answer.text
    assert all(len(s.quotes) == 1 and s.verdict == "supported" for s in answer.sentences)


def test_without_fallback_it_stays_with_its_verdict(embedder: Embedder) -> None:
    _, answer = run(TellingModel(FALSE), embedder, answer=AnswerConfig(fallback=False))
    assert answer.text == FALSE
    assert [s.verdict for s in answer.sentences] == ["unsupported"]
    assert "36" in answer.sentences[0].reason


def test_one_unsupported_claim_of_two_stays_marked(embedder: Embedder) -> None:
    _, answer = run(TellingModel(f"{TRUE} Everyone loves the moon."), embedder)
    assert [s.verdict for s in answer.sentences] == ["supported", "unsupported"]
    assert not answer.extractive


MOON = "Everyone loves the moon. "


def test_an_unsupported_sentence_is_removed_where_that_is_wanted(embedder: Embedder) -> None:
    removing = AnswerConfig(unsupported="remove")
    pieces, answer = run(TellingModel(f"{MOON}{TRUE}"), embedder, answer=removing)
    assert answer.text == TRUE
    assert pieces[-1].withdrawn
    pieces, answer = run(TellingModel(TRUE), embedder, answer=removing)
    assert not pieces[-1].withdrawn


@pytest.mark.parametrize("fallback", [True, False])
def test_what_is_left_of_an_answer_without_support_is_not_shown(
    fallback: bool, embedder: Embedder
) -> None:
    removing = AnswerConfig(unsupported="remove", fallback=fallback)
    _, answer = run(TellingModel(f"Here it is: {MOON}"), embedder, answer=removing)
    assert MOON.strip() not in answer.text
    assert (answer.extractive, answer.refused) == (fallback, not fallback)


def test_an_answer_is_written_once_more_with_the_failing_sentence_named(
    embedder: Embedder,
) -> None:
    again = AnswerConfig(unsupported="regenerate")
    model = TellingModel(f"{TRUE} {MOON}", TRUE)
    pieces, answer = run(model, embedder, answer=again)
    assert answer.text == TRUE
    assert [piece.withdrawn for piece in pieces].count(True) == 1
    question = model.prompts[-1][-1].content
    assert question.startswith(QUESTION)
    assert MOON.strip() in question
    assert "the sources do not say this" in question
    assert answer.question == QUESTION


def test_it_is_written_once_more_and_not_twice(embedder: Embedder) -> None:
    again = AnswerConfig(unsupported="regenerate")
    model = TellingModel(f"{TRUE} {MOON}", f"{TRUE} {FALSE}", "Never.")
    _, answer = run(model, embedder, answer=again)
    assert [s.verdict for s in answer.sentences] == ["supported", "unsupported"]
    model = TellingModel(TRUE, "Never.")
    assert run(model, embedder, answer=again)[1].text == TRUE


def test_nothing_is_written_once_more_after_a_cancel(embedder: Embedder) -> None:
    again = AnswerConfig(unsupported="regenerate")
    model = TellingModel(f"{MOON}{MOON}{TRUE}", "Never.")
    _, answer = run(model, embedder, answer=again, cancelled=lambda: model.n_written >= 9)
    assert answer.stop_reason == "cancelled"
    assert "Never" not in answer.text


def test_a_model_that_invents_is_not_waited_for(embedder: Embedder) -> None:
    model = TellingModel("Whales sing songs of Saturn. " * 50)
    _, answer = run(model, embedder)
    assert answer.extractive
    assert model.n_written < 25


def test_a_weak_model_is_stopped_at_its_first_invention(embedder: Embedder) -> None:
    model = TellingModel("Whales sing songs of Saturn. " * 50, n_parameters=135_000_000)
    _, answer = run(model, embedder)
    assert answer.extractive
    assert model.n_written < 10


def test_a_weak_model_must_be_right_in_every_claim(embedder: Embedder) -> None:
    half = f"{TRUE} Everyone loves the moon."
    _, answer = run(TellingModel(half, n_parameters=135_000_000), embedder)
    assert answer.extractive
    _, answer = run(TellingModel(TRUE, n_parameters=135_000_000), embedder)
    assert answer.text == TRUE


def test_no_hits_is_a_refusal_without_the_model(embedder: Embedder) -> None:
    model = TellingModel(TRUE)
    pieces, answer = run(model, embedder, found=())
    assert len(pieces) == 1
    assert answer.refused
    assert (answer.stop_reason, answer.confidence, answer.closest) == ("refused", 0.0, ())
    assert not model.prompts


def test_a_question_off_the_topic_is_refused_before_writing(embedder: Embedder) -> None:
    model = TellingModel("Lisbon.")
    weak = tuple(hit(h.rank, h.chunk, 0.05) for h in hits())
    _, answer = run(model, embedder, "Who painted the ceiling of the Sistine Chapel?", weak)
    assert answer.refused
    assert answer.confidence < 0.1
    assert answer.closest == weak
    assert len(answer.not_enough) == len(weak)
    assert "“Sistine”" in answer.not_enough[0]
    assert model.n_written == 0


def test_never_refuse_lets_the_model_speak(embedder: Embedder) -> None:
    never = AnswerConfig(refusal="never", fallback=False)
    _, answer = run(TellingModel("Lisbon."), embedder, "What is love?", answer=never)
    assert answer.text == "Lisbon."
    assert answer.sentences[0].verdict == "unsupported"


def test_a_model_that_declines_is_believed_in_doubt(embedder: Embedder) -> None:
    options = AnswerConfig(refusal="never")
    declining = TellingModel("The text does not mention who owns the tank.")
    _, answer = run(declining, embedder, "Who owns the moon?", answer=options)
    assert answer.refused
    assert len(answer.not_enough) == len(answer.closest) > 0
    assert answer.text != declining.texts[0]


def test_cancelling_keeps_what_is_written(embedder: Embedder) -> None:
    model = TellingModel(TRUE)
    _, answer = run(model, embedder, cancelled=lambda: model.n_written >= 3)
    assert (answer.text, answer.stop_reason) == ("The warranty lasts ", "cancelled")


@pytest.mark.parametrize("answer", [AnswerConfig(), AnswerConfig(unsupported="regenerate")])
def test_a_text_that_was_written_when_it_is_stopped_is_not_taken_back(
    answer: AnswerConfig, embedder: Embedder
) -> None:
    model = TellingModel(FALSE, "Never.")
    length = len(FALSE.split())
    _, stopped = run(model, embedder, answer=answer, cancelled=lambda: model.n_written >= length)
    assert (stopped.text, stopped.stop_reason) == (FALSE, "cancelled")
    assert [sentence.verdict for sentence in stopped.sentences] == ["unsupported"]


def test_marks_of_no_passage_are_never_shown(embedder: Embedder) -> None:
    pieces, answer = run(TellingModel(TRUE[:-1] + " [9] [1]. "), embedder)
    assert "[9]" not in "".join(piece.text for piece in pieces)
    assert answer.text.endswith("purchase [1]. ")


def test_an_empty_completion_gives_way_to_the_sources(embedder: Embedder) -> None:
    _, answer = run(TellingModel(""), embedder)
    assert answer.extractive


def test_a_follow_up_keeps_the_context_that_holds_its_hits(embedder: Embedder) -> None:
    model = TellingModel(TRUE)
    _, first = run(model, embedder)
    history = (Message("user", QUESTION), Message("assistant", TRUE))
    swapped = tuple(hit(3 - h.rank, h.chunk, h.similarity) for h in hits())
    _, second = run(
        model,
        embedder,
        "What does the warranty not cover?",
        swapped,
        history,
        previous=first.context,
        answer=AnswerConfig(refusal="never"),
    )
    texts = [[p.text for p in answer.context.passages] for answer in (first, second)]
    assert texts[0] == texts[1]
    assert [p.rank for p in second.context.passages] != [p.rank for p in first.context.passages]
    assert second.context.passages != first.context.passages


class PacedModel(TellingModel):
    """Reads 300 words in a second."""

    def tokens_within(self, seconds: float) -> int | None:
        return round(seconds * 300)


def long_hits() -> tuple[Hit, ...]:
    """The hits, in documents that go on and on about nothing."""
    rest = " The harbour was quiet on that day, and nobody came." * 40
    return tuple(
        replace(h, chunk=chunk(h.chunk.document_id, h.chunk.text + rest, h.chunk.headings))
        for h in hits()
    )


def test_what_there_is_no_time_to_read_is_not_read_and_changes_no_quote(
    embedder: Embedder,
) -> None:
    never = AnswerConfig(refusal="never")
    _, wide = run(TellingModel(FALSE), embedder, found=long_hits(), answer=never)
    model = PacedModel(FALSE)
    _, narrow = run(model, embedder, found=long_hits(), answer=never)
    assert narrow.n_prompt_tokens <= (2 - BEFORE) * 300 < wide.n_prompt_tokens
    assert narrow.messages == model.prompts[-1]
    assert narrow.extractive
    assert narrow.quotes == wide.quotes
    assert narrow.confidence == wide.confidence
    for quote in narrow.quotes:
        assert any(quote.text in passage.text for passage in narrow.context.passages)
    patient = replace(never, first_token_seconds=0)
    _, asked_for_more = run(PacedModel(FALSE), embedder, found=long_hits(), answer=patient)
    assert asked_for_more.context == wide.context


def test_a_follow_up_keeps_what_was_read_in_time_if_that_has_its_answer(
    embedder: Embedder,
) -> None:
    never = AnswerConfig(refusal="never")
    model = PacedModel(TRUE)
    _, first = run(model, embedder, found=long_hits(), answer=never)
    history = (Message("user", QUESTION), Message("assistant", TRUE))
    _, second = run(
        model, embedder, "How long is the warranty on the pump?", long_hits(), history,
        previous=first.context, answer=never,
    )  # fmt: skip
    texts = [[p.text for p in answer.context.passages] for answer in (first, second)]
    assert texts[0] == texts[1]
    sentence = "The filter is to be cleaned every 6 weeks with warm water."
    other = hit(1, chunk("care", "Nothing else is known. " * 200 + sentence), 0.7)
    _, third = run(
        model, embedder, "How often is the filter to be cleaned?", (other,), history,
        previous=first.context, answer=never,
    )  # fmt: skip
    assert sentence in third.context.passages[-1].text


def test_a_follow_up_elsewhere_gets_a_context_of_its_own(embedder: Embedder) -> None:
    model = TellingModel(TRUE)
    _, first = run(model, embedder, found=hits()[:1])
    other = hit(1, chunk("other", "The garden gate is painted green every 5 years."), 0.7)
    _, second = run(
        model,
        embedder,
        "How often is the garden gate painted green?",
        (other,),
        previous=first.context,
    )
    assert [p.document_id for p in second.context.passages] == ["other"]


@pytest.mark.slow
def test_the_embedded_model_answers_with_quotes(embedder: Embedder) -> None:
    from generation.loading import load_local

    model = load_local(ModelConfig(context_size=2048))
    try:
        _, answer = run(model, embedder, generation=GenerationConfig(max_new_tokens=48))
        assert "24 months" in answer.text
        assert any(quote.text == TRUE for quote in answer.quotes)
        assert not answer.refused
    finally:
        model.close()
