"""Which models the engine asks to rewrite a follow-up, and that the search goes by what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quoth import Message, Quoth
from tests.quoth.tuning.making import CannedModel

if TYPE_CHECKING:
    from pathlib import Path

    from vectorstore import Embedder

HISTORY = (
    Message("user", "how does a heat pump warm a house?"),
    Message("assistant", "It moves heat from the ground."),
)


def asked_of(folder: Path, embedder: Embedder, n_parameters: int) -> tuple[list[str], str]:
    """What the model was asked, and the best hit of a follow-up."""
    for name, text in {"pump": "A heat pump is as loud as rain.", "dog": "A dog is loud."}.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    asked: list[str] = []

    def write(prompt: str) -> str:
        asked.append(prompt)
        return "How loud is a heat pump?"

    model = CannedModel(write)
    model.n_parameters = n_parameters
    with Quoth.open(folder / "library", embedder=embedder, model=model) as quoth:
        quoth.ingest([folder / "pump.txt", folder / "dog.txt"])
        answer = quoth.ask("How loud is it?", history=HISTORY)
    return asked, answer.hits[0].chunk.text


def test_a_large_model_is_asked_where_rules_would_guess(tmp_path: Path, embedder: Embedder) -> None:
    asked, best = asked_of(tmp_path, embedder, 2_000_000_000)
    assert "Rewrite the last question" in asked[0]
    assert best == "A heat pump is as loud as rain."


def test_a_small_model_is_not(tmp_path: Path, embedder: Embedder) -> None:
    asked, best = asked_of(tmp_path, embedder, 135_000_000)
    assert not any("Rewrite the last question" in prompt for prompt in asked)
    assert best == "A heat pump is as loud as rain."
