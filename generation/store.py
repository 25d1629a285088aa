"""The models on this machine: a folder of GGUF files, and the embedded one; loads none.

A model goes by its name there, which is its file's without ".gguf"; of a split model, without the
number of its first part.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from generation.catalogue import catalogue
from generation.embedded import embedded_model
from generation.gguf import ModelFacts, read_facts, shards_of
from quoth.config import EMBEDDED
from quoth.errors import (
    ModelError,
    ModelLoadError,
    ModelNotFoundError,
    QuothError,
    StorageFullError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

_FIRST_SHARD = re.compile(r"-00001-of-\d{5}$")
_LATER_SHARD = re.compile(r"-(?!00001)\d{5}-of-\d{5}$")


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model on this machine. `facts` is None, and `error` says why, where it cannot be used.

    `catalogue_name` is its name in the catalogue, "" when it is not from there.
    """

    name: str
    path: Path
    facts: ModelFacts | None
    catalogue_name: str = ""
    error: str = ""


def models_folder() -> Path:
    """QUOTH_MODELS, else `models` in the platform's folder for a user's data."""
    import platformdirs

    named = os.environ.get("QUOTH_MODELS")
    return (
        Path(named).expanduser() if named else Path(platformdirs.user_data_dir("quoth")) / "models"
    )


def local_models() -> tuple[LocalModel, ...]:
    """The embedded model, then those of the folder, by name."""
    try:
        path = embedded_model()
        embedded = LocalModel(EMBEDDED, path, read_facts(path))
    except QuothError as error:
        embedded = LocalModel(EMBEDDED, Path(), None, error=str(error))
    return (embedded, *_in_folder())


def _in_folder() -> Iterator[LocalModel]:
    for path in sorted(models_folder().glob("*.gguf"), key=lambda path: path.name.lower()):
        if not _LATER_SHARD.search(path.stem):
            try:
                yield describe(path)
            except ModelError as error:
                yield LocalModel(_FIRST_SHARD.sub("", path.stem), path, None, error=str(error))


def _named(name: str) -> LocalModel | None:
    """The first model of the folder that goes by a name."""
    for model in _in_folder():
        if name in {model.name, model.path.name, model.catalogue_name} - {""}:
            return model
    return None


def find_model(name: str) -> Path:
    """The file that goes by a name: "embedded", a path, or a name in the folder or the catalogue.

    Raises ModelNotFoundError, MissingDependencyError, ModelLoadError.
    """
    if name == EMBEDDED:
        return embedded_model()
    path = Path(name).expanduser()
    if path.suffix == ".gguf" and (path.is_file() or path.parent != Path()):
        return path  # whether it is there, who reads it will say
    model = _named(name)
    if model is not None:
        return model.path
    if path.is_file():
        return path
    if any(name == known.name for known in catalogue()):
        raise ModelNotFoundError(f"{name} is not on this machine; run: quoth models pull {name}")
    raise ModelNotFoundError(
        f"there is no model {name}: no such file, and none of that name in {models_folder()}; "
        "quoth models lists those there are"
    )


def import_model(path: Path, *, move: bool = False) -> LocalModel:
    """Copy a GGUF file, all parts of a split one, into the folder, whole or not at all.

    One that lies on the disk of the folder can `move` there instead. Raises ModelNotFoundError,
    ModelLoadError, ModelError for a name that is taken, StorageFullError.
    """
    facts = read_facts(path)
    folder = models_folder()
    taken = folder / path.name
    if taken.exists():
        raise ModelError(
            f"{taken} is there already; quoth models remove it first, or rename the file"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not move:
            _insist_on_room(facts, folder)
        put = Path.replace if move else _copy
        for part in reversed(shards_of(path)):  # the first, by which it is found, comes last
            put(part, folder / part.name)
    except OSError as error:
        raise StorageFullError(
            f"{path.name} cannot be copied to {folder}: {error.strerror or error}; free some disk "
            "space, or name another folder in QUOTH_MODELS"
        ) from error
    return describe(taken)


def _insist_on_room(facts: ModelFacts, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if facts.file_bytes > free:
        raise StorageFullError(
            f"{facts.path.name} has {facts.file_bytes / 1e9:.2f} GB and {folder} has {free / 1e9:.2f} GB "
            "left; free some disk space, or name another folder in QUOTH_MODELS"
        )


def _copy(source: Path, target: Path) -> None:
    part = target.with_name(f".{target.name}.importing")
    try:
        shutil.copyfile(source, part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def removable(name: str) -> LocalModel:
    """The model of the folder that goes by a name. Raises ModelNotFoundError for any other."""
    model = _named(name)
    if model is not None:
        return model
    raise ModelNotFoundError(
        f"{models_folder()} holds no model {name}; quoth models lists those there are"
    )


def remove_model(model: LocalModel) -> LocalModel:
    """Delete a model of the folder, all its parts. Raises ModelError."""
    try:
        parts = shards_of(model.path)
    except ModelLoadError:
        parts = (model.path,)
    try:
        for part in parts:
            part.unlink()
    except OSError as error:
        raise ModelError(f"{model.path} cannot be deleted: {error.strerror}") from error
    return model


def describe(path: Path) -> LocalModel:
    """A file of the folder as one of its models. Raises ModelLoadError, ModelNotFoundError."""
    known = {model.file: model.name for model in catalogue()}
    return LocalModel(
        _FIRST_SHARD.sub("", path.stem), path, read_facts(path), known.get(path.name, "")
    )
