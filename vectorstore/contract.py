"""What retrieval asks of a library. Knows no store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quoth.datatypes import Chunk, Collections, FloatArray, Where


class Library(Protocol):
    """What retrieval asks of a library. Rows are integers that name chunks."""

    def dense(
        self, vector: FloatArray, k: int, *, collection: Collections, where: Where | None
    ) -> list[tuple[int, float]]:
        """The `k` chunks nearest to `vector` by cosine: (row, cosine), best first."""
        ...

    def lexical(
        self, question: str, k: int, *, collection: Collections, where: Where | None
    ) -> list[tuple[int, float]]:
        """The `k` chunks best by BM25: (row, score), best first."""
        ...

    def lexical_scores(self, question: str, rows: Sequence[int]) -> dict[int, float]:
        """The BM25 score of each of these rows; one without a word of the question is left out."""
        ...

    def vectors(self, rows: Sequence[int]) -> dict[int, FloatArray]:
        """The stored vectors of these rows; a row that is gone is left out."""
        ...

    def chunks(self, rows: Sequence[int]) -> dict[int, Chunk]:
        """The chunks of these rows; a row that is gone is left out."""
        ...

    def sources(self, rows: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """Every source of each row's document, sorted; a row that is gone is left out."""
        ...
