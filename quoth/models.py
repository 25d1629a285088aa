"""Language models: those that Quoth knows on the hub, those on this machine, and what each needs.

    from quoth import models

    for model in models.catalogue():
        print(model.name, model.needed_bytes)
    print(models.propose())
    models.pull("qwen2.5-1.5b", on_progress=print)
    print(models.show("qwen2.5-1.5b").largest_context)

A model on this machine goes into `model.path` of the configuration by its name. Only `pull` uses the
network. Errors are `ModelError`s and `StorageFullError`, one line each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generation import catalogue as _catalogue
from generation import hub as _hub
from generation import loading as _loading
from generation import machine as _machine
from generation import memory as _memory
from generation import requantize as _requantize
from generation import store as _store
from generation.catalogue import CatalogueModel
from generation.chat_model import ChatModel, Text, estimate_tokens
from generation.gguf import ModelFacts, TensorType, read_facts
from generation.hub import Progress
from generation.machine import Gpu, Machine
from generation.measuring import Speed
from generation.memory import MemoryNeed
from generation.requantize import Choice
from generation.store import LocalModel
from quoth.config import EMBEDDED, ModelConfig
from quoth.errors import DownloadError, ModelError, ModelNotFoundError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from pathlib import Path

__all__ = [
    "CatalogueModel",
    "ChatModel",
    "Choice",
    "DownloadError",
    "Gpu",
    "LocalModel",
    "Machine",
    "MemoryNeed",
    "ModelDescription",
    "ModelFacts",
    "Progress",
    "Speed",
    "TensorType",
    "Text",
    "available_memory",
    "catalogue",
    "estimate_tokens",
    "folder",
    "import_file",
    "local",
    "machine",
    "needs",
    "optimise",
    "propose",
    "pull",
    "remove",
    "show",
]

_CONTEXTS = (2048, 4096, 8192, 16384, 32768, 65536, 131072)


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """A model on this machine beside what the machine has.

    `needs` is the memory on a CPU at several window sizes up to the largest that it was trained on,
    in ascending order. `largest_context` is the largest window, in tokens, that fits into the main
    memory that is free now, `largest_context_on_gpu` into that of one GPU; 0 for none, and at most
    what the model was trained on.
    """

    name: str
    facts: ModelFacts
    needs: tuple[MemoryNeed, ...]
    machine: Machine
    largest_context: int
    largest_context_on_gpu: int


def catalogue() -> tuple[CatalogueModel, ...]:
    """The models that Quoth knows on the hub, smallest first."""
    return _catalogue.catalogue()


def folder() -> Path:
    """Where models are kept: QUOTH_MODELS, else in the platform's folder for a user's data."""
    return _store.models_folder()


def local() -> tuple[LocalModel, ...]:
    """The models on this machine: the embedded one, then those of the folder."""
    return _store.local_models()


def machine() -> Machine:
    """Cores, memory and GPUs, as they are now."""
    return _machine.this_machine()


def propose(on: Machine | None = None) -> CatalogueModel | None:
    """The model of the catalogue that suits the machine (default: this one); None: the embedded."""
    return _catalogue.proposal(on or machine())


def show(name: str | os.PathLike[str]) -> ModelDescription:
    """What a model's header says, and what it needs.

    `name` is a file, or a name in the folder or the catalogue. Raises ModelNotFoundError,
    ModelLoadError.
    """
    facts = read_facts(_store.find_model(str(name)))
    here = machine()
    trained = facts.context_length or _CONTEXTS[-1]
    on_gpu = max((gpu.available_bytes for gpu in here.gpus), default=0)
    return ModelDescription(
        name=str(name),
        facts=facts,
        needs=needs(facts),
        machine=here,
        largest_context=min(trained, _memory.largest_context(facts, here.available_bytes)),
        largest_context_on_gpu=min(
            trained, _memory.largest_context(facts, on_gpu, _memory.GPU_BATCH, fused=True)
        ),
    )


def needs(model: CatalogueModel | ModelFacts) -> tuple[MemoryNeed, ...]:
    """The memory that a model takes on a CPU at several window sizes, up to what it was trained on."""
    trained = model.context_length or _CONTEXTS[-1]
    sizes = sorted({size for size in _CONTEXTS if size < trained} | {trained})
    return tuple(_memory.memory_need(model, size) for size in sizes)


def available_memory() -> tuple[int, int]:
    """Bytes of main memory that are free now, and all there are; loads nothing for it."""
    return _machine.available_bytes(), _machine.memory_bytes()


def pull(
    name: str,
    *,
    on_progress: Callable[[Progress], None] = lambda _: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> LocalModel:
    """Download a model into the folder, or go on with an interrupted download; check its sha256.

    `name` is one of the catalogue, or "owner/repository/file.gguf" of the hub. Of a split model, name
    the first part. HF_ENDPOINT names another hub, HF_TOKEN a token for it. Raises
    ModelNotFoundError, DownloadError, StorageFullError, ModelLoadError.
    """
    known = next((model for model in catalogue() if model.name == name), None)
    remote = _hub.Remote(known.repository, known.file) if known else _hub.parse(name)
    if remote is None:
        raise ModelNotFoundError(
            f"{name} is neither in the catalogue nor a file of the hub (owner/repository/file.gguf); "
            "quoth models lists the catalogue"
        )
    sha256 = known.sha256 if known else ""
    for part in _hub.parts(remote):
        path = _hub.download(
            part, folder(), sha256=sha256, on_progress=on_progress, cancelled=cancelled
        )
    try:
        return _store.describe(path)
    except ModelError:
        path.unlink()
        raise


def import_file(path: str | os.PathLike[str], *, move: bool = False) -> LocalModel:
    """Copy a GGUF file into the folder, or `move` it there from the same disk.

    Raises ModelError and StorageFullError.
    """
    from pathlib import Path

    return _store.import_model(Path(path).expanduser(), move=move)


def remove(name: str) -> LocalModel:
    """Delete a model of the folder, and say which it was. Raises ModelNotFoundError."""
    model = _store.removable(name)
    if model.facts is not None:
        _requantize.forget(model.facts)
    return _store.remove_model(model)


def optimise(
    name: str = EMBEDDED,
    *,
    text: str = "",
    config: ModelConfig | None = None,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Choice:
    """Measure which type of weights this machine's CPU evaluates fastest, and use it from now on.

    The model is written in other types into the folder, measured in turn, and the fastest is kept if
    it predicts `text`, best one of the user's own, as well as the original (perplexity within 2 %).
    `config` says with how many threads and which window. Takes seconds to minutes by the model's size. Raises ModelError, StorageFullError.
    """
    facts = read_facts(_store.find_model(name))
    settings = _loading.load_settings(config or ModelConfig(), facts)
    if settings.gpu_layers != 0:
        raise ModelError(f"a GPU evaluates {name} here; there is nothing to optimise")
    return _requantize.optimise(facts, settings, sample=text, on_progress=on_progress)
