from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.reconstruction.colours import vertex_colours


def camera(yaw: float = 0.0, shift: float = 0.0) -> Camera:
    zero = jnp.zeros(())
    rotation = rotation_from_euler(zero, jnp.asarray(yaw), zero)
    return Camera(rotation, jnp.asarray(0.5), jnp.array([100.0 + shift, 100.0]))


@pytest.fixture(scope="module")
def ramp() -> np.ndarray:
    """Red tells x, green tells y."""
    rows, columns = np.mgrid[:200, :200] + 0.5
    return np.stack([columns / 200, rows / 200, 0.0 * rows], axis=-1).astype(np.float32)


def test_visible_vertices_take_the_colour_they_fall_on(model, ramp):
    vertices = np.asarray(model.mean)
    colours = vertex_colours(model, vertices, camera(), ramp)
    middle = np.abs(vertices[:, :2]).max(axis=1) < 60.0
    assert middle.sum() > 30
    expected = (100.0 + 0.5 * vertices[middle, :2] * [1.0, -1.0]) / 200.0
    np.testing.assert_allclose(colours[middle, :2], expected, atol=1e-3)


def test_hidden_vertices_borrow_from_their_mirror_image(model, ramp):
    vertices = np.asarray(model.mean)
    colours = vertex_colours(model, vertices, camera(yaw=1.2), ramp)
    # Turned to the subject's left, the vertices at large x face away from the viewer ...
    hidden = np.flatnonzero((vertices[:, 0] == vertices[:, 0].max()) & (abs(vertices[:, 1]) < 80))
    assert len(hidden) > 5
    for vertex in hidden:
        mirror = np.argmin(np.linalg.norm(vertices - vertices[vertex] * [-1.0, 1.0, 1.0], axis=1))
        np.testing.assert_allclose(colours[vertex], colours[mirror])


def test_vertices_beyond_the_picture_take_colours_from_within(model, ramp):
    colours = vertex_colours(model, np.asarray(model.mean), camera(shift=80.0), ramp)
    assert colours[:, 0].min() > 0.5
    assert colours.shape == (144, 3)


def test_a_face_that_is_not_in_the_picture_is_gray(model, ramp):
    colours = vertex_colours(model, np.asarray(model.mean), camera(shift=1e4), ramp)
    np.testing.assert_allclose(colours, 0.7)
