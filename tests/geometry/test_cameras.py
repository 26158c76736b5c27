"""The camera against a loop over points and against hand-made cases."""

import jax.numpy as jnp
import numpy as np
from scipy.spatial.transform import Rotation

from e2far_jax.geometry.cameras import Camera, project, transform_image

RNG = np.random.default_rng(0)


def random_camera(batch):
    return Camera(
        rotation=jnp.asarray(Rotation.random(batch, rng=3).as_matrix(), jnp.float32),
        scale=jnp.asarray(RNG.uniform(0.2, 3.0, batch), jnp.float32),
        translation=jnp.asarray(RNG.normal(size=(batch, 2)) * 100, jnp.float32),
    )


def test_frontal_camera_by_hand():
    camera = Camera(jnp.eye(3), jnp.asarray(2.0), jnp.array([90.0, 80.0]))
    points = jnp.array([[0.0, 0.0, 0.0], [10.0, 0.0, 5.0], [0.0, 10.0, -5.0]])
    # The subject's left is the image's right; up is towards smaller y; +z is nearer.
    np.testing.assert_allclose(project(camera, points), [[90, 80, 0], [110, 80, 5], [90, 60, -5]])


def test_projection_agrees_with_a_loop():
    camera, points = random_camera(4), RNG.normal(size=(4, 30, 3)).astype(np.float32) * 90
    expected = np.empty((4, 30, 3))
    for b in range(4):
        for n in range(30):
            turned = np.asarray(camera.rotation[b], np.float64) @ points[b, n]
            scale, shift = float(camera.scale[b]), np.asarray(camera.translation[b])
            expected[b, n] = [scale * turned[0] + shift[0], shift[1] - scale * turned[1], turned[2]]
    np.testing.assert_allclose(project(camera, jnp.asarray(points)), expected, atol=1e-3)


def test_transformed_image_moves_the_projection():
    camera, points = random_camera(3), jnp.asarray(RNG.normal(size=(3, 8, 3)) * 90, jnp.float32)
    scale, offset = jnp.array([0.25, 1.0, 4.0]), jnp.asarray(RNG.normal(size=(3, 2)), jnp.float32)
    before = project(camera, points)
    after = project(transform_image(camera, scale, offset), points)
    moved = scale[:, None, None] * before[..., :2] + offset[:, None]
    np.testing.assert_allclose(after[..., :2], moved, rtol=1e-5, atol=1e-3)
    np.testing.assert_array_equal(after[..., 2], before[..., 2])


def test_no_points():
    camera = Camera(jnp.eye(3), jnp.asarray(1.0), jnp.zeros(2))
    assert project(camera, jnp.zeros((0, 3))).shape == (0, 3)
