"""Turns text into vectors with sentence-transformers. Knows no index and no library.

torch is imported on the first embedding, not before: counting tokens and naming the model need
only its folder.
"""

from __future__ import annotations

import hashlib
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from quoth.errors import ConfigError
from vectorstore.encoding import CoreEncoder, GpuEncoder
from vectorstore.model_folders import find_folder, loading
from vectorstore.model_prompts import prompts_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.config import EmbedderConfig
    from quoth.datatypes import FloatArray
    from vectorstore.model_prompts import Prompts


_SAMPLE = 1 << 20


class Embedder(Protocol):
    """Text to vectors. Vectors are float32, unit length, shape (n, dimension)."""

    name: str

    @property
    def fingerprint(self) -> str:
        """Names the model's weights and settings: other fingerprint, other vectors."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    @property
    def max_tokens(self) -> int:
        """The most tokens of a passage the model reads, special tokens included."""
        ...

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text as the model would read it, special tokens included, uncut."""
        ...

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """One row for each text, in order."""
        ...

    def embed_question(self, text: str) -> FloatArray:
        """One row, shape (dimension,)."""
        ...


class SentenceTransformerEmbedder:
    """A sentence-transformers model from a folder. Safe to share between threads."""

    def __init__(self, folder: Path, config: EmbedderConfig) -> None:
        self.name = config.model
        self._folder = folder
        self._config = config
        self._loading = threading.RLock()
        self._loaded: Any = None
        self._encoder: CoreEncoder | GpuEncoder | None = None
        self._counter: Any = None
        self._found: Prompts | None = None
        self._fingerprint = ""

    @property
    def fingerprint(self) -> str:
        """The model's name with a digest over its files: whole small ones, samples of large ones."""
        if not self._fingerprint:
            hasher = hashlib.sha256()
            for file in sorted(self._folder.rglob("*")):
                if file.suffix in {".json", ".txt", ".safetensors", ".bin", ".model"}:
                    hasher.update(
                        f"{file.relative_to(self._folder)}:{file.stat().st_size}".encode()
                    )
                    hasher.update(_sample(file))
            changed = self._changed()
            hasher.update(changed.encode())
            self._fingerprint = f"{Path(self.name).name}@{hasher.hexdigest()[:16]}"
        return self._fingerprint

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._model().get_embedding_dimension())

    @property
    def max_tokens(self) -> int:
        """The most tokens of a passage the model reads, special tokens included."""
        return int(self._model().max_seq_length or 512)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text with the model's passage prompt and special tokens."""
        prompt = self._prompts().passage
        with self._loading:
            if self._counter is None:
                self._counter = self._load_counter()
        # Not under the lock of `_encode`: texts are cut while others are embedded.
        encoded = self._counter.encode_batch_fast([prompt + text for text in texts])
        return [len(one.ids) for one in encoded]

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """One row for each text, in order."""
        return self._encode(list(texts), self._model().encode_document)

    def embed_question(self, text: str) -> FloatArray:
        """One row, shape (dimension,)."""
        row: FloatArray = self._encode([text], self._model().encode_query)[0]
        return row

    def _encode(self, texts: list[str], encode: Any) -> FloatArray:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        vectors = self._spread()(texts, encode)
        # Normalised here, in float32, because a bfloat16 norm is off by up to half a percent.
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.ascontiguousarray(vectors / np.maximum(norms, 1e-12), dtype=np.float32)

    def _model(self) -> Any:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load(self._folder, self._config, self._prompts())
            return self._loaded

    def _spread(self) -> CoreEncoder | GpuEncoder:
        with self._loading:
            if self._encoder is None:
                import torch

                size = self._config.batch_size
                on_cpu = self._model().device.type == "cpu"
                self._encoder = CoreEncoder(torch, size) if on_cpu else GpuEncoder(size)
            return self._encoder

    def _prompts(self) -> Prompts:
        """What is put before questions and passages."""
        with self._loading:
            if self._found is None:
                self._found = prompts_of(self._folder, self._config)
            return self._found

    def _changed(self) -> str:
        """What makes passages' vectors others than the model's files alone would."""
        prompts = self._prompts()
        prompt = "" if prompts.is_own else f"passage prompt {prompts.passage!r}"
        size = f"dimensions {self._config.dimensions}" if self._config.dimensions else ""
        return prompt + size

    def _load_counter(self) -> Any:
        """The tokenizer alone: the model's own cuts texts and pads them."""
        import copy

        tokenizer = copy.deepcopy(self._model().tokenizer.backend_tokenizer)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer


def load_embedder(config: EmbedderConfig) -> SentenceTransformerEmbedder:
    """The embedder that `config` names. Loads nothing heavy yet.

    Raises ModelNotFoundError, MissingDependencyError.
    """
    return SentenceTransformerEmbedder(find_folder(config.model), config)


def _load(folder: Path, config: EmbedderConfig, prompts: Prompts) -> Any:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")
    import torch
    from sentence_transformers import SentenceTransformer

    device = None if config.device == "auto" else config.device
    with loading(folder, "sentence-transformers model", "embedder.model"):
        model = SentenceTransformer(
            str(folder),
            device=device,
            local_files_only=True,
            prompts={"query": prompts.question, "document": prompts.passage},
            truncate_dim=config.dimensions or None,
            model_kwargs={"dtype": getattr(torch, _dtype(config, torch))},
        )
    _check_dimensions(model, config)
    return model.eval()


def _check_dimensions(model: Any, config: EmbedderConfig) -> None:
    """Raise ConfigError when more numbers of a vector are to be kept than it has."""
    model.truncate_dim, wanted = None, model.truncate_dim
    whole = int(model.get_embedding_dimension())
    model.truncate_dim = wanted
    if config.dimensions > whole:
        raise ConfigError(
            f"embedder.dimensions = {config.dimensions} is more than the {whole} of "
            f"{config.model}; set it lower, or to 0"
        )


def _dtype(config: EmbedderConfig, torch: Any) -> str:
    if config.dtype != "auto":
        return config.dtype
    if config.device.startswith("cuda") or (config.device == "auto" and torch.cuda.is_available()):
        return "float16"
    return "bfloat16" if config.device in ("auto", "cpu") and cpu_has_bfloat16() else "float32"


def cpu_has_bfloat16() -> bool:
    """Whether the CPU multiplies bfloat16 itself; elsewhere it is slower than float32."""
    try:
        flags = Path("/proc/cpuinfo").read_text(encoding="utf-8").split()
    except OSError:
        return False
    return not {"avx512_bf16", "amx_bf16", "bf16"}.isdisjoint(flags)


def _sample(file: Path) -> bytes:
    """The whole of a small file, the first and last megabyte of a large one."""
    with file.open("rb") as stream:
        if file.stat().st_size <= 2 * _SAMPLE:
            return stream.read()
        head = stream.read(_SAMPLE)
        stream.seek(-_SAMPLE, os.SEEK_END)
        return head + stream.read()
