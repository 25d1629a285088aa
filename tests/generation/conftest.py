from __future__ import annotations

from collections.abc import Iterator

import pytest

from generation.llama import LlamaModel, load_model
from quoth.config import ModelConfig


@pytest.fixture(scope="session")
def model() -> Iterator[LlamaModel]:
    # One thread: beside other programs two would wait for each other most of the time.
    loaded = load_model(ModelConfig(context_size=1024, threads=1))
    yield loaded
    loaded.close()
