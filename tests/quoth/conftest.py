from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quoth import Quoth
from tests.quoth.counting import CountingEmbedder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from vectorstore import Embedder


@pytest.fixture
def counting(embedder: Embedder) -> CountingEmbedder:
    return CountingEmbedder(embedder)


@pytest.fixture
def quoth(tmp_path: Path, counting: CountingEmbedder) -> Iterator[Quoth]:
    with Quoth.open(tmp_path / "library", embedder=counting) as opened:
        yield opened
