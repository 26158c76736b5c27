"""The best guess of a shape, against the other form of its formula, and at both ends."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.moving_points import points_over_the_face
from e2far_jax.morphable.settings import FaceModelSettings, load_face_model
from e2far_jax.rendering.settings import SceneConfig
from e2far_jax.studies import shape_bound
from e2far_jax.studies.shape_bound import posterior_mean, shape_bounds


def test_the_posterior_mean_is_the_conditional_normals() -> None:
    """By E[x | y] = S A' (A S A' + s^2 I)^-1 y, with a prior of the camera that is hardly one."""
    random = np.random.default_rng(0)
    slopes, root = random.normal(size=(30, 9)), random.normal(size=(5, 5))
    covariance = np.zeros((9, 9))
    covariance[:5, :5] = root @ root.T
    covariance[5:, 5:] = 1e6 * np.eye(4)
    measured = random.normal(size=30)
    gain = (
        covariance @ slopes.T @ np.linalg.inv(slopes @ covariance @ slopes.T + 0.3**2 * np.eye(30))
    )
    found = posterior_mean(slopes, measured, 0.3, np.linalg.inv(covariance[:5, :5]))
    np.testing.assert_allclose(found, (gain @ measured)[:5], rtol=1e-3, atol=1e-4)


def test_slopes_are_how_places_move() -> None:
    model = load_face_model(FaceModelSettings(identity_size=4))
    scene = SceneConfig.at_level(0, 80)
    moving = points_over_the_face(model, 70)
    face, _ = shape_bound._random_face(jax.random.key(3), model, scene)
    slopes = np.asarray(shape_bound._slopes(face, moving))
    change = np.random.default_rng(1).normal(size=slopes.shape[-1]) * 1e-3
    coefficients, (turn, scale, shift) = change[:-6], np.split(change[-6:], [3, 4])

    def places(sign: float) -> np.ndarray:
        identity, expression = np.split(sign * coefficients, [4])
        points = moving.on(face.identity + identity, face.expression + expression)
        turned = Rotation.from_rotvec(sign * turn).as_matrix() @ np.asarray(face.camera.rotation)
        across, up, _ = turned @ np.asarray(points, np.float64).T
        size = np.asarray(face.camera.scale) * np.exp(sign * scale)
        return np.stack([size * across, -size * up], -1) + face.camera.translation + sign * shift

    np.testing.assert_allclose(slopes @ change, (places(1.0) - places(-1.0)) / 2, atol=2e-5)


@pytest.mark.slow
def test_the_more_exact_and_the_more_points_the_better() -> None:
    model = load_face_model(FaceModelSettings(identity_size=20))
    scene = SceneConfig.at_level(0, 80)
    few, many = (
        shape_bounds(model, scene, points=points, pixels=(1e3, 0.5, 1e-3), faces=8)
        for points in (68, 500)
    )
    for bounds in (few, many):
        blind, middling, exact = bounds
        assert blind.neutral == pytest.approx(1.0, abs=0.02)
        assert blind.neutral > middling.neutral > exact.neutral
        assert blind.expressive > middling.expressive > exact.expressive
        assert exact.neutral < 0.05
    assert many[1].neutral < few[1].neutral
    assert many[1].expressive < few[1].expressive
    assert few[0].seen < 68
    assert many[0].seen > 200
    assert few == shape_bounds(model, scene, points=68, pixels=(1e3, 0.5, 1e-3), faces=8)


def test_guesses_stay_within_what_the_model_can_say() -> None:
    model = load_face_model(FaceModelSettings(identity_size=4))
    both = [np.full(4 + model.expression_size, value) for value in (-2.0, 2.0)]
    guess: Prediction = shape_bound._prediction(both, model)
    np.testing.assert_array_equal(guess.identity[:, 0], [-2.0, 2.0])
    np.testing.assert_array_equal(guess.expression, jnp.clip(guess.expression, 0.0, 1.0))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"faces": 0}, "0 faces"),
        ({"pixels": ()}, r"errors of \[\] pixels"),
        ({"pixels": (0.5, 0.0)}, r"errors of \[0.5, 0.0\] pixels"),
        ({"pixels": (float("nan"),)}, "nan"),
        ({"points": 0}, "0 points on a face; expected 68 to"),
    ],
)
def test_impossible_numbers_are_refused(wrong: dict, message: str) -> None:
    model = load_face_model(FaceModelSettings(identity_size=4))
    settings = {"points": 68, "pixels": (0.5,), "faces": 2} | wrong
    with pytest.raises(ValueError, match=message):
        shape_bounds(model, SceneConfig.at_level(0, 80), **settings)
