"""Hits become an answer: packing, prompt, model, support check, refusal."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generation.answering import stream_answer
    from generation.early import load_library_first
    from generation.gguf_reranker import GgufReranker
    from generation.loading import evaluated_as, load_model, model_facts
    from generation.model import LanguageModel
    from generation.reading_ahead import ReadAhead
    from generation.turns import Watched

__all__ = [
    "GgufReranker",
    "LanguageModel",
    "ReadAhead",
    "Watched",
    "evaluated_as",
    "load_library_first",
    "load_model",
    "model_facts",
    "stream_answer",
]

_HOMES = {
    "GgufReranker": "generation.gguf_reranker",
    "LanguageModel": "generation.model",
    "ReadAhead": "generation.reading_ahead",
    "Watched": "generation.turns",
    "evaluated_as": "generation.loading",
    "load_library_first": "generation.early",
    "load_model": "generation.loading",
    "model_facts": "generation.loading",
    "stream_answer": "generation.answering",
}


def __getattr__(name: str) -> Any:
    """Load a name on first use: reading a model's header needs none of the rest."""
    import importlib

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
