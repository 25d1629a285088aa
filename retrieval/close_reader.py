"""A small cross-encoder that reads a question and a sentence together. Knows no evidence.

It is the embedded embedder's transformer, trained further by benchmarks/train_close_reader.py to tell
sentences that answer from those that do not; what changed of its weights is kept, in eight bits. It
reads English.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from quoth.config import EMBEDDED
from vectorstore import cpu_has_bfloat16, find_folder, loading, lone_threads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from concurrent.futures import ThreadPoolExecutor

    from numpy.typing import NDArray

WEIGHTS = Path(__file__).with_name("close_reader.safetensors")
LONGEST = 160  # tokens of question, sentence and what stands around it
_KEPT = 256  # questions whose readings are remembered


@dataclass(frozen=True, slots=True)
class _Loaded:
    """The model with its changes, and the threads that use it: each computes alone."""

    torch: Any
    tokenizer: Any
    transformer: Any
    weight: Any
    bias: Any
    pool: ThreadPoolExecutor
    n_threads: int

    def read(self, question: str, sentences: Sequence[tuple[str, str]]) -> list[float]:
        inputs = inputs_of(self.tokenizer, [question] * len(sentences), sentences)
        with self.torch.inference_mode():
            states = self.transformer(**inputs).last_hidden_state.float()
            mask = inputs["attention_mask"].unsqueeze(-1)
            means = (states * mask).sum(1) / mask.sum(1)
            odds: list[float] = (means @ self.weight + self.bias).tolist()
        return odds


class CloseReader:
    """Reads on the CPU, a thread for each core. Safe to share between threads; loads at first use."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        """`weights` are the changes, as `changed` reads them."""
        self._weights = weights
        self._loading = threading.Lock()
        self._loaded: _Loaded | None = None
        self._remembered = lru_cache(maxsize=_KEPT)(self._read)

    def __call__(self, question: str, sentences: Sequence[tuple[str, str]]) -> NDArray[np.float64]:
        """The log-odds that each sentence answers the question: float64 (n,).

        A sentence comes with what stands around it. Raises ModelNotFoundError, ModelLoadError and
        MissingDependencyError.
        """
        return np.array(self._remembered(question, tuple(sentences)), dtype=np.float64)

    def _read(self, question: str, sentences: tuple[tuple[str, str], ...]) -> tuple[float, ...]:
        loaded = self._ready()
        # By length, so that what is read together is padded little.
        order = sorted(range(len(sentences)), key=lambda i: sum(map(len, sentences[i])))
        size = -(-len(order) // loaded.n_threads) or 1
        shares = [order[start : start + size] for start in range(0, len(order), size)]
        work = [
            loaded.pool.submit(loaded.read, question, [sentences[i] for i in share])
            for share in shares
        ]
        odds = [value for future in work for value in future.result()]
        found = dict(zip((i for share in shares for i in share), odds, strict=True))
        return tuple(found[i] for i in range(len(sentences)))

    def _ready(self) -> _Loaded:
        with self._loading:
            if self._loaded is None:
                import torch

                n_threads, pool = torch.get_num_threads(), lone_threads(torch, "quoth-close-reader")
                # Loaded by a thread that computes alone, too: torch's threads of its own, once begun,
                # halve the speed at which llama.cpp writes.
                reading = pool.submit(_load, find_folder(EMBEDDED), self._weights)
                self._loaded = _Loaded(*reading.result(), pool, n_threads)
            return self._loaded


@cache
def close_reader() -> CloseReader:
    """The one of this process, for every library."""
    return CloseReader()


def inputs_of(
    tokenizer: Any, questions: list[str], sentences: Sequence[tuple[str, str]], **options: Any
) -> Any:
    """What the transformer is given: each question with a sentence and what stands around it."""
    return tokenizer(
        questions,
        [f"{sentence} [SEP] {around}" for sentence, around in sentences],
        truncation="longest_first",
        max_length=LONGEST,
        padding=True,
        return_tensors="pt",
        **options,
    )


def changed(changes: Mapping[str, Any], name: str) -> Any:
    """What is added to a parameter: its int8 change times the scale of each row, float32."""
    return changes[name].float() * changes[f"{name}.scale"]


def _load(folder: Path, weights: Path) -> tuple[Any, Any, Any, Any, Any]:
    """torch, the tokenizer, the transformer with its changes, weight and bias of the head."""
    import torch
    from safetensors.torch import load_file
    from transformers import AutoModel, AutoTokenizer

    with loading(folder, "sentence-transformers model", "the embedded embedder"):
        tokenizer = AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
        transformer = AutoModel.from_pretrained(
            str(folder), local_files_only=True, attn_implementation="eager", dtype=torch.float32
        )
    changes = load_file(weights)
    with torch.no_grad():
        for name, parameter in transformer.named_parameters():
            if name in changes:
                parameter.add_(changed(changes, name))
    if cpu_has_bfloat16():
        transformer = transformer.to(torch.bfloat16)
    head = changes["head.weight"].float(), changes["head.bias"].float()
    return torch, tokenizer, transformer.eval(), *head
