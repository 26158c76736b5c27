"""Errors of cameras against scipy's rotations, the poses of 300W-LP, and by hand."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.metrics.pose import (
    camera_errors,
    euler_angles,
    euler_errors,
    rotation_error,
)
from e2far_jax.geometry.cameras import Camera
from tests.evaluation.metrics.shapes import float32


def test_rotation_error_in_degrees():
    true = Rotation.random(3, rng=2)
    predicted = Rotation.from_rotvec(np.deg2rad([[0, 0, 0], [0, 10, 0], [0, 90, 0]])) * true
    errors = rotation_error(float32(predicted.as_matrix()), float32(true.as_matrix()))
    np.testing.assert_allclose(errors, [0.0, 10.0, 90.0], atol=1e-3)


def rotations(pitch, yaw, roll):
    """R_x R_y R_z with the signs of 300W-LP: each turns the other way round than usual."""
    angles = -np.deg2rad(np.stack([pitch, yaw, roll], axis=-1, dtype=float))
    x, y, z = (Rotation.from_rotvec(angles[:, [k]] * np.eye(3)[k]) for k in range(3))
    return (x * y * z).as_matrix()


def test_matrices_and_vectors_of_numpy_are_welcome():
    a, b = rotations([10, 0], [0, 40], [0, 0]), rotations([0, 0], [0, 0], [0, 30])
    expected = np.rad2deg((Rotation.from_matrix(a).inv() * Rotation.from_matrix(b)).magnitude())
    np.testing.assert_allclose(rotation_error(a, b), expected, atol=1e-3)


def test_euler_angles_are_those_of_300w_lp():
    generator = np.random.default_rng(0)
    expected = generator.uniform([-180, -89, -180], [180, 89, 180], (200, 3))
    np.testing.assert_allclose(euler_angles(rotations(*expected.T)), expected, atol=1e-3)


def test_euler_errors_by_hand():
    predicted = rotations([10, 175, 0], [-20, 0, 80], [30, 0, 5])
    true = rotations([15, -175, 0], [40, 0, 70], [30, 90, -5])
    errors = euler_errors(predicted, true)
    np.testing.assert_allclose(errors.pitch, [5, 10, 0], atol=1e-3)
    np.testing.assert_allclose(errors.yaw, [60, 0, 10], atol=1e-3)
    np.testing.assert_allclose(errors.roll, [0, 90, 10], atol=1e-3)
    np.testing.assert_allclose(errors.mean, [65 / 3, 100 / 3, 20 / 3], atol=1e-3)


def test_euler_errors_where_angles_are_not_unique_and_of_no_face():
    straight = rotations([0], [90], [0])
    assert euler_errors(straight, straight).mean[0] == 0.0
    assert np.isnan(euler_errors(np.full((1, 3, 3), np.nan), straight).mean[0])
    assert euler_errors(np.zeros((0, 3, 3)), np.zeros((0, 3, 3))).mean.shape == (0,)


def cameras(scale, translation):
    scale = jnp.asarray(scale, jnp.float32)
    rotation = jnp.tile(jnp.eye(3), (len(scale), 1, 1))
    return Camera(rotation, scale, jnp.asarray(translation, jnp.float32).reshape(-1, 2))


def test_camera_errors_by_hand():
    true = cameras([2.0, 0.5, 1.0], [[90, 90], [10, 20], [5, 5]])
    predicted = cameras([3.0, 0.4, 1.0], [[93, 86], [10, 20], [5, 6]])
    errors = camera_errors(predicted, true)
    np.testing.assert_allclose(errors.scale, [50.0, 20.0, 0.0], rtol=1e-5)
    np.testing.assert_allclose(errors.translation, [5.0, 0.0, 1.0], rtol=1e-6)
    np.testing.assert_allclose(errors.displacement, [2.5, 0.0, 1.0], rtol=1e-6)


@pytest.mark.parametrize("factor", [0.25, 7.0])
def test_a_larger_picture_changes_pixels_alone(factor):
    before = camera_errors(cameras([1.1], [50, 40]), cameras([1.0], [53, 44]))
    after = camera_errors(
        cameras([1.1 * factor], np.array([50, 40]) * factor),
        cameras([factor], np.array([53, 44]) * factor),
    )
    np.testing.assert_allclose(after.scale, before.scale, rtol=1e-4)
    np.testing.assert_allclose(after.displacement, before.displacement, rtol=1e-4)
    np.testing.assert_allclose(after.translation, factor * before.translation, rtol=1e-4)


def test_camera_errors_of_no_face():
    none = cameras([], [])
    assert camera_errors(none, none).displacement.shape == (0,)
