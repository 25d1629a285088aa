"""Which model the configuration names: a local file, or one that a server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from generation.model import LanguageModel
    from quoth.config import ModelConfig


def load_model(config: ModelConfig) -> LanguageModel:
    """Load the model of `config.path`, or connect to that of `config.endpoint` where it is set.

    Raises ConfigError, ModelNotFoundError, ModelLoadError, EndpointError, MissingDependencyError.
    """
    if config.endpoint:
        from generation.endpoint import connect

        return connect(config)
    from generation import llama

    return llama.load_model(config)
