"""Several people at once over one engine with the real models."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from quoth.errors import ModelError
from quoth.switching import Switch
from tests.generation.models import TellingModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from generation.model import Completion, Prompt
    from quoth import Quoth
    from quoth.config import GenerationConfig
    from quoth.datatypes import Answer, Message

# Who asks what, and what only their own document says.
FACTS = {
    "ada": ("kettle", "The warranty of the kettle lasts 27 months.", "27 months"),
    "bob": ("harbour", "The tariff of the harbour is 40 crowns a day.", "40 crowns"),
    "cleo": ("library", "The library opens at 9 o'clock on Mondays.", "9 o'clock"),
    "dan": ("bridge", "The bridge carries lorries of up to 12 tonnes.", "12 tonnes"),
}
QUESTIONS = {
    "ada": "How long does the warranty of the kettle last?",
    "bob": "What is the tariff of the harbour?",
    "cleo": "When does the library open on Mondays?",
    "dan": "How heavy may lorries on the bridge be?",
}


def write_facts(folder: Path) -> list[Path]:
    """A file for each fact, named by what it is about."""
    files = []
    for name, text, _ in FACTS.values():
        files.append(folder / f"{name}.md")
        files[-1].write_text(f"# {name}\n\n{text}\n")
    return files


@pytest.fixture
def filled(quoth: Quoth, tmp_path: Path) -> Quoth:
    assert quoth.ingest(write_facts(tmp_path)).count("added") == len(FACTS)
    return quoth


def asks_on(quoth: Quoth, user: str, rounds: int) -> tuple[list[Answer], list[int]]:
    """The answers that a user is given in a conversation of their own, and the places in the queue."""
    kept, places = quoth.conversations.of(user), list[int]()
    conversation, answers = kept.create(QUESTIONS[user]), []
    for _ in range(rounds):
        pieces = kept.stream(conversation, QUESTIONS[user], on_wait=places.append)
        answers += [piece.answer for piece in pieces if piece.answer is not None]
    return answers, places


def test_four_who_ask_at_once_get_their_own_answers_from_their_own_sources(filled: Quoth) -> None:
    rounds = 2
    with ThreadPoolExecutor(len(FACTS)) as pool:
        asked = {user: pool.submit(asks_on, filled, user, rounds) for user in FACTS}
        got = {user: each.result() for user, each in asked.items()}
    for user, (answers, _) in got.items():
        name, _, fact = FACTS[user]
        assert len(answers) == rounds
        for answer in answers:
            assert answer.question == QUESTIONS[user]
            assert fact in answer.text
            assert {q.source.rsplit("/", 1)[-1] for s in answer.sentences for q in s.quotes} == {
                f"{name}.md"
            }
        (kept,) = filled.conversations.of(user).list()
        turns = filled.conversations.of(user).get(kept.id).turns
        assert [turn.answer for turn in turns] == answers
    places = [place for _, told in got.values() for place in told]
    assert max(places) > 0, "nobody ever waited, so this showed nothing"
    assert max(places) < len(FACTS)


class GuardedModel(TellingModel):
    """Waits with its second word until it is let go; any use after its end fails, as llama.cpp's would."""

    def __init__(self) -> None:
        super().__init__(FACTS["ada"][1])
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Event()
        self.closed = False

    def count_tokens(self, text: str) -> int:
        assert not self.closed
        return super().count_tokens(text)

    def render(self, messages: Sequence[Message]) -> Prompt:
        assert not self.closed
        return super().render(messages)

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        for step in super().complete(prompt, settings, cancelled=cancelled):
            yield step
            self.begun.release()
            assert self.let_go.wait(60)
            assert not self.closed

    def close(self) -> None:
        self.closed = True


def test_another_model_waits_for_answers_that_are_begun_and_later_ones_wait_for_it(
    filled: Quoth,
) -> None:
    guarded = GuardedModel()
    filled._model = guarded
    told = threading.Event()
    with ThreadPoolExecutor(4) as pool:
        begun = [pool.submit(filled.ask, QUESTIONS["ada"]) for _ in range(2)]
        for _ in begun:
            assert guarded.begun.acquire(timeout=60)
        switched = pool.submit(filled.use_model, "embedded")

        def later() -> list[int]:
            places: list[int] = []

            def tell(n_before: int) -> None:
                places.append(n_before)
                told.set()

            assert list(filled.stream(QUESTIONS["bob"], on_wait=tell))[-1].answer is not None
            return places

        while not filled._switch._replacing:
            assert not switched.done()
            told.wait(0.01)
        asked = pool.submit(later)
        assert told.wait(60)
        assert not switched.done()
        assert not guarded.closed
        guarded.let_go.set()
        assert ["27 months" in each.result().text for each in begun] == [True, True]
        switched.result()
        assert guarded.closed
        assert asked.result()[:1] == [2], "both that were begun are before it"
        assert asked.result()[-1] == 0


def test_no_answer_fails_while_models_are_switched(filled: Quoth, tmp_path: Path) -> None:
    from generation.embedded import embedded_model

    other = tmp_path / "other.gguf"
    other.symlink_to(embedded_model())
    answered = threading.Event()

    def ask() -> int:
        n = 0
        while n < 2 or not answered.is_set():
            assert "27 months" in filled.ask(QUESTIONS["ada"]).text
            n += 1
        return n

    with ThreadPoolExecutor(2) as pool:
        asking = [pool.submit(ask) for _ in range(2)]
        for name in (str(other), "embedded"):
            filled.use_model(name)
        answered.set()
        assert min(each.result() for each in asking) >= 2


def test_an_answer_that_nobody_reads_does_not_hold_a_model_for_ever(filled: Quoth) -> None:
    telling = TellingModel(FACTS["ada"][1])
    filled._model = telling
    filled._switch = Switch(patience=0.0)
    pieces = filled.stream(QUESTIONS["ada"])
    next(pieces)
    with pytest.raises(ModelError, match="nobody reads it"):
        filled.use_model("embedded")
    assert filled._model is telling
    assert "27 months" in filled.ask(QUESTIONS["ada"]).text, "others are answered meanwhile"
