"""What an asymmetric embedder wants before questions and passages. Reads JSON, loads no model."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quoth.config import OWN
from quoth.errors import ModelLoadError
from vectorstore.known_embedders import known

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quoth.config import EmbedderConfig

# The names under which models keep them, the usual first: sentence-transformers itself looks for
# "document" alone once a model is loaded, and gives a model that says "passage" no prompt.
_QUESTION = ("query", "search_query", "retrieval.query", "Retrieval-query", "s2p_query", "question")
_PASSAGE = (
    "document",
    "passage",
    "corpus",
    "search_document",
    "retrieval.passage",
    "Retrieval-document",
)


@dataclass(frozen=True, slots=True)
class Prompts:
    """Texts put before what is embedded; `is_own` says that passages get what the model says."""

    question: str
    passage: str
    is_own: bool


def prompts_of(folder: Path, config: EmbedderConfig) -> Prompts:
    """The configured prompts, else those in the model's folder, else those known for its name.

    Raises ModelLoadError for a folder with broken JSON.
    """
    saved = _saved(folder)
    model = known(config.model)
    own_question, own_passage = _first(saved, _QUESTION), _first(saved, _PASSAGE)
    if not (own_question or own_passage) and model is not None:
        own_question, own_passage = model.question_prompt, model.passage_prompt
    question = own_question if config.question_prompt == OWN else config.question_prompt
    passage = own_passage if config.passage_prompt == OWN else config.passage_prompt
    return Prompts(question, passage, is_own=passage == (saved.get("document") or ""))


def _first(saved: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((saved[name] for name in names if saved.get(name)), "")


def _saved(folder: Path) -> dict[str, str]:
    file = folder / "config_sentence_transformers.json"
    if not file.is_file():
        return {}
    try:
        told: Any = json.loads(file.read_text(encoding="utf-8"))
        prompts = told.get("prompts") or {}
        return {str(name): str(text) for name, text in prompts.items() if text}
    except (OSError, ValueError, AttributeError) as error:
        raise ModelLoadError(f"{file} cannot be read ({error}); get the model anew") from error
