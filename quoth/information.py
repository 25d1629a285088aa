"""Describes a library and its models for `quoth info` and the page: plain JSON, nothing loaded."""

from __future__ import annotations

import functools
import importlib.metadata
from typing import TYPE_CHECKING

from quoth.errors import QuothError

if TYPE_CHECKING:
    from pathlib import Path

    from quoth.config import Config, ModelConfig
    from vectorstore import Embedder, LocalLibrary

_PACKAGES = (
    "sentence-transformers",
    "torch",
    "faiss-gpu",
    "faiss-cpu",
    "tantivy",
    "llama-cpp-python",
    "streamlit",
    "langchain",
    "pypdf",
    "pypdfium2",
)


def describe(
    path: Path, config: Config, library: LocalLibrary, embedder: Embedder
) -> dict[str, object]:
    """The keys are stable: docs/cli.md lists them. Sizes are in bytes and tokens."""
    return {
        "library": {
            "path": str(path),
            "collections": list(library.collections()),
            **library.statistics(),
            "embedder": library.embedder,
        },
        "embedder": {"model": embedder.name, "fingerprint": embedder.fingerprint},
        "model": _model(config.model),
        "index": {"device": config.index.device, "gpus": _gpus(), **library.index_facts()},
        "versions": dict(_versions()),
    }


def _model(config: ModelConfig) -> dict[str, object]:
    """What the model's file says of it, or why it can't be used. A server is not asked."""
    if config.endpoint:
        return {
            "endpoint": config.endpoint,
            "name": config.endpoint_model,
            "context_window": config.context_size,
        }
    from generation import evaluated_as, model_facts

    try:
        facts = model_facts(config)
    except QuothError as error:
        return {"path": config.path, "error": str(error)}
    window = min(config.context_size or facts.context_length, facts.context_length)
    return {
        "path": str(facts.path),
        "name": facts.name,
        "architecture": facts.architecture,
        "parameters": facts.n_parameters,
        "quantization": facts.quantization,
        "evaluated_as": evaluated_as(config),
        "layers": facts.block_count,
        "embedding_width": facts.embedding_length,
        "heads": facts.head_count,
        "key_value_heads": facts.head_count_kv,
        "vocabulary": facts.vocabulary_size,
        "trained_context": facts.context_length,
        "context_window": window,
        "bytes": facts.file_bytes,
    }


def _gpus() -> int:
    import faiss

    return int(faiss.get_num_gpus())


@functools.cache
def _versions() -> dict[str, str]:
    """The installed versions of the packages that matter."""
    found = {}
    for package in ("quoth", *_PACKAGES):
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
