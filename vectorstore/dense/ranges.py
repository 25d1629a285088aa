"""What the codes of an inverted file learned from a sample, and which vectors they cannot hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from vectorstore.dense import calls

if TYPE_CHECKING:
    from quoth.datatypes import FloatArray

# A score that is off by so much tells near neighbours from others no more.
_MOST_OFF = 0.05
# FAISS's fast scan looks numbers up by 4 bits.
CENTRES = 16


@dataclass(frozen=True, slots=True)
class Trained:
    """The lists and codes that suit a sample; all float32.

    `centroids` has shape (n_lists, dimension). `codebook` has shape (parts, 16, dimension / parts):
    what a 4-bit code of a part stands for. `ranges` has shape (2 * dimension,): the smallest values
    of the 8-bit codes, then the widths. `furthest`, shape (1,), is how far a vector of the sample
    is from what its 4-bit codes stand for, at most.
    """

    centroids: FloatArray
    codebook: FloatArray
    ranges: FloatArray
    furthest: FloatArray

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self.centroids.shape[1])

    def misfits(self, vectors: FloatArray) -> int:
        """How many vectors (n, dimension) either code holds worse by 0.05 than those of the sample."""
        if not len(vectors):
            return 0
        lowest, width = np.split(self.ranges, 2)
        outside = vectors - np.clip(vectors, lowest, lowest + width)
        is_cut = np.linalg.norm(outside, axis=1) > _MOST_OFF
        is_far = distances(product_quantizer(self.codebook), vectors) > self.furthest + _MOST_OFF
        return int((is_cut | is_far).sum())


def parts_of(dimension: int) -> int:
    """How many parts a vector is cut into for the 4-bit codes: two numbers each."""
    return dimension // 2 if dimension % 2 == 0 else dimension


def product_quantizer(codebook: FloatArray) -> Any:
    """FAISS's product quantizer with these centres."""
    faiss = calls.library()
    parts, _, width = codebook.shape
    found = faiss.ProductQuantizer(parts * width, parts, 4)
    faiss.copy_array_to_vector(codebook.ravel(), found.centroids)
    return found


def distances(quantizer: Any, vectors: FloatArray) -> FloatArray:
    """How far each vector is from what its codes stand for."""
    found: FloatArray = np.linalg.norm(
        vectors - quantizer.decode(quantizer.compute_codes(vectors)), axis=1
    )
    return found
