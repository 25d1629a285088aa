"""Orders the best candidates anew by a model that reads question and passage together.

It knows a function that scores pairs, and the time it may take; the models are elsewhere.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quoth.config import RerankConfig
    from quoth.datatypes import Chunk


class Reranker(Protocol):
    """Scores how well passages answer a question."""

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """One score for each passage, higher is better; what a model can't read of it is cut off."""
        ...

    def close(self) -> None:
        """Let go of the model's memory."""
        ...


class Reranking:
    """A reranker within its limits."""

    def __init__(
        self,
        reranker: Reranker,
        config: RerankConfig,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.candidates = config.candidates
        self._reranker = reranker
        self._batch = config.batch_size
        self._budget = config.budget_milliseconds / 1000
        self._clock = clock

    def ranked(
        self, question: str, candidates: Sequence[tuple[int, Chunk]]
    ) -> list[tuple[int, float]]:
        """The candidates that there was time for, (row, score), best first.

        They are scored from the first on, in batches. None begins that would not end in time if it
        took as long as the longest before it; the first always begins. Equals keep their order.
        """
        began = before = self._clock()
        longest = 0.0
        scored: list[tuple[int, float]] = []
        for start in range(0, len(candidates), self._batch):
            if start and before + longest - began > self._budget:
                break
            batch = candidates[start : start + self._batch]
            texts = [chunk.text_with_headings for _, chunk in batch]
            scores = self._reranker.scores(question, texts)
            scored += [(row, score) for (row, _), score in zip(batch, scores, strict=True)]
            now = self._clock()
            longest, before = max(longest, now - before), now
        return sorted(scored, key=lambda pair: -pair[1])
