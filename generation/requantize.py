"""Keeps a model's weights in the type that this machine evaluates fastest, beside the original.

What is fastest depends on the processor: for some types llama.cpp has kernels made for it, for others
it has none. So it is measured, once for each machine and model, and remembered. Only types that are
at least as exact as the original's are tried unasked; each must predict a text as well as before.
"""

from __future__ import annotations

import ctypes
import hashlib
import json
import logging
import os
import platform
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generation.gguf import ModelFacts, read_facts, shards_of
from generation.llama_native import library
from generation.machine import available_bytes, idle_cores, usable_cores
from generation.measuring import QUICK, THOROUGH, Effort, Speed, reading_speed, speeds_of
from generation.memory import memory_need
from generation.prompt_speed import PromptSpeed
from generation.store import models_folder
from quoth.errors import ModelError, ModelLoadError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from generation.llama_native import LoadSettings

_VERSION = 1  # of the measurement: what an older one remembered is measured again
_FILE_TYPES = {"Q8_0": 7, "BF16": 32, "Q4_0": 2}  # llama.cpp's LLAMA_FTYPE_MOSTLY_…
_BITS = {"Q8_0": 8.5, "BF16": 16.0, "Q4_0": 4.5}
UNASKED, ALL = ("Q8_0",), ("Q8_0", "BF16", "Q4_0")
_LARGEST_UNASKED = 300_000_000  # bytes; a larger model is measured when asked to only
_SLOWEST_UNASKED = 50.0  # tokens a second; on a slower machine the user would wait too long
_GAIN = 1.2  # times faster that another type must be to be worth its place
_PERPLEXITY = 1.02  # times the original's that is taken for the same
_SPARE = 2**28  # disk space to leave
_CPUINFO = Path("/proc/cpuinfo")
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Choice:
    """What was measured: the original first. `kind` is the type chosen, "" for the original."""

    kind: str
    speeds: tuple[Speed, ...]


def fastest(facts: ModelFacts, settings: LoadSettings) -> ModelFacts:
    """The facts of the file to load instead of the model's own, or `facts` themselves.

    A small model that was never measured on this machine is measured now, if nothing else runs.
    """
    remembered = recall(facts)
    if remembered is None and facts.file_bytes <= _LARGEST_UNASKED and _is_quiet():
        remembered = _unasked(facts, settings)
    if remembered is None or not remembered.kind:
        return facts
    try:
        chosen = read_facts(_place(facts, f"{remembered.kind}.gguf"))
    except ModelError:  # damaged meanwhile: the original is still there
        return facts
    need = memory_need(chosen, settings.context_size)
    return chosen if need.total < available_bytes() else facts


def _unasked(facts: ModelFacts, settings: LoadSettings) -> Choice | None:
    """What a quick measurement chooses; None where nothing could be kept or something failed."""
    try:
        _place(facts, "").parent.mkdir(parents=True, exist_ok=True)
        _logger.warning("measuring %s once on this machine: some seconds", facts.path.name)
        if reading_speed(facts, settings, QUICK.n_tokens) < _SLOWEST_UNASKED:
            choice = Choice("", ())
            remember(facts, choice)
            return choice
        return optimise(facts, settings, kinds=UNASKED, effort=QUICK)
    except (OSError, ModelError, StorageFullError):
        return None  # it runs as it is


def prompt_speed(
    facts: ModelFacts, kind: str, measure: Callable[[], PromptSpeed]
) -> PromptSpeed | None:
    """How fast prompts are read with weights of type `kind`, as it was measured on this machine.

    Else it is measured now and remembered, if nothing else runs by then; None if something does.
    """
    with suppress(OSError, ValueError, TypeError):
        told = _place(facts, f"{kind}.speed.json").read_text(encoding="utf-8")
        return PromptSpeed(**json.loads(told))
    if not _is_quiet():
        return None
    speed = measure()
    if not _is_quiet():  # what was slowed down must not be remembered
        return None
    with suppress(OSError):
        remember_speed(facts, speed)
    return speed


def remember_speed(facts: ModelFacts, speed: PromptSpeed) -> None:
    """Have `prompt_speed` tell this from now on, on this machine. Raises OSError."""
    _keep(_place(facts, f"{speed.kind}.speed.json"), asdict(speed))


def _is_quiet() -> bool:
    return idle_cores() >= (os.cpu_count() or 1)


def optimise(
    facts: ModelFacts,
    settings: LoadSettings,
    *,
    sample: str = "",
    kinds: Sequence[str] = ALL,
    effort: Effort = THOROUGH,
    on_progress: Callable[[str], None] = lambda _: None,
) -> Choice:
    """Measure the model in each of the types, keep the fastest, and remember it.

    `sample` is text of the user's own, if there is any, that each must predict as well as before.
    Raises ModelError where another process does it already or llama.cpp fails, ModelLoadError for
    a split model, StorageFullError.
    """
    from filelock import FileLock, Timeout

    if len(shards_of(facts.path)) > 1:
        raise ModelLoadError(f"{facts.path.name} is split; only a model of one file is optimised")
    folder = _place(facts, "").parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(_place(facts, "lock"), timeout=0):
            choice = _measured(facts, settings, sample, (kinds, effort), on_progress)
            remember(facts, choice)
    except Timeout as error:
        raise ModelError(f"another process measures {facts.path.name}; wait for it") from error
    except OSError as error:
        raise StorageFullError(
            f"{folder} cannot be written: {error.strerror or error}; free some disk space, or name "
            "another folder in QUOTH_MODELS"
        ) from error
    return choice


def _measured(
    facts: ModelFacts,
    settings: LoadSettings,
    sample: str,
    what: tuple[Sequence[str], Effort],
    on_progress: Callable[[str], None],
) -> Choice:
    kinds, effort = what
    files = {"": facts}
    try:
        for kind in kinds:
            if kind != facts.quantization and _fits(facts, kind, settings):
                on_progress(f"writing {facts.path.name} as {kind}")
                files[kind] = _written(facts, kind)
        on_progress(f"measuring {', '.join(kind or facts.quantization for kind in files)}")
        speeds = speeds_of(files, settings, sample, effort)
        chosen = _best(speeds)
        if chosen:
            files[chosen].path.replace(_place(facts, f"{chosen}.gguf"))
    finally:
        for kind, file in files.items():
            if kind:
                file.path.unlink(missing_ok=True)
    return Choice(chosen, tuple(speeds))


def _fits(facts: ModelFacts, kind: str, settings: LoadSettings) -> bool:
    """Whether disk and memory have room for the model in this type."""
    n_bytes = int(facts.n_parameters * _BITS[kind] / 8 * 1.05)
    need = memory_need(replace(facts, file_bytes=n_bytes), settings.context_size)
    free = shutil.disk_usage(_place(facts, "").parent).free
    return n_bytes + _SPARE < free and need.total < available_bytes()


def _written(facts: ModelFacts, kind: str) -> ModelFacts:
    """The model in another type, in a file that is not yet in its place."""
    c = library().functions
    part = _place(facts, f"{kind}.making")
    parameters = c.llama_model_quantize_default_params()
    parameters.ftype = _FILE_TYPES[kind]
    parameters.allow_requantize = True
    parameters.nthread = usable_cores()
    code = c.llama_model_quantize(
        str(facts.path).encode(), str(part).encode(), ctypes.byref(parameters)
    )
    if code != 0:
        part.unlink(missing_ok=True)
        raise ModelError(f"llama.cpp cannot write {facts.path.name} as {kind} ({code})")
    return read_facts(part)


def _best(speeds: Sequence[Speed]) -> str:
    """The fastest type that predicts as well as the original, if it is worth its place, or ""."""
    original, *others = speeds
    good = [each for each in others if each.perplexity <= _PERPLEXITY * original.perplexity]
    best = min(good, key=lambda each: each.seconds, default=original)
    return best.kind if original.seconds > _GAIN * best.seconds else ""


def recall(facts: ModelFacts) -> Choice | None:
    """What was measured on this machine before; None when nothing was, or its file has gone."""
    try:
        told = json.loads(_place(facts, "json").read_text(encoding="utf-8"))
        choice = Choice(told["kind"], tuple(Speed(**speed) for speed in told["speeds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return choice if not choice.kind or _place(facts, f"{choice.kind}.gguf").exists() else None


def remember(facts: ModelFacts, choice: Choice) -> None:
    """Have `fastest` make this choice from now on, on this machine. Raises OSError."""
    _keep(_place(facts, "json"), asdict(choice))


def forget(facts: ModelFacts) -> None:
    """Delete what was kept of a model, for every machine."""
    stem = facts.path.stem
    for file in _place(facts, "").parent.glob(f"{stem}.{_fingerprint(facts.path)}.*"):
        file.unlink(missing_ok=True)


def _keep(place: Path, told: dict[str, object]) -> None:
    """Write a file whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_suffix(".part")
    part.write_text(json.dumps(told, indent=2), encoding="utf-8")
    part.replace(place)


def _place(facts: ModelFacts, ending: str) -> Path:
    """Where something about this model on this machine is kept."""
    name = f"{facts.path.stem}.{_fingerprint(facts.path)}.{_machine()}.{ending}"
    return models_folder() / "optimised" / name


def _fingerprint(path: Path) -> str:
    """A model's content in eight signs: its size, its beginning and its end."""
    size, ends = path.stat().st_size, 1 << 16
    with path.open("rb") as file:
        digest = hashlib.sha256(str(size).encode() + file.read(ends))
        file.seek(max(0, size - ends))
        digest.update(file.read(ends))
    return digest.hexdigest()[:8]


def _machine() -> str:
    """Processor, llama.cpp and this measurement in eight signs."""
    from importlib.metadata import version

    told = (_processor(), usable_cores(), version("llama-cpp-python"), _VERSION)
    return hashlib.sha256(repr(told).encode()).hexdigest()[:8]


def _processor() -> str:
    with suppress(OSError), _CPUINFO.open(encoding="utf-8") as file:
        # An ARM processor has no name there; a virtual machine may hide instructions from one.
        told = {line.partition(":")[0].strip(): line for line in file}
        known = [
            told[key] for key in ("model name", "CPU part", "flags", "Features") if key in told
        ]
        if known:
            return "".join(known)
    return f"{platform.machine()} {platform.processor()}"
