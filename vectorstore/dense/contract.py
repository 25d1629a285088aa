"""What every dense index can do, and what it is filled from. Knows no index library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quoth.datatypes import FloatArray, RowArray
    from vectorstore.dense.choice import Plan


class DenseIndex(Protocol):
    """Vectors by chunk row. All vectors are float32, unit length, shape (n, dimension).

    `plan` is its kind; `trained_on` is for how many vectors its lists were made, 0 without lists.
    Safe to share between threads. Adding and searching raise GpuFailedError on a GPU only.
    """

    plan: Plan
    trained_on: int

    @property
    def description(self) -> str:
        """The kind of index and where it is, in words."""
        ...

    @property
    def exact(self) -> bool:
        """Whether what it finds, and its scores, are those of brute force in float32."""
        ...

    @property
    def n_bytes(self) -> int:
        """Memory that the vectors take, in bytes."""
        ...

    def __len__(self) -> int:
        """How many vectors are in it."""
        ...

    def add(self, rows: RowArray, vectors: FloatArray) -> None:
        """Add vectors; `rows` must be new to the index."""
        ...

    def remove(self, rows: RowArray) -> None:
        """Take out these rows; those not in the index are no error."""
        ...

    def misfits(self, vectors: FloatArray) -> int:
        """How many of these vectors it could only keep so badly that searches may miss them."""
        ...

    def search(
        self, vector: FloatArray, k: int, allowed: RowArray | None = None
    ) -> list[tuple[int, float]]:
        """The `k` best (row, inner product) of the `allowed` rows (None: all), best first.

        `allowed` ascends. A GPU may give fewer than `k` though more are allowed.
        """
        ...


class VectorSource(Protocol):
    """All vectors that belong into an index, read in pieces that fit into memory."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        ...

    def __len__(self) -> int:
        """How many vectors there are."""
        ...

    def sample(self, n: int) -> tuple[RowArray, FloatArray]:
        """`n` of them at random, or all when there are no more, in random order."""
        ...

    def batches(self) -> Iterator[tuple[RowArray, FloatArray]]:
        """All of them, in ascending order of row."""
        ...
