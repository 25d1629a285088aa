"""Which model the configuration names, a local file or one that a server runs, and how it is loaded.

It knows the configuration and the machine; how a model writes is known elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generation.gguf import ModelFacts, read_facts
from generation.llama import LlamaModel
from generation.llama_native import LoadSettings, library
from generation.machine import available_bytes, gpus, usable_cores
from generation.memory import check_gpu_memory, check_memory
from generation.requantize import fastest, prompt_speed, recall
from generation.store import find_model
from quoth.errors import ConfigError

if TYPE_CHECKING:
    from generation.model import LanguageModel
    from quoth.config import ModelConfig


def load_model(config: ModelConfig) -> LanguageModel:
    """Load the model of `config.path`, or connect to that of `config.endpoint` where it is set.

    Raises EndpointError and what `load_local` raises.
    """
    if config.endpoint:
        from generation.endpoint import connect

        return connect(config)
    return load_local(config)


def model_facts(config: ModelConfig) -> ModelFacts:
    """What the header of the configured model's file says, without loading it.

    Raises ModelNotFoundError, ModelLoadError, MissingDependencyError.
    """
    return read_facts(find_model(config.path))


def load_local(config: ModelConfig) -> LlamaModel:
    """Load the model of `config.path`.

    Raises ModelNotFoundError for a missing file, ModelLoadError for one that is not a GGUF model,
    is damaged or does not fit into the memory, MissingDependencyError for a missing package,
    ConfigError for a setting out of range.
    """
    if config.context_size < 0 or config.threads < 0 or config.batch_size < 1:
        raise ConfigError(
            "model.context_size and model.threads take 0 or more, model.batch_size 1 or more"
        )
    facts = model_facts(config)
    settings = load_settings(config, facts)
    chosen = facts
    if settings.gpu_layers == 0:  # what a GPU takes of the weights is not this memory
        check_memory(facts, settings.context_size, settings.largest_batch, available_bytes())
        if config.requantize == "auto":
            chosen = fastest(facts, settings)
    elif settings.gpu_layers < 0 and (found := gpus()):
        free = sum(gpu.available_bytes for gpu in found)
        check_gpu_memory(facts, settings.context_size, free)
    model = LlamaModel(
        chosen,
        settings,
        name=facts.path.stem,
        cache_bytes=config.cache_megabytes * 1_000_000,
    )
    if settings.gpu_layers == 0:  # a GPU reads whatever fits in no time
        model.speed = prompt_speed(facts, chosen.quantization, model.measure)
    return model


def evaluated_as(config: ModelConfig) -> str:
    """The type in which a CPU uses the configured model's weights, as far as is known already."""
    facts = model_facts(config)
    choice = recall(facts) if config.requantize == "auto" else None
    return choice.kind if choice and choice.kind else facts.quantization


def load_settings(config: ModelConfig, facts: ModelFacts) -> LoadSettings:
    """How the configuration has a model loaded on this machine. Raises MissingDependencyError."""
    trained = facts.context_length or config.context_size
    context_size = min(config.context_size or trained, trained)
    gpu_layers = config.gpu_layers if library().functions.llama_supports_gpu_offload() else 0
    return LoadSettings(
        context_size=context_size,
        batch_size=min(config.batch_size, context_size),
        threads=config.threads or usable_cores(),
        gpu_layers=gpu_layers,
        # On a CPU it evaluates a long prompt sooner by a tenth, and a short one or a token later by
        # half: see docs/decisions/0007.
        flash_attention=config.flash_attention and gpu_layers != 0,
        share_cores=config.threads == 0,
    )
