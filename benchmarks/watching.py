"""Wrappers that count and time what an engine asks of its embedder, model and library.

They go in through the engine's own constructor, so the product's path is what is measured.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING

from generation.model import KnowsItsSpeed
from generation.reading_ahead import ReadsAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from generation.model import Completion, LanguageModel, Prompt
    from quoth.config import GenerationConfig
    from quoth.datatypes import Chunk, Collections, FloatArray, Message, Where
    from vectorstore import Embedder, Library


class Watch:
    """Seconds and calls by name."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.calls: defaultdict[str, int] = defaultdict(int)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Add the time of the block to `name`."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - began
            self.calls[name] += 1

    def reset(self) -> None:
        """Forget everything."""
        self.seconds.clear()
        self.calls.clear()


class WatchedEmbedder:
    """An embedder whose calls are counted; with `remember`, a question is embedded only once."""

    def __init__(self, embedder: Embedder, *, remember: bool = False) -> None:
        self.watch = Watch()
        self.name = embedder.name
        self._embedder = embedder
        self._questions: dict[str, FloatArray] | None = {} if remember else None

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the embedder inside."""
        return self._embedder.fingerprint

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return self._embedder.dimension

    @property
    def max_tokens(self) -> int:
        """The most tokens of a passage that the embedder inside reads."""
        return self._embedder.max_tokens

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Tokens of each text."""
        return self._embedder.count_tokens(texts)

    def embed_passages(self, texts: Sequence[str]) -> FloatArray:
        """One row for each text; only calls with texts are counted."""
        if not texts:
            return self._embedder.embed_passages(texts)
        with self.watch.timed("passages"):
            return self._embedder.embed_passages(texts)

    def embed_question(self, text: str) -> FloatArray:
        """One row, shape (dimension,)."""
        if self._questions is not None and text in self._questions:
            return self._questions[text]
        with self.watch.timed("question"):
            row = self._embedder.embed_question(text)
        if self._questions is not None:
            self._questions[text] = row
        return row


class WatchedModel:
    """A language model whose evaluation is timed apart from its tokenizer."""

    def __init__(self, model: LanguageModel) -> None:
        self.watch = Watch()
        self.name = model.name
        self.context_size = model.context_size
        self.n_parameters = model.n_parameters
        self._model = model
        if isinstance(model, ReadsAhead):
            self.read_ahead = model.read_ahead
        if isinstance(model, KnowsItsSpeed):
            self.tokens_within = model.tokens_within

    def count_tokens(self, text: str) -> int:
        """Tokens of `text`."""
        with self.watch.timed("count"):
            return self._model.count_tokens(text)

    def render(self, messages: Sequence[Message]) -> Prompt:
        """The messages in the model's chat template."""
        with self.watch.timed("render"):
            return self._model.render(messages)

    def complete(
        self,
        prompt: Prompt,
        settings: GenerationConfig,
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Iterator[Completion]:
        """The completion, with the time spent inside the model added up."""
        steps = self._model.complete(prompt, settings, cancelled=cancelled)
        while True:
            with self.watch.timed("complete"):
                step = next(steps, None)
            if step is None:
                return
            yield step

    def close(self) -> None:
        """Free the memory."""
        self._model.close()


class WatchedLibrary:
    """What retrieval asks of a library, timed by the question asked."""

    def __init__(self, library: Library) -> None:
        self.watch = Watch()
        self._library = library

    def dense(
        self, vector: FloatArray, k: int, *, collection: Collections, where: Where | None
    ) -> list[tuple[int, float]]:
        """The `k` nearest chunks."""
        with self.watch.timed("dense"):
            return self._library.dense(vector, k, collection=collection, where=where)

    def lexical(
        self, question: str, k: int, *, collection: Collections, where: Where | None
    ) -> list[tuple[int, float]]:
        """The `k` best chunks by BM25."""
        with self.watch.timed("lexical"):
            return self._library.lexical(question, k, collection=collection, where=where)

    def lexical_scores(self, question: str, rows: Sequence[int]) -> dict[int, float]:
        """BM25 scores of chunks."""
        with self.watch.timed("lexical"):
            return self._library.lexical_scores(question, rows)

    def vectors(self, rows: Sequence[int]) -> dict[int, FloatArray]:
        """Stored vectors."""
        with self.watch.timed("vectors"):
            return self._library.vectors(rows)

    def chunks(self, rows: Sequence[int]) -> dict[int, Chunk]:
        """Stored chunks."""
        with self.watch.timed("chunks"):
            return self._library.chunks(rows)

    def sources(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Sources of chunks."""
        with self.watch.timed("chunks"):
            return self._library.sources(rows)
