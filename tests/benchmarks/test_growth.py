"""Finer meshes for the plot of rendering's cost."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.benchmarks.growth import plot_growth, subdivide
from e2far_jax.geometry.meshes import triangle_normals


@pytest.mark.parametrize("parts", [1, 2, 3, 5])
def test_a_finer_mesh_is_the_same_surface(parts):
    vertices = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    triangles = np.array([[0, 1, 2], [3, 5, 4]])
    finer = subdivide((vertices, triangles), parts)
    assert finer[1].shape == (2 * parts * parts, 3)
    whole = np.asarray(triangle_normals(*map(jnp.asarray, (vertices, triangles))))
    pieces = np.asarray(triangle_normals(*map(jnp.asarray, finer))).reshape(2, -1, 3)
    expected = np.broadcast_to(whole[:, None] / parts**2, pieces.shape)
    np.testing.assert_allclose(pieces, expected, atol=1e-5)


def test_a_plot_is_written(tmp_path):
    times = [(2.0, 1.0), (4.0, 2.5), (6.0, 3.9)]
    plot_growth(tmp_path / "growth.png", [1.0, 2.0, 3.0], times, [1.0, 4.0, 9.0], times)
    assert (tmp_path / "growth.png").read_bytes().startswith(b"\x89PNG")
