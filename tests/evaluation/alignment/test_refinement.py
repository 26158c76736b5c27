"""Refined placings: known ones, concentric spheres, and scipy's least squares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.alignment.refinement import distances_to, refine_similarity
from e2far_jax.evaluation.alignment.transformations import IDENTITY, Transformation
from e2far_jax.geometry.closest_points import Surface
from tests.evaluation.alignment.shapes import face, motion, moved, sheet, sphere
from tests.geometry.slow_distances import distances_from_triangles


def surface_of(mesh) -> Surface:
    return Surface(mesh.vertices, mesh.triangles)


def middle(width: float = 80.0) -> np.ndarray:
    points = face().vertices
    return points[(np.abs(points[:, :2]) < width / 2).all(axis=1)]


def test_distances_in_the_scans_unit():
    metres, placing = moved(face(), motion(0, scale=0.001)), motion(0, scale=0.001).inverse()
    points = np.random.default_rng(1).uniform(-60.0, 60.0, (40, 3))
    expected = distances_from_triangles(points, face().vertices, face().triangles).min(axis=1)
    np.testing.assert_allclose(distances_to(surface_of(metres), placing, points), expected)


@pytest.mark.parametrize(("seed", "scale"), [(0, 1.0), (1, 1.06), (2, 0.95)])
def test_a_moved_surface_is_put_back(seed: int, scale: float):
    away = motion(seed, degrees=8.0, shift=4.0, scale=scale)
    found = refine_similarity(middle(), surface_of(moved(face(), away)), IDENTITY, with_scale=True)
    assert found.converged
    assert found.iterations < 50
    assert found.transformation.scale == pytest.approx(1.0 / scale, rel=1e-7)
    np.testing.assert_allclose(
        found.transformation.after(away).apply(middle()), middle(), atol=1e-5
    )


def test_a_rigid_placing_keeps_the_starts_scale():
    away = motion(3, degrees=5.0, shift=0.03, scale=0.01)
    surface, start = surface_of(moved(face(), away)), Transformation(103.0, np.eye(3), np.zeros(3))
    rigid = refine_similarity(middle(), surface, start, with_scale=False)
    assert rigid.transformation.scale == 103.0
    free = refine_similarity(middle(), surface, rigid.transformation, with_scale=True)
    assert free.transformation.scale == pytest.approx(100.0)
    left = distances_to(surface, rigid.transformation, middle())
    assert left.mean() > 0.1
    assert distances_to(surface, free.transformation, middle()).mean() < 1e-5


@pytest.mark.parametrize("with_scale", [False, True])
def test_noisy_scans_as_by_scipy(with_scale: bool):
    rng = np.random.default_rng(4)
    points, surface = middle()[::3] + rng.normal(size=middle()[::3].shape), surface_of(face())

    def placing(x: np.ndarray) -> Transformation:
        rotation = Rotation.from_rotvec(x[:3] / 50.0).as_matrix()
        return Transformation(float(np.exp(x[6] / 50.0)) if with_scale else 1.0, rotation, x[3:6])

    def residuals(x: np.ndarray) -> np.ndarray:
        return distances_to(surface, placing(x), points)

    expected = least_squares(residuals, np.zeros(6 + with_scale), ftol=1e-12, xtol=1e-12)
    start = motion(5, degrees=4.0, shift=3.0)
    found = refine_similarity(points, surface, start, with_scale=with_scale, tolerance=1e-10)
    assert found.converged
    error = np.mean(distances_to(surface, found.transformation, points) ** 2)
    assert error == pytest.approx(2.0 * expected.cost / len(points), rel=1e-4)
    assert error < 0.99 * np.mean(residuals(np.zeros(6 + with_scale)) ** 2)


def test_concentric_spheres():
    """Only a scale brings a sphere onto a smaller one; a shift never helps."""
    scan, prediction = sphere(100.0, 12).vertices, surface_of(sphere(80.0, 60))
    start = Transformation(1.0, np.eye(3), np.array([3.0, -2.0, 4.0]))
    rigid = refine_similarity(scan, prediction, start, with_scale=False).transformation
    np.testing.assert_allclose(rigid.translation, 0.0, atol=0.01)
    np.testing.assert_allclose(distances_to(prediction, rigid, scan), 20.0, atol=0.15)
    free = refine_similarity(scan, prediction, start, with_scale=True).transformation
    assert free.scale == pytest.approx(1.25, rel=2e-3)
    np.testing.assert_allclose(distances_to(prediction, free, scan), 0.0, atol=0.15)


def test_steps_never_make_it_worse_and_are_counted():
    points, surface = middle(), surface_of(face())
    start = motion(6, degrees=40.0, shift=30.0)  # too far off to come back
    errors = [
        np.mean(
            distances_to(
                surface,
                refine_similarity(
                    points, surface, start, with_scale=True, iterations=count
                ).transformation,
                points,
            )
            ** 2
        )
        for count in (1, 3, 10, 30)
    ]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] <= np.mean(distances_to(surface, start, points) ** 2)
    short = refine_similarity(points, surface, start, with_scale=True, iterations=2)
    assert (short.converged, short.iterations) == (False, 2)


def test_a_perfect_start_stays():
    found = refine_similarity(middle(), surface_of(face()), IDENTITY, with_scale=True)
    assert found.converged
    np.testing.assert_allclose(found.transformation.apply(middle()), middle(), atol=1e-9)
    flat = sheet(count=9)
    still = refine_similarity(flat.vertices, surface_of(flat), IDENTITY, with_scale=True)
    assert still.converged
    np.testing.assert_allclose(still.transformation.apply(flat.vertices), flat.vertices, atol=1e-9)


def test_points_that_cannot_hold_a_surface():
    with pytest.raises(ValueError, match="2 points to refine on; 3 are needed"):
        refine_similarity(np.zeros((2, 3)), surface_of(face()), IDENTITY, with_scale=True)
    with pytest.raises(ValueError, match="points to refine on are not finite"):
        refine_similarity(
            np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [0, np.inf, 0]]),
            surface_of(face()), IDENTITY, with_scale=True,
        )  # fmt: skip
