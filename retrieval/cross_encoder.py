"""A sentence-transformers CrossEncoder as a reranker. Knows no hits and no time."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from quoth.errors import ModelLoadError
from vectorstore import find_folder, loading

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quoth.config import RerankConfig

_LONGEST = 512


class CrossEncoderReranker:
    """Reads question and passage together. Safe to share between threads: they take turns."""

    def __init__(self, config: RerankConfig) -> None:
        """Raises ModelLoadError for a folder that holds none, or one that gives several scores.

        Also ModelNotFoundError.
        """
        self._batch = config.batch_size
        self._turn = threading.Lock()
        self._model = _load(find_folder(config.model, "rerank.model"), config)

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score for each passage, higher is better; what the model can't read of it is cut."""
        pairs = [(question, passage) for passage in passages]
        if not pairs:
            return []
        with self._turn:
            found = self._model.predict(
                pairs, batch_size=self._batch, show_progress_bar=False, convert_to_numpy=True
            )
        return [float(score) for score in found]

    def close(self) -> None:
        """Let go of the model's memory."""
        self._model = None


def _load(folder: Path, config: RerankConfig) -> Any:
    from sentence_transformers import CrossEncoder

    device = None if config.device == "auto" else config.device
    with loading(folder, "CrossEncoder", "rerank.model"):
        model = CrossEncoder(str(folder), device=device, local_files_only=True)
    if model.num_labels != 1:
        raise ModelLoadError(
            f"{folder} gives {model.num_labels} scores for a pair, not one; it classifies and does "
            "not rank: choose another rerank.model"
        )
    # A tokenizer without a limit of its own says 10**30.
    model.max_seq_length = min(model.max_seq_length or _LONGEST, _LONGEST)
    return model.eval()
