from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retrieval.projection import neighbours, placed, principal
from tests.vectorstore.making import unit_vectors

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray


def two_camps(n: int, dimension: int = 16) -> NDArray[np.float32]:
    """`n` unit vectors near one axis, then `n` near another."""
    noise = 0.2 * unit_vectors(2 * n, dimension=dimension)
    noise[:n, 0] += 1
    noise[n:, 1] += 1
    return noise / np.linalg.norm(noise, axis=1, keepdims=True)


def test_principal_components_are_those_of_the_singular_values() -> None:
    vectors = unit_vectors(40)
    centred = vectors - vectors.mean(axis=0)
    _, _, directions = np.linalg.svd(centred, full_matrices=False)
    expected = centred @ directions[:2].T
    found = principal(vectors)
    for axis in (0, 1):
        assert abs(np.corrcoef(found[:, axis], expected[:, axis])[0, 1]) == pytest.approx(
            1, abs=1e-4
        )


@given(arrays(np.float32, (5, 3), elements=st.floats(-1, 1, width=32)))
def test_every_position_is_a_number_on_the_plane(vectors: NDArray[np.float32]) -> None:
    found = principal(vectors)
    assert found.shape == (5, 2)
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1.001


@pytest.mark.parametrize("layout", [principal, neighbours])
def test_a_layout_is_the_same_each_time_and_parts_what_differs(
    layout: Callable[[NDArray[np.float32]], NDArray[np.float32]],
) -> None:
    vectors = two_camps(20)
    found = layout(vectors)
    np.testing.assert_array_equal(found, layout(vectors))
    middles = found[:20].mean(axis=0), found[20:].mean(axis=0)
    for own, position in enumerate(found):
        camp = own // 20
        to_own, to_other = (np.linalg.norm(position - middles[i]) for i in (camp, 1 - camp))
        assert to_own < to_other


@pytest.mark.parametrize("n", [1, 2, 7])
def test_a_few_vectors_have_a_layout_too(n: int) -> None:
    found = neighbours(unit_vectors(n))
    assert found.shape == (n, 2)
    assert np.isfinite(found).all()


def test_equal_vectors_lie_on_one_spot() -> None:
    vectors = np.repeat(unit_vectors(1), 12, axis=0)
    assert np.isfinite(neighbours(vectors)).all()
    assert np.ptp(principal(vectors)) == 0


def test_what_was_not_laid_out_stands_with_its_neighbours() -> None:
    positions = np.array([(0, 0), (0.1, 0), (0, 0.1), (1, 1), (-1, 1), (1, -1)], dtype=np.float32)
    similarities = np.array([0.9, 0.88, 0.87, 0.6, 0.5, 0.2], dtype=np.float32)
    x, y = placed(similarities, positions)
    assert abs(x) < 0.2
    assert abs(y) < 0.2
    assert placed(similarities[:1], positions[:1]) == (0, 0)
