"""Examines a machine and a library before they are relied on: one diagnosis for each check.

It tries what the product will do: load the models, write into the folder, ask the GPU. It mends
nothing.
"""

from __future__ import annotations

import importlib.metadata
import platform
import shutil
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quoth.errors import QuothError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quoth.config import Config

Status = Literal["ok", "warning", "failed"]

# Packages without which nothing works, by the names that pip knows.
_NEEDED = ("numpy", "tantivy", "torch", "sentence-transformers", "llama-cpp-python", "filelock")
_FAISS = ("faiss-gpu", "faiss-cpu")
_LITTLE_DISK = 1_000_000_000
_LITTLE_MEMORY = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What one check found. `remedy` is the way out of a warning or a failure, else ""."""

    check: str
    status: Status
    what: str
    remedy: str = ""


def examine(path: Path, config: Config) -> Iterator[Diagnosis]:
    """Every check in turn, as it is done: a model may take seconds to load. Raises nothing of ours."""
    checks: dict[str, Callable[[], Iterator[Diagnosis]]] = {
        "versions": _versions,
        "folder": lambda: _folder(path),
        "library": lambda: _library(path, config),
        "memory": lambda: _memory(path, config),
        "embedder": lambda: _embedder(config),
        "model": lambda: _model(config),
        "gpu": lambda: _gpu(config),
    }
    for name, check in checks.items():
        try:
            yield from check()
        except QuothError as error:
            what, _, remedy = str(error).rpartition("; ")
            yield Diagnosis(name, "failed", what or remedy, remedy if what else "")


def _versions() -> Iterator[Diagnosis]:
    found = {name: _version(name) for name in (*_NEEDED, *_FAISS)}
    missing = [name for name in _NEEDED if not found[name]]
    if not any(found[name] for name in _FAISS):
        missing.append("faiss-cpu")
    if missing:
        yield Diagnosis(
            "versions",
            "failed",
            f"not installed: {', '.join(missing)}",
            f"run: pip install {' '.join(missing)}",
        )
        return
    shown = ", ".join(f"{name} {version}" for name, version in found.items() if version)
    yield Diagnosis("versions", "ok", f"Python {platform.python_version()}, {shown}")


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _folder(path: Path) -> Iterator[Diagnosis]:
    place = path
    while not place.exists():
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place, prefix="quoth-doctor-") as file:
            file.write(b"0" * 4096)
    except OSError as error:
        readable = path.exists()
        yield Diagnosis(
            "folder",
            "warning" if readable else "failed",
            f"{place} cannot be written ({error.strerror})",
            "questions work, adding does not: change its permissions"
            if readable
            else "choose another --library",
        )
        return
    free = shutil.disk_usage(place).free
    if free < _LITTLE_DISK:
        yield Diagnosis(
            "folder", "warning", f"{place} has {_size(free)} left", "free some disk space"
        )
    else:
        yield Diagnosis("folder", "ok", f"{place} can be written, {_size(free)} are free")


def _library(path: Path, config: Config) -> Iterator[Diagnosis]:
    from vectorstore import LocalLibrary, load_embedder

    if not path.exists() or not any(path.iterdir()):
        yield Diagnosis("library", "ok", f"none at {path} yet; quoth ingest makes it")
        return
    library = LocalLibrary(path, config.index, create=False)
    try:
        library.require_embedder(load_embedder(config.embedder).fingerprint)
        library.require_whole()
        counts, facts = library.statistics(), library.index_facts()
        held = f"{counts['documents']} documents, {counts['chunks']} chunks"
        yield Diagnosis("library", "ok", f"{held}; dense index: {facts['kind']}")
        if facts.get("outgrown"):
            yield Diagnosis(
                "library",
                "warning",
                "the dense index was made for a library of another size",
                "run quoth compact",
            )
    finally:
        library.close()


def _memory(path: Path, config: Config) -> Iterator[Diagnosis]:
    from generation.machine import available_bytes
    from vectorstore.dense.snapshot import read_stamp

    free = available_bytes()
    stamp = read_stamp(path)
    index = 0 if stamp is None else stamp.n_bytes
    shown = f"{_size(free)} free"
    if index:
        shown += f", {_size(index)} for the dense index"
    if free - index < _LITTLE_MEMORY:
        yield Diagnosis(
            "memory", "warning", shown, "close other programs, or choose a smaller model.path"
        )
    else:
        yield Diagnosis("memory", "ok", f"{shown}; models are checked when they load")
    if config.index.device != "cpu" and config.index.gpu_memory_megabytes:
        budget = config.index.gpu_memory_megabytes * 1_000_000
        yield Diagnosis("memory", "ok", f"vectors may take {_size(budget)} of a GPU")


def _embedder(config: Config) -> Iterator[Diagnosis]:
    from vectorstore import load_embedder

    embedder = load_embedder(config.embedder)
    vector = embedder.embed_question("Is this thing on?")
    length = float((vector @ vector) ** 0.5)
    if abs(length - 1) > 1e-3:
        yield Diagnosis(
            "embedder",
            "failed",
            f"{embedder.name} gives vectors of length {length:.3f}, not 1",
            "set embedder.dtype to float32, or choose another embedder.model",
        )
        return
    reads = f"{len(vector)} numbers, reads {embedder.max_tokens} tokens"
    yield Diagnosis("embedder", "ok", f"{embedder.name}: {reads}")


def _model(config: Config) -> Iterator[Diagnosis]:
    from generation import load_model
    from quoth.config import GenerationConfig
    from quoth.datatypes import Message

    model = load_model(config.model)
    try:
        prompt = model.render([Message("user", "Say yes.")])
        written = "".join(
            piece.text for piece in model.complete(prompt, GenerationConfig(max_new_tokens=4))
        )
        yield Diagnosis(
            "model", "ok", f"{model.name}: window of {model.context_size} tokens, wrote {written!r}"
        )
    finally:
        model.close()


def _gpu(config: Config) -> Iterator[Diagnosis]:
    from vectorstore.dense.comparison import compare
    from vectorstore.dense.gpu import GpuFailedError, count_gpus

    wanted = config.index.device
    if count_gpus() == 0:
        status: Status = "failed" if wanted == "gpu" else "ok"
        remedy = "set index.device to auto" if wanted == "gpu" else ""
        yield Diagnosis("gpu", status, "FAISS sees no GPU; the CPU searches", remedy)
        return
    try:
        found = compare(384, float16=config.index.float16)
    except GpuFailedError as error:
        yield Diagnosis("gpu", "failed", f"the GPU fails: {error}", "set index.device to cpu")
        return
    for each in found:
        what = (
            f"{each.kind}: {each.same:.1%} of the ten best are the CPU's, scores at most "
            f"{each.apart:.4f} apart, {1000 * each.gpu_seconds:.2f} ms a search "
            f"(CPU {1000 * each.cpu_seconds:.2f})"
        )
        if each.is_well:
            yield Diagnosis("gpu", "ok", what)
        else:
            yield Diagnosis("gpu", "failed", what, "set index.device to cpu, and report this")


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 1e9:.1f} GB"
