"""Tells which vectors the 8-bit codes of an inverted file cannot hold. Knows vectors only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quoth.datatypes import FloatArray

# A code that is off by so much changes a score by less than what near neighbours differ in.
_MOST_OFF = 0.05
# 512 × 2,048 scores take 4 MB.
_BATCH = 512


@dataclass(frozen=True, slots=True)
class CodeRanges:
    """What the codes can hold: a vector minus the centroid of its list, within each dimension's range.

    `centroids` is float32, shape (n_lists, dimension); `ranges` is float32, shape
    (2 * dimension,): the smallest values, then the widths. Both come from the sample that the
    index was trained on, so a vector unlike all of it is cut off at the ends.
    """

    centroids: FloatArray
    ranges: FloatArray

    def misfits(self, vectors: FloatArray) -> int:
        """How many of the unit vectors (n, dimension) lie further outside than 0.05."""
        lowest, width = np.split(self.ranges, 2)
        found = 0
        for start in range(0, len(vectors), _BATCH):
            part = vectors[start : start + _BATCH]
            nearest = np.argmax(part @ self.centroids.T, axis=1)
            rest = part - self.centroids[nearest]
            outside = rest - np.clip(rest, lowest, lowest + width)
            found += int((np.linalg.norm(outside, axis=1) > _MOST_OFF).sum())
        return found
