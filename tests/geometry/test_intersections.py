"""Crossings of a mesh with itself, against linear programming and closed forms."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linprog

from e2far_jax.geometry.intersections import (
    contact_zone,
    intersecting_pairs,
    new_crossings,
    triangles_cross,
    welded,
)


def common_point(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether some convex combination of one triangle's corners is one of the other's."""
    constraints = np.block(
        [[first.T, -second.T], [np.ones(3), np.zeros(3)], [np.zeros(3), np.ones(3)]]
    )
    return linprog(np.zeros(6), A_eq=constraints, b_eq=[0, 0, 0, 1, 1]).status == 0


def test_pairs_of_random_triangles_as_by_linear_programming():
    rng = np.random.default_rng(0)
    first, second = rng.normal(size=(2, 150, 3, 3))
    found = triangles_cross(first, second)
    assert 10 < found.sum() < 100
    assert found.tolist() == [common_point(a, b) for a, b in zip(first, second, strict=True)]
    np.testing.assert_array_equal(triangles_cross(second, first), found)


@pytest.mark.parametrize("size", [0.1, 0.3, 2.0])
def test_the_grid_finds_what_all_pairs_find(size: float):
    rng = np.random.default_rng(1)
    corners = rng.uniform(size=(120, 1, 3)) + size * rng.normal(size=(120, 3, 3))
    corners[0] += [[-3.0, 0, 0], [3.0, 0, 0], [0, 3.0, 0]]  # one that covers many cells
    triangles = np.arange(360).reshape(-1, 3)
    a, b = np.triu_indices(120, 1)
    crossing = triangles_cross(corners[a], corners[b])
    expected = np.stack([a[crossing], b[crossing]], axis=1)
    assert len(expected) > 5
    np.testing.assert_array_equal(intersecting_pairs(corners.reshape(-1, 3), triangles), expected)


def sheet(count: int = 9) -> tuple[np.ndarray, np.ndarray]:
    """A flat square sheet of unit cells."""
    x, y = np.meshgrid(np.arange(count), np.arange(count), indexing="ij")
    corner = (x * count + y)[:-1, :-1].reshape(-1)
    triangles = np.concatenate(
        [np.stack([corner, corner + count, corner + 1], 1),
         np.stack([corner + 1, corner + count, corner + count + 1], 1)]
    )  # fmt: skip
    return np.stack([x, y, 0.0 * x], -1).reshape(-1, 3), triangles


def test_a_sheet_crosses_itself_where_it_is_folded_through():
    points, triangles = sheet()
    assert len(intersecting_pairs(points, triangles)) == 0
    bent = points.copy()
    side = points[:, 0] > 4.5  # goes up, back over the rest, and down through it
    bent[side] = np.stack(
        [6.3 - 0.8 * (points[side, 0] - 4), points[side, 1] + 0.1, 1.9 * (7.2 - points[side, 0])],
        axis=-1,
    )
    pairs = intersecting_pairs(bent, triangles)
    assert len(pairs) > 0
    assert (pairs[:, 0] < pairs[:, 1]).all()


def test_vertices_at_one_place_are_one():
    """A seam whose two sides coincide is no crossing, however the last bits fall."""
    points, triangles = sheet(5)
    twice = np.concatenate([points, points + 1e-9])
    triangles = np.concatenate([triangles, triangles + len(points)])
    places = welded(twice)
    assert len(np.unique(places)) == len(points)
    turned = twice @ np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    turned += 1e-9 * np.random.default_rng(1).normal(size=turned.shape)
    assert len(intersecting_pairs(turned, triangles, places)) == 0
    assert len(intersecting_pairs(turned, triangles)) > 0


def test_only_crossings_away_from_the_old_ones_are_new():
    points, triangles = sheet()
    pin = np.array([[2.3, 2.4, -0.5], [2.4, 2.3, -0.5], [2.35, 2.35, 0.5]])
    vertices = np.concatenate([points, pin])
    triangles = np.concatenate([triangles, [[len(points), len(points) + 1, len(points) + 2]]])
    places = welded(vertices)
    zone = contact_zone(vertices, triangles, places, rings=1)
    assert 3 < zone.sum() < 30
    moved = vertices.copy()
    moved[-3:, :2] += 0.5
    assert len(intersecting_pairs(moved, triangles)) > 0
    assert len(new_crossings(moved, triangles, places, zone)) == 0
    moved[-3:, :2] += 3.0
    assert len(new_crossings(moved, triangles, places, zone)) > 0


def test_no_triangles():
    assert intersecting_pairs(np.zeros((0, 3)), np.zeros((0, 3), np.int64)).shape == (0, 2)
    assert intersecting_pairs(np.zeros((3, 3)), np.zeros((0, 3), np.int64)).shape == (0, 2)


def test_triangles_without_area_cross_nothing():
    points = np.zeros((6, 3))
    assert len(intersecting_pairs(points, np.arange(6).reshape(2, 3))) == 0
