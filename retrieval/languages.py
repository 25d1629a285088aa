"""Whether an embedder knows the language of the texts that a question's words are found in."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from quoth.config import EMBEDDED
from vectorstore.known_embedders import known
from vectorstore.lexical_languages import ENGLISH, language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.config import RetrievalConfig

_EMBEDDED_MODEL = "all-MiniLM-L6-v2"
# What is left of the dense weight: it still orders what the words don't.
_LEFT = 0.1
LOOKED_AT = 10


def fitting(config: RetrievalConfig, fingerprint: str, texts: Sequence[str]) -> RetrievalConfig:
    """The settings for a question whose words are found in `texts`, the best first.

    Where an embedder that is known to read English only, named by its fingerprint, meets texts in
    another language, the words carry the search: its cosines there are little more than noise. A
    search by meaning only stays as it is.
    """
    if config.dense_weight >= 1 or not texts or not _is_english_only(fingerprint):
        return config
    if are_english(texts):
        return config
    return replace(
        config,
        dense_weight=_LEFT * config.dense_weight,
        feedback_weight=0.0,
        neighbour_weight=0.0,
    )


def are_english(texts: Sequence[str]) -> bool:
    """Whether at least half of the texts are in English."""
    languages = Counter(language_of(text) for text in texts)
    return 2 * languages[ENGLISH] >= languages.total()


def _is_english_only(fingerprint: str) -> bool:
    name = fingerprint.partition("@")[0]
    model = known(_EMBEDDED_MODEL if name == EMBEDDED else name)
    return model is not None and model.languages == "English"
