"""Iterative closest points on surfaces whose registration is known, and against scipy's optimum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.alignment.icp import point_to_plane_icp, point_to_point_icp
from e2far_jax.evaluation.alignment.matches import point_matches, surface_matches
from e2far_jax.evaluation.alignment.transformations import IDENTITY, Transformation
from e2far_jax.geometry.closest_points import Surface
from tests.evaluation.alignment.shapes import face, motion, moved, relief, sheet

BOTH = pytest.mark.parametrize("icp", [point_to_plane_icp, point_to_point_icp])


def surface_of(mesh) -> Surface:
    return Surface(mesh.vertices, mesh.triangles)


def middle(mesh, width: float = 90.0) -> np.ndarray:
    return mesh.vertices[(np.abs(mesh.vertices[:, :2]) < width / 2).all(axis=1)]


@pytest.mark.parametrize("seed", range(3))
def test_a_moved_part_comes_back(seed: int):
    points, away = middle(face()), motion(seed, degrees=10.0, shift=6.0)
    found = point_to_plane_icp(away.apply(points), surface_matches(surface_of(face())))
    assert found.converged
    assert found.iterations < 30
    np.testing.assert_allclose(found.transformation.apply(away.apply(points)), points, atol=1e-4)
    # By turns of points it creeps there.
    slow = point_to_point_icp(
        away.apply(points), surface_matches(surface_of(face())), iterations=400, tolerance=1e-9
    )
    assert slow.converged
    np.testing.assert_allclose(slow.transformation.apply(away.apply(points)), points, atol=0.1)


@BOTH
def test_a_plane_is_lifted_and_not_slid(icp):
    plane = sheet(count=15)
    found = icp(middle(plane) + np.array([0, 0, 5.0]), surface_matches(surface_of(plane)))
    assert found.converged
    np.testing.assert_allclose(found.transformation.translation, [0, 0, -5.0], atol=1e-6)
    np.testing.assert_allclose(found.transformation.rotation, np.eye(3), atol=1e-7)


def error(vector: np.ndarray, points: np.ndarray, surface: Surface) -> float:
    rotation = Rotation.from_rotvec(vector[:3] / 50.0).as_matrix()
    placed = Transformation(1.0, rotation, vector[3:]).apply(points)
    return float(np.mean(surface.closest(placed).distances ** 2))


@BOTH
def test_noisy_points_as_well_as_by_scipy(icp):
    rng = np.random.default_rng(3)
    points = middle(face()) + rng.normal(size=(len(middle(face())), 3))
    surface = surface_of(face())
    best = minimize(error, np.zeros(6), (points, surface), "BFGS").fun
    found = icp(points, surface_matches(surface), iterations=300, tolerance=1e-9).transformation
    reached = np.mean(surface.closest(found.apply(points)).distances ** 2)
    assert best < 0.98 * error(np.zeros(6), points, surface)
    assert reached == pytest.approx(best, rel=3e-3)
    assert reached >= best * (1.0 - 1e-6)


def test_points_with_normals_as_a_target():
    mesh = sheet(count=141, heights=relief)
    x, y = mesh.vertices[:, 0], mesh.vertices[:, 1]
    step = 1e-5
    slopes = [(relief(x + step, y) - relief(x - step, y)) / (2 * step),
              (relief(x, y + step) - relief(x, y - step)) / (2 * step)]  # fmt: skip
    normals = np.stack([-slopes[0], -slopes[1], np.ones_like(x)], axis=-1)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    points, away = middle(mesh)[::7], motion(4, degrees=6.0, shift=4.0)
    found = point_to_plane_icp(away.apply(points), point_matches(mesh.vertices, normals))
    np.testing.assert_allclose(found.transformation.apply(away.apply(points)), points, atol=1e-3)


def test_what_the_target_does_not_cover_is_trimmed():
    """Half of the points lie beyond the target's border, and would pull on it."""
    whole, away = face(), motion(5, degrees=3.0, shift=2.0)
    left = whole.triangles[(whole.vertices[whole.triangles][..., 0] < 20.0).all(axis=1)]
    target = Surface(whole.vertices, left)
    points = away.apply(whole.vertices)
    trimmed = point_to_plane_icp(points, surface_matches(target, trim_border=True))
    assert trimmed.converged
    np.testing.assert_allclose(trimmed.transformation.apply(points), whole.vertices, atol=1e-3)
    pulled = point_to_plane_icp(points, surface_matches(target))
    assert np.abs(pulled.transformation.apply(points) - whole.vertices).max() > 0.5


@BOTH
def test_moving_both_moves_the_answer(icp):
    points = motion(6, degrees=5.0, shift=3.0).apply(middle(face()))
    base = icp(points, surface_matches(surface_of(face()))).transformation
    away = motion(7)
    there = icp(points, surface_matches(surface_of(moved(face(), away))), start=away).transformation
    np.testing.assert_allclose(there.apply(points), away.after(base).apply(points), atol=1e-3)


@BOTH
def test_the_starts_scale_stays(icp):
    start = Transformation(1000.0, np.eye(3), np.zeros(3))  # metres to mm
    points = middle(face()) + np.array([1.0, 0.5, 2.0])
    found = icp(points / 1000.0, surface_matches(surface_of(face())), start=start).transformation
    assert found.scale == pytest.approx(1000.0)
    expected = icp(points, surface_matches(surface_of(face()))).transformation
    np.testing.assert_allclose(found.apply(points / 1000.0), expected.apply(points), atol=1e-6)


def test_the_change_of_the_error_ends_turns_of_points():
    rng = np.random.default_rng(9)
    points = motion(9, degrees=6.0, shift=4.0).apply(middle(face()))
    points = points + 0.5 * rng.normal(size=points.shape)
    match = surface_matches(surface_of(face()))
    tolerance = 1e-3

    def error_after(turns: int) -> float:
        """The mean squared distance from the turn's own matches."""
        before = point_to_point_icp(points, match, iterations=turns - 1, tolerance=0.0)
        after = point_to_point_icp(points, match, iterations=turns, tolerance=0.0)
        targets = match(before.transformation.apply(points)).points
        return np.mean(np.sum((after.transformation.apply(points) - targets) ** 2, axis=1))

    found = point_to_point_icp(points, match, tolerance=tolerance)
    last = [error_after(found.iterations - back) for back in (2, 1, 0)]
    assert found.iterations > 5
    assert last[0] - last[1] >= tolerance > last[1] - last[2]


@BOTH
def test_too_few_turns_are_told(icp):
    points = motion(8, degrees=10.0, shift=6.0).apply(middle(face()))
    found = icp(points, surface_matches(surface_of(face())), iterations=2)
    assert (found.converged, found.iterations) == (False, 2)
    assert found.transformation is not IDENTITY


@BOTH
def test_too_few_matches(icp):
    target = surface_of(face())
    with pytest.raises(ValueError, match="0 of 3 points have a match that counts; 3 are needed"):
        icp(np.full((3, 3), 500.0), surface_matches(target, farthest=10.0))
    with pytest.raises(ValueError, match="2 of 2 points"):
        icp(np.zeros((2, 3)), surface_matches(target))
    with pytest.raises(ValueError, match="0 of 0 points"):
        icp(np.zeros((0, 3)), surface_matches(target))
    with pytest.raises(ValueError, match="1 of 4 points are not finite"):
        icp(np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [np.nan, 0, 0]]), surface_matches(target))
