"""The fit to landmarks against truths, and its minimum against scipy's other minimiser."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.synthetic import landmark_fit
from e2far_jax.evaluation.synthetic.landmark_fit import (
    fit_camera,
    fit_landmarks,
    fitted_vertices,
)
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.morphable.moving_points import moving_landmarks
from tests.reconstruction.conftest import dome


def camera(yaw: float = 0.4) -> Camera:
    rotation = Rotation.from_euler("yxz", [yaw, 0.2, -0.1]).as_matrix()
    return Camera(jnp.asarray(rotation, jnp.float32), jnp.float32(0.8), jnp.array([90.0, 70.0]))


def seen_by(camera: Camera, model: MorphableModel, identity, expression) -> np.ndarray:
    points = model.landmarks.on(shape(model, jnp.asarray(identity), jnp.asarray(expression)))
    return np.asarray(project(camera, points), np.float64)[:, :2]


@pytest.mark.parametrize("yaw", [0.0, 0.7, 1.5, -1.5])
def test_an_affine_fit_of_exact_points_is_the_camera(yaw: float) -> None:
    model, true = dome(), camera(yaw)
    points = np.asarray(model.landmarks.on(model.mean), np.float64)
    found = fit_camera(points, np.asarray(project(true, jnp.asarray(points)), np.float64)[:, :2])
    np.testing.assert_allclose(found.rotation, true.rotation, atol=1e-4)
    np.testing.assert_allclose(found.scale, true.scale, rtol=1e-4)
    np.testing.assert_allclose(found.translation, true.translation, atol=1e-2)


def test_landmarks_of_a_likely_face_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where landmarks are trusted, 136 numbers tell all of 9 coefficients and the camera."""
    monkeypatch.setattr(landmark_fit, "DEVIATION", 1e-4)
    model = dome()
    identity = jnp.array([1.0, -0.5, 0.3, 0.8, -1.2])
    expression = jnp.array([0.6, 0.0, 0.3, 0.9])
    seen = seen_by(camera(), model, identity, expression)
    found = fit_landmarks(model, moving_landmarks(model), seen)
    np.testing.assert_allclose(found.identity, identity, atol=0.01)
    np.testing.assert_allclose(found.expression, expression, atol=0.01)
    np.testing.assert_allclose(found.camera.rotation, camera().rotation, atol=1e-3)
    vertices, neutral = fitted_vertices(model, found)
    np.testing.assert_allclose(vertices, shape(model, identity, expression), atol=0.05)
    np.testing.assert_allclose(neutral, shape(model, identity, 0.0 * expression), atol=0.05)


def test_the_prior_is_that_of_the_docstring() -> None:
    """Noisy landmarks, minimised over coefficients once more by another method of scipy's."""
    model = dome(named=False)
    noise = np.random.default_rng(0).normal(size=(68, 2))
    seen = seen_by(camera(), model, np.ones(5, np.float32), np.zeros(4, np.float32)) + noise
    found = fit_landmarks(model, moving_landmarks(model), seen)
    size = np.ptp(seen, axis=0)
    deviation = landmark_fit.DEVIATION * np.sqrt(size[0] * size[1])

    def cost(x: np.ndarray) -> float:
        vertices = shape(model, jnp.asarray(x[:5], jnp.float32), jnp.asarray(x[5:], jnp.float32))
        points = np.asarray(model.landmarks.on(vertices), np.float64)
        flat = points @ np.asarray(found.camera.rotation, np.float64)[:2].T * [1.0, -1.0]
        off = float(found.camera.scale) * flat + np.asarray(found.camera.translation) - seen
        return float(np.sum((off / deviation) ** 2) + np.sum(x**2))

    own = np.concatenate([found.identity, found.expression]).astype(np.float64)
    other = minimize(cost, np.zeros(9), method="Powell", options={"xtol": 1e-4, "ftol": 1e-10})
    np.testing.assert_allclose(own, other.x, atol=0.02)


def test_weights_stay_between_0_and_1_and_little_is_said_without_need() -> None:
    model = dome()
    strong = seen_by(camera(), model, np.zeros(5, np.float32), np.float32([2.0, -1.0, 0.0, 0.0]))
    found = fit_landmarks(model, moving_landmarks(model), strong)
    assert found.expression.min() == 0.0
    assert found.expression.max() == 1.0
    mean = seen_by(camera(), model, np.zeros(5, np.float32), np.zeros(4, np.float32))
    found = fit_landmarks(model, moving_landmarks(model), mean)
    np.testing.assert_allclose(found.identity, 0.0, atol=1e-3)
    np.testing.assert_allclose(found.expression, 0.0, atol=1e-3)


@pytest.mark.parametrize("value", [np.nan, 3.0])
def test_landmarks_that_say_nothing_are_refused(value: float) -> None:
    model = dome()
    with pytest.raises(ValueError, match="not finite, or their box has no area"):
        fit_landmarks(model, moving_landmarks(model), np.full((68, 2), value))
