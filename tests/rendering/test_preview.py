"""Previews of meshes."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from e2far_jax.geometry.cameras import Camera
from e2far_jax.rendering.preview import render_mesh
from tests.rendering.heads import sphere


def preview(colours=None, size: int = 50):
    normals, triangles = sphere(3)
    camera = Camera(jnp.eye(3), jnp.float32(2.0), jnp.array([25.0, 20.0]))
    vertices = jnp.asarray(9.0 * normals, jnp.float32)
    return np.asarray(render_mesh(vertices, jnp.asarray(triangles), camera, 40, size, colours))


def test_a_ball_covers_its_disc_with_smooth_edges():
    picture = preview()
    assert picture.shape == (40, 50, 4)
    assert 0.0 <= picture.min() < picture.max() <= 1.0
    x, y = np.meshgrid(np.arange(50) + 0.5 - 25, np.arange(40) + 0.5 - 20)
    coverage = picture[..., 3]
    np.testing.assert_array_equal(coverage[np.hypot(x, y) < 16.5], 1.0)
    np.testing.assert_array_equal(picture[np.hypot(x, y) > 19.5], 0.0)
    assert ((coverage > 0) & (coverage < 1)).any()
    assert abs(coverage.sum() / (np.pi * 18**2) - 1) < 0.02


def test_it_is_gray_brighter_above_and_coloured_on_demand():
    picture = preview()
    np.testing.assert_allclose(picture[..., 0], picture[..., 2], atol=1e-6)
    assert picture[8, 25, 0] > picture[32, 25, 0] + 0.1
    red = preview(jnp.tile(jnp.array([0.8, 0.1, 0.1]), (len(sphere(3)[0]), 1)))
    assert red[20, 25, 0] > red[20, 25, 1] + 0.3
