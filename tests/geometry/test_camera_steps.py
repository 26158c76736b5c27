from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.geometry.camera_steps import camera_step, face_axes, stepped
from e2far_jax.geometry.cameras import Camera, project


def cameras(count: int, seed: int = 0, largest_degrees: float = 60.0) -> Camera:
    random = np.random.default_rng(seed)
    axes = random.normal(size=(count, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    angles = np.radians(random.uniform(0.0, largest_degrees, (count, 1)))
    return Camera(
        jnp.asarray(Rotation.from_rotvec(axes * angles).as_matrix(), jnp.float32),
        jnp.asarray(random.uniform(0.3, 2.0, count), jnp.float32),
        jnp.asarray(random.uniform(20.0, 60.0, (count, 2)), jnp.float32),
    )


def turned(camera: Camera, degrees: float) -> Camera:
    """The camera after its picture was turned around the corner, clockwise as seen."""
    angle = np.radians(degrees)
    picture = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    across = Rotation.from_euler("z", -degrees, degrees=True).as_matrix()
    return Camera(
        jnp.asarray(across @ np.asarray(camera.rotation), jnp.float32),
        camera.scale,
        jnp.asarray(np.asarray(camera.translation) @ picture.T, jnp.float32),
    )


def test_turning_the_picture_turns_what_is_projected() -> None:
    camera, points = cameras(1), jnp.asarray([[[10.0, 20.0, 30.0]]])
    x, y = np.asarray(project(camera, points))[0, 0, :2]
    quarter = np.asarray(project(turned(camera, 90.0), points))[0, 0, :2]
    np.testing.assert_allclose(quarter, [-y, x], atol=1e-3)


def test_axes_follow_the_face() -> None:
    frontal = Camera(jnp.eye(3)[None], jnp.ones(1), jnp.zeros((1, 2)))
    np.testing.assert_allclose(face_axes(frontal), np.eye(2)[None], atol=1e-6)
    # Turned clockwise by a quarter, its right points down and its down to the left.
    np.testing.assert_allclose(face_axes(turned(frontal, 90.0)), [[[0, 1], [-1, 0]]], atol=1e-6)


@pytest.mark.parametrize("degrees", [0.1, 3.0])
def test_a_step_leads_there_but_for_squares(degrees: float) -> None:
    camera, near = cameras(20), cameras(20, seed=1, largest_degrees=degrees)
    wanted = Camera(
        jnp.matmul(near.rotation, camera.rotation, precision="highest"),
        camera.scale * near.scale,
        camera.translation + near.translation,
    )
    found = stepped(camera, camera_step(camera, wanted))
    square = np.radians(degrees) ** 2
    np.testing.assert_allclose(found.rotation, wanted.rotation, atol=square + 1e-6)
    np.testing.assert_allclose(found.scale, wanted.scale, rtol=1e-5)
    np.testing.assert_allclose(found.translation, wanted.translation, rtol=1e-5, atol=1e-4)


def test_no_step_is_all_zeros() -> None:
    camera = cameras(5)
    np.testing.assert_allclose(camera_step(camera, camera), 0.0, atol=1e-6)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5),
        stepped(camera, jnp.zeros((5, 6))),
        camera,
    )


def test_a_step_is_the_same_however_the_face_lies_in_the_picture() -> None:
    camera, wanted = cameras(10, largest_degrees=20.0), cameras(10, seed=2, largest_degrees=20.0)
    step = camera_step(camera, wanted)
    assert np.abs(step).max() > 0.1
    for degrees in (30.0, -80.0):
        again = camera_step(turned(camera, degrees), turned(wanted, degrees))
        np.testing.assert_allclose(again, step, atol=2e-4)


def test_what_the_numbers_of_a_step_mean() -> None:
    frontal = Camera(jnp.eye(3)[None], 2.0 * jnp.ones(1), jnp.zeros((1, 2)))
    nose = jnp.asarray([[[0.0, 0.0, 100.0]]])

    def seen(step: list[float], point: jax.Array = nose) -> np.ndarray:
        return np.asarray(project(stepped(frontal, jnp.asarray([step])), point))[0, 0, :2]

    up = jnp.asarray([[[0.0, 100.0, 0.0]]])
    np.testing.assert_allclose(seen([0.1, 0, 0, 0, 0, 0]), [0.0, 19.9], atol=0.1)  # nods
    np.testing.assert_allclose(seen([0, 0.1, 0, 0, 0, 0]), [19.9, 0.0], atol=0.1)  # turns
    np.testing.assert_allclose(seen([0, 0, 0.1, 0, 0, 0], up), [-19.9, -199.0], atol=0.2)
    np.testing.assert_allclose(seen([0, 0, 0, np.log(2.0), 0, 0], up), [0.0, -400.0], atol=0.1)
    np.testing.assert_allclose(seen([0, 0, 0, 0, 3.0, 5.0]), [6.0, 10.0], atol=1e-3)
