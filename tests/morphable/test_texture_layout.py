from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.morphable.formats.texture_layout import separated
from tests.maps.faces import grid


def parts(*places: tuple[float, float, float], steps: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Square grids, each at (u, v) and of a size; the first are finer."""
    coordinates, triangles, count = [], [], 0
    for number, (left, low, size) in enumerate(places):
        u, v, corners = grid(steps - number, steps - number)
        coordinates.append(np.stack([left + size * u, low + size * v], axis=1))
        triangles.append(corners + count)
        count += len(u)
    return np.concatenate(coordinates), np.concatenate(triangles)


def boxes(coordinates: np.ndarray, count: int, steps: int = 20) -> list[np.ndarray]:
    ends = np.cumsum([(steps - number + 1) ** 2 for number in range(count)])
    return [
        np.concatenate([part.min(axis=0), part.max(axis=0)])
        for part in np.split(coordinates, ends[:-1])
    ]


def test_parts_side_by_side_stay():
    coordinates, triangles = parts((0.0, 0.0, 1.0), (1.0, 0.0, 0.5), (1.5, 0.5, 0.5))
    np.testing.assert_array_equal(separated(coordinates, triangles), coordinates)


def test_parts_over_others_get_a_place_of_their_own():
    coordinates, triangles = parts((0.0, 0.0, 1.0), (1.0, 0.0, 0.9), (0.2, 0.2, 0.6), (0, 0, 1.0))
    result = boxes(separated(coordinates, triangles), 4)
    before = boxes(coordinates, 4)
    np.testing.assert_array_equal(result[:2], before[:2])
    for number, box in enumerate(result):
        for other in result[:number]:
            assert (box[2:] <= other[:2]).any() or (other[2:] <= box[:2]).any()
    assert result[2][0] > 2.0  # to the right of the tile that is begun
    assert np.max(result) < 3.0
    # Squares stay squares.
    sides = [box[2:] - box[:2] for box in result]
    assert all(side[0] == pytest.approx(side[1]) for side in sides)


def test_many_parts_take_several_tiles():
    coordinates, triangles = parts(*[(0.0, 0.0, 1.0)] * 12)
    result = separated(coordinates, triangles)
    assert 2.0 < result[:, 0].max() < 3.0
    assert result[:, 1].min() >= 0.0
    assert result[:, 1].max() <= 1.0
