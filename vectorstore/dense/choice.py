"""Decides by size which kind of index serves a library, and where. Knows numbers only.

docs/scale.md has the measurements that the numbers rest on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from quoth.config import IndexConfig

# Lists fit a size within this factor: reading a few more or fewer of them makes up for it.
_GROWTH = 4
# The share of vectors that the codes may hold badly; the default of index.recall allows as much.
_MOST_MISFITS = 0.01
_FEWEST_LISTS = 8
_MOST_LISTS = 16_384
_MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Plan:
    """One way to serve a library."""

    device: Literal["cpu", "gpu"]
    kind: Literal["flat", "inverted"]


def plans(n_vectors: int, dimension: int, config: IndexConfig, n_gpus: int) -> tuple[Plan, ...]:
    """The ways to serve so many vectors, the best first; the last is always possible.

    A GPU compares every vector while they fit into its budget, for that is quick there.
    """
    large = n_vectors > config.exact_up_to
    last = Plan("cpu", "inverted" if large else "flat")
    if n_gpus == 0 or config.device == "cpu":
        return (last,)
    found = []
    if fits(n_vectors * dimension * (2 if config.float16 else 4), config):
        found.append(Plan("gpu", "flat"))
    if large and fits(n_vectors * (dimension + 8), config):
        found.append(Plan("gpu", "inverted"))
    return (*found, last)


def expected(plan: Plan, n_vectors: int, dimension: int, config: IndexConfig) -> dict[str, object]:
    """The kind and the bytes of an exact index that is not loaded; an inverted file has none yet."""
    if plan.kind == "inverted":
        return {"kind": "not made yet"}
    if plan.device == "cpu":
        return {"kind": "exact, float32, CPU", "bytes": n_vectors * (4 * dimension + 8)}
    number, size = ("float16", 2) if config.float16 else ("float32", 4)
    return {"kind": f"exact, {number}, GPU", "bytes": n_vectors * dimension * size}


def fits(n_bytes: int, config: IndexConfig) -> bool:
    """Whether the configuration lets vectors take so much of a GPU's memory."""
    budget = config.gpu_memory_megabytes
    return budget == 0 or n_bytes <= budget * _MEGABYTE


def lists_for(n_vectors: int) -> int:
    """How many lists so many vectors are put into: the power of two nearest to 2 √n."""
    wanted = max(2 * n_vectors**0.5, 1)
    return max(_FEWEST_LISTS, min(1 << round(math.log2(wanted)), _MOST_LISTS))


def is_outgrown(
    plan: Plan, n_vectors: int, dimension: int, trained_on: int, config: IndexConfig
) -> bool:
    """Whether an index no longer suits its library and had better be built anew.

    `trained_on` is how many vectors the library had when the lists of an inverted file were made.
    """
    if plan.kind == "inverted":
        return n_vectors > _GROWTH * trained_on or _GROWTH * n_vectors < trained_on
    if plan.device == "gpu":
        return not fits(n_vectors * dimension * (2 if config.float16 else 4), config)
    return n_vectors > 2 * config.exact_up_to


def is_misfitting(n_misfits: int, n_vectors: int) -> bool:
    """Whether so many vectors do not suit the codes that these had better be made anew."""
    return n_misfits > _MOST_MISFITS * n_vectors
