"""Closest points on meshes against brute force over all triangles and hand-made cases."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from e2far_jax.geometry.closest_points import Surface, closest_points
from tests.geometry.slow_distances import distances_from_triangles

TRIANGLE = np.array([[0.0, 0, 0], [4, 0, 0], [0, 4, 0]])
ONE = np.array([[0, 1, 2]])


def soup(seed: int, count: int = 60) -> tuple[np.ndarray, np.ndarray]:
    """Triangles anywhere, of all sizes."""
    rng = np.random.default_rng(seed)
    sizes = np.exp(rng.uniform(-4.0, 1.0, (count, 1, 1)))
    corners = rng.normal(size=(count, 1, 3)) + sizes * rng.normal(size=(count, 3, 3))
    return corners.reshape(-1, 3), np.arange(3 * count).reshape(-1, 3)


@pytest.mark.parametrize(
    ("point", "nearest"),
    [
        ((1, 1, 5), (1, 1, 0)),  # over the inside
        ((1, 1, 0), (1, 1, 0)),  # on it
        ((1, -2, 1), (1, 0, 0)),  # beyond the edges
        ((-3, 2, 1), (0, 2, 0)),
        ((4, 4, 1), (2, 2, 0)),
        ((-1, -2, 1), (0, 0, 0)),  # beyond the corners
        ((9, -1, 0), (4, 0, 0)),
        ((-1, 7, 2), (0, 4, 0)),
    ],
)
def test_each_part_of_a_triangle(point, nearest):
    found = closest_points(np.array([point], float), TRIANGLE, ONE)
    np.testing.assert_allclose(found.points[0], nearest, atol=1e-14)
    assert found.triangles.tolist() == [0]
    assert found.distances[0] == pytest.approx(np.linalg.norm(np.subtract(point, nearest)))


@pytest.mark.parametrize("seed", range(3))
def test_as_by_brute_force(seed: int):
    vertices, triangles = soup(seed)
    points = 2.0 * np.random.default_rng(seed + 10).normal(size=(400, 3))
    expected = distances_from_triangles(points, vertices, triangles)
    found = closest_points(points, vertices, triangles)
    np.testing.assert_allclose(found.distances, expected.min(axis=1), atol=1e-12)
    # The named triangle is one that is nearest, and the point lies on it.
    named = expected[np.arange(400), found.triangles]
    np.testing.assert_allclose(named, expected.min(axis=1), atol=1e-12)
    on_it = distances_from_triangles(found.points, vertices, triangles)
    np.testing.assert_allclose(on_it[np.arange(400), found.triangles], 0.0, atol=1e-12)
    np.testing.assert_allclose(
        np.linalg.norm(points - found.points, axis=1), found.distances, atol=1e-14
    )


def test_triangles_without_area_are_segments_and_points():
    rng = np.random.default_rng(4)
    start, along = rng.normal(size=(2, 300, 1, 3))
    corners = start + rng.normal(size=(300, 3, 1)) * along  # in a line
    corners[:20, 1] = corners[:20, 0]  # two coincide
    corners[20:40] = corners[20:40, :1]  # all coincide
    vertices, triangles = corners.reshape(-1, 3), np.arange(900).reshape(-1, 3)
    points = 2.0 * rng.normal(size=(10, 3))
    for triangle in range(300):
        one = triangles[triangle : triangle + 1]
        low = np.minimum.reduce(
            [distances_from_triangles(points, vertices, one[:, [i, j, j]])[:, 0]
             for i, j in ((0, 1), (1, 2), (2, 0))]
        )  # fmt: skip
        found = closest_points(points, vertices, one)
        np.testing.assert_allclose(found.distances, low, atol=1e-9)
    same = np.array([[0, 1, 1], [2, 2, 2]])
    found = closest_points(points, TRIANGLE, same)
    expected = distances_from_triangles(points, TRIANGLE, same).min(axis=1)
    np.testing.assert_allclose(found.distances, expected, atol=1e-12)


def test_order_motion_and_unit_change_nothing():
    vertices, triangles = soup(5)
    rng = np.random.default_rng(6)
    points = rng.normal(size=(50, 3))
    expected = closest_points(points, vertices, triangles).distances
    order = rng.permutation(len(vertices))
    shuffled = np.argsort(order)[triangles][rng.permutation(len(triangles))]
    found = closest_points(points, vertices[order], shuffled)
    np.testing.assert_allclose(found.distances, expected, atol=1e-13)
    turn = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    moved = closest_points(0.001 * points @ turn + 3.0, 0.001 * vertices @ turn + 3.0, triangles)
    np.testing.assert_allclose(moved.distances, 0.001 * expected, atol=1e-14)


def test_a_surface_keeps_its_own_copy():
    vertices, triangles = TRIANGLE.copy(), ONE.copy()
    surface = Surface(vertices, triangles)
    vertices[:], triangles[:] = np.nan, 99
    assert surface.closest(np.array([[1.0, 1, 5]])).distances[0] == pytest.approx(5.0)


def test_other_number_types_and_no_points():
    single = closest_points(
        np.array([[1, 1, 5]], np.float32), TRIANGLE.astype(np.float32), ONE.astype(np.int16)
    )
    assert single.points.dtype == np.float64
    assert single.distances[0] == pytest.approx(5.0)
    none = closest_points(np.zeros((0, 3)), TRIANGLE, ONE)
    assert none.points.shape == (0, 3)
    assert none.distances.shape == none.triangles.shape == (0,)


@pytest.mark.parametrize(
    ("points", "vertices", "triangles", "message"),
    [
        (TRIANGLE, TRIANGLE, np.zeros((0, 3), int), "no triangles"),
        (TRIANGLE, np.zeros((0, 3)), ONE, "vertices 0 to 2, of which there are 0"),
        (TRIANGLE, TRIANGLE, np.array([[0, 1, 3]]), "vertices 0 to 3, of which there are 3"),
        (TRIANGLE, TRIANGLE, np.array([[0, 1, -1]]), "vertices -1 to 1"),
        (TRIANGLE, TRIANGLE + np.array([[0], [np.nan], [0]]), ONE, "1 of 3 vertices .* number 1"),
        (TRIANGLE, TRIANGLE - np.inf, ONE, "3 of 3 vertices are not finite"),
        (
            TRIANGLE + np.array([[np.inf], [0], [np.nan]]),
            TRIANGLE,
            ONE,
            "2 of 3 points are not finite",
        ),
    ],
)
def test_what_native_code_must_not_see(points, vertices, triangles, message: str):
    with pytest.raises(ValueError, match=message):
        closest_points(points, vertices, triangles)


def test_without_libigl(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "igl", None)
    with pytest.raises(ValueError, match=r"libigl is not installed: pip install 'e2far-jax\[eval"):
        Surface(TRIANGLE, ONE)
