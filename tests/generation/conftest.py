from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.loading import load_local
from quoth.config import ModelConfig

if TYPE_CHECKING:
    from collections.abc import Iterator

    from generation.llama import LlamaModel


@pytest.fixture(scope="session")
def model() -> Iterator[LlamaModel]:
    # One thread: beside other programs two would wait for each other most of the time.
    loaded = load_local(ModelConfig(context_size=768, threads=1, gpu_layers=0))
    yield loaded
    loaded.close()
