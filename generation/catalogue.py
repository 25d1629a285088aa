"""The models that Quoth knows by name, and which of them suits a machine; loads and fetches none.

The facts are in `catalogue.toml`, each with where it was read.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generation.memory import GPU_BATCH, memory_need

if TYPE_CHECKING:
    from generation.machine import Machine

_FILE = Path(__file__).with_name("catalogue.toml")
USUAL_CONTEXT = 4096  # tokens: the default of model.context_size
# Parameters for each core with which 1,000 tokens of a prompt are read in about 5 s: two cores read
# 240 tokens a second with 0.5 billion parameters (Q4_K_M), and time grows with the parameters.
_PARAMETERS_PER_CORE = 300_000_000
_MEMORY_SHARE = 0.8  # of what is free; the rest stays for documents, embedder and others


@dataclass(frozen=True, slots=True)
class CatalogueModel:
    """A model on the hub, with what is known of it before it is here.

    `file_bytes` is right to three digits. `languages` are ISO 639-1 codes, or "multilingual".
    `sources` are the pages that the facts are from.
    """

    name: str
    title: str
    repository: str
    file: str
    sha256: str
    file_bytes: int
    n_parameters: int
    quantization: str
    context_length: int
    block_count: int
    head_count: int
    head_count_kv: int
    head_length: int
    embedding_length: int
    vocabulary_size: int
    licence: str
    languages: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def kv_width(self) -> int:
        """Numbers that the KV cache holds for a token: keys and values of all layers."""
        return 2 * self.block_count * self.head_count_kv * self.head_length

    @property
    def needed_bytes(self) -> int:
        """Memory with the usual window of 4,096 tokens, on a CPU."""
        return memory_need(self, USUAL_CONTEXT).total


@functools.cache
def catalogue() -> tuple[CatalogueModel, ...]:
    """The models that Quoth knows by name, smallest first."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))["model"]
    models = [
        CatalogueModel(
            name=table["name"],
            title=table["title"],
            repository=table["repository"],
            file=table["file"],
            sha256=table["sha256"],
            file_bytes=table["bytes"],
            n_parameters=table["parameters"],
            quantization=table["quantization"],
            context_length=table["context"],
            block_count=table["layers"],
            head_count=table["heads"],
            head_count_kv=table["kv_heads"],
            head_length=table["head_length"],
            embedding_length=table["width"],
            vocabulary_size=table["vocabulary"],
            licence=table["licence"],
            languages=tuple(table["languages"]),
            sources=tuple(table["sources"]),
        )
        for table in tables
    ]
    return tuple(sorted(models, key=lambda model: model.n_parameters))


def proposal(machine: Machine) -> CatalogueModel | None:
    """The largest model that suits the machine; None where only the embedded one does.

    It must fit into what is free of a GPU's memory, or else of the main memory, and without a GPU
    read a usual prompt in about 5 s on the machine's cores.
    """
    free = max((gpu.available_bytes for gpu in machine.gpus), default=0)
    fitting = [
        model
        for model in catalogue()
        if memory_need(model, USUAL_CONTEXT, GPU_BATCH, fused=True).total <= _MEMORY_SHARE * free
        or (
            model.needed_bytes <= _MEMORY_SHARE * machine.available_bytes
            and model.n_parameters <= _PARAMETERS_PER_CORE * machine.cores
        )
    ]
    return fitting[-1] if fitting else None
