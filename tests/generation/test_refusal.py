from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from generation.evidence import gather
from generation.refusal import THRESHOLDS, answerability
from generation.signals import read_signals
from quoth.datatypes import Context
from tests.generation.sources import hits, passage

if TYPE_CHECKING:
    from vectorstore import Embedder


def probability(question: str, embedder: Embedder) -> float:
    vector = embedder.embed_passages([question])[0]
    texts = [hit.chunk.text_with_headings for hit in hits()]
    similarities = embedder.embed_passages(texts) @ vector
    order = sorted(zip(-similarities, hits(), strict=True), key=lambda pair: pair[0])
    found = tuple(
        replace(hit, rank=rank, similarity=-float(minus))
        for rank, (minus, hit) in enumerate(order, start=1)
    )
    passages = tuple(passage(rank, hit) for rank, hit in enumerate(found, start=1))
    evidence = gather(question, Context(passages), embedder.embed_passages)
    values = read_signals(evidence, found, embedder.embed_passages).values()
    assert all(math.isfinite(value) for value in values)
    return answerability(evidence, found, embedder.embed_passages)


@pytest.mark.parametrize(
    "question",
    [
        "How long does the warranty last?",
        "Who founded Nordvand?",
        "what does the red light mean",
        "How often should I clean the filter?",
        "how much do repairs cost",
    ],
)
def test_a_question_the_documents_answer_is_let_through(question: str, embedder: Embedder) -> None:
    assert probability(question, embedder) >= THRESHOLDS["balanced"]


@pytest.mark.parametrize(
    "question",
    [
        "Who painted the Sistine Chapel?",
        "What is the capital of Mongolia?",
        "How do I return the pump to the shop?",
        "Hello, how are you?",
        "",
        "?!",
        "Wie spät ist es?",
    ],
)
def test_a_question_they_do_not_answer_is_held_back(question: str, embedder: Embedder) -> None:
    assert probability(question, embedder) < THRESHOLDS["balanced"]


def test_a_question_about_what_they_speak_of_is_held_back_by_the_silent(embedder: Embedder) -> None:
    assert probability("What is the weight of the pump?", embedder) < THRESHOLDS["silent"]


def test_without_sentences_or_hits_there_is_no_answer(embedder: Embedder) -> None:
    embed = embedder.embed_passages
    empty = gather("Who founded Nordvand?", Context(), embed)
    assert answerability(empty, hits(), embed) == 0.0
    full = gather("Who founded Nordvand?", Context((passage(1, hits()[0]),)), embed)
    assert answerability(full, (), embed) == 0.0


def test_the_policies_are_in_order() -> None:
    order = [THRESHOLDS[name] for name in ("never", "talkative", "balanced", "silent")]
    assert order == sorted(order)
    assert order[0] == 0.0
