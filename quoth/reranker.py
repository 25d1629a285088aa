"""Loads the reranker that the configuration names. The engine uses it; nobody else does."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from quoth.errors import ModelNotFoundError

if TYPE_CHECKING:
    from quoth.config import RerankConfig
    from retrieval import Reranker


def load_reranker(config: RerankConfig) -> Reranker:
    """The reranker of `rerank.model`: a GGUF file, or a CrossEncoder by name or folder.

    Raises ModelNotFoundError, ModelLoadError, MissingDependencyError.
    """
    file = Path(config.model).expanduser()
    if file.suffix.casefold() != ".gguf":
        from retrieval import CrossEncoderReranker

        return CrossEncoderReranker(config)
    if not file.is_file():
        raise ModelNotFoundError(f"there is no file {file}; check rerank.model")
    from generation import GgufReranker

    return GgufReranker(file, on_gpu=config.device != "cpu")
