"""The fitted camera against exact pictures and against scipy's least squares."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from e2far_jax.geometry.camera_fit import fit_camera
from e2far_jax.geometry.cameras import Camera, project


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.float32(np.random.default_rng(0).normal(size=(68, 3)) * [60.0, 70.0, 30.0] + 20.0)


def _seen(points: np.ndarray, turn: Rotation, scale: float) -> np.ndarray:
    camera = Camera(
        jnp.asarray(turn.as_matrix(), jnp.float32), jnp.float32(scale), jnp.array([3200.0, 150.0])
    )
    return np.asarray(project(camera, jnp.asarray(points)))[:, :2]


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_exact_pictures_give_their_camera(points, scale):
    for turn in Rotation.random(10, rng=1):
        camera = fit_camera(points, _seen(points, turn, scale))
        difference = turn * Rotation.from_matrix(np.asarray(camera.rotation)).inv()
        assert np.degrees(difference.magnitude()) < 0.05
        np.testing.assert_allclose(camera.scale, scale, rtol=1e-3)
        assert np.linalg.det(np.asarray(camera.rotation)) == pytest.approx(1.0, abs=1e-4)


def test_noisy_pictures_give_the_least_squares_camera(points):
    random = np.random.default_rng(1)
    for turn in Rotation.random(5, rng=2):
        seen = _seen(points, turn, 2.0) + random.normal(size=(68, 2)).astype(np.float32) * 8.0

        def residuals(parameters, seen=seen):
            rotation = Rotation.from_rotvec(parameters[:3]).as_matrix()
            turned = parameters[3] * points @ rotation.T
            flat = turned[:, :2] * [1.0, -1.0] + parameters[4:]
            return (flat - seen).ravel()

        start = [*turn.as_rotvec(), 2.0, 3200.0, 150.0]
        best = 2.0 * least_squares(residuals, start, xtol=1e-12, ftol=1e-12).cost
        fitted = project(fit_camera(points, seen), jnp.asarray(points))[:, :2]
        assert np.square(np.asarray(fitted) - seen).sum() <= best * (1.0 + 1e-4)
