from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from generation.llama import LlamaModel, load_model
from quoth.config import ModelConfig

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def model() -> Iterator[LlamaModel]:
    # One thread: beside other programs two would wait for each other most of the time.
    loaded = load_model(ModelConfig(context_size=768, threads=1, gpu_layers=0))
    yield loaded
    loaded.close()
