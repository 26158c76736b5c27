"""Rotations against scipy and a float64 Gram-Schmidt with finite differences."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.geometry.rotations import rotation_angle, rotation_from_6d, rotation_from_euler

RNG = np.random.default_rng(0)


def gram_schmidt(numbers):
    """Rows of the rotation, in float64."""
    first = numbers[:3] / np.linalg.norm(numbers[:3])
    second = numbers[3:] - first @ numbers[3:] * first
    second = second / np.linalg.norm(second)
    return np.stack([first, second, np.cross(first, second)])


def test_euler_angles_agree_with_scipy():
    pitch, yaw, roll = RNG.uniform(-np.pi, np.pi, (3, 50)).astype(np.float32)
    expected = Rotation.from_euler("ZXY", np.stack([roll, pitch, yaw], -1)).as_matrix()
    actual = rotation_from_euler(jnp.asarray(pitch), jnp.asarray(yaw), jnp.asarray(roll))
    np.testing.assert_allclose(actual, expected, atol=2e-6)


@pytest.mark.parametrize(
    ("angles", "start", "end"),
    [
        ((np.pi / 2, 0.0, 0.0), [0, 0, 1], [0, -1, 0]),  # pitch: the nose goes down
        ((0.0, np.pi / 2, 0.0), [0, 0, 1], [1, 0, 0]),  # yaw: the nose goes to the subject's left
        ((0.0, 0.0, np.pi / 2), [0, 1, 0], [-1, 0, 0]),  # roll: the crown goes to the viewer's left
    ],
)
def test_positive_angles_turn_as_documented(angles, start, end):
    rotation = rotation_from_euler(*(jnp.asarray(angle) for angle in angles))
    np.testing.assert_allclose(rotation @ jnp.array(start, jnp.float32), end, atol=1e-6)


def test_six_numbers_agree_with_gram_schmidt():
    numbers = RNG.normal(size=(4, 5, 6)) * 10.0 ** RNG.integers(-2, 3, (4, 5, 1))
    expected = np.apply_along_axis(lambda row: gram_schmidt(row).reshape(-1), -1, numbers)
    actual = rotation_from_6d(jnp.asarray(numbers, jnp.float32))
    np.testing.assert_allclose(actual, expected.reshape(4, 5, 3, 3), atol=1e-4)
    np.testing.assert_allclose(jnp.linalg.det(actual), 1.0, atol=1e-5)


def test_six_numbers_of_a_rotation_give_it_back():
    rotations = Rotation.random(20, rng=1).as_matrix().astype(np.float32)
    rows = jnp.asarray(rotations[:, :2].reshape(20, 6))
    np.testing.assert_allclose(rotation_from_6d(rows), rotations, atol=1e-6)


def test_gradient_of_six_numbers_agrees_with_finite_differences():
    numbers = RNG.normal(size=6)
    step = 1e-6
    columns = [
        (gram_schmidt(numbers + step * unit) - gram_schmidt(numbers - step * unit)) / (2 * step)
        for unit in np.eye(6)
    ]
    actual = jax.jacobian(rotation_from_6d)(jnp.asarray(numbers, jnp.float32))
    np.testing.assert_allclose(actual, np.stack(columns, -1), atol=1e-5)


@pytest.mark.parametrize("numbers", [np.zeros(6), [1, 2, 3, 2, 4, 6], np.full(6, 1e-20)])
def test_degenerate_six_numbers_stay_finite(numbers):
    numbers = jnp.asarray(numbers, jnp.float32)
    assert jnp.isfinite(rotation_from_6d(numbers)).all()
    assert jnp.isfinite(jax.jacobian(rotation_from_6d)(numbers)).all()


def test_an_empty_batch_of_six_numbers():
    assert rotation_from_6d(jnp.zeros((0, 6))).shape == (0, 3, 3)


@pytest.mark.parametrize("angle", [0.0, 1e-3, 0.5, 2.0, 3.1, np.pi])
def test_angle_agrees_with_scipy(angle):
    axes = RNG.normal(size=(10, 3))
    axes *= angle / np.linalg.norm(axes, axis=1, keepdims=True)
    start = Rotation.random(10, rng=2)
    turned = Rotation.from_rotvec(axes) * start
    measured = rotation_angle(
        jnp.asarray(start.as_matrix(), jnp.float32), jnp.asarray(turned.as_matrix(), jnp.float32)
    )
    expected = (turned * start.inv()).magnitude()
    np.testing.assert_allclose(measured, expected, atol=1e-3 if angle > 3.0 else 2e-6)
