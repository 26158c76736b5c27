"""Normals and areas against a sphere's closed forms and scipy's convex hull."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial import ConvexHull

from e2far_jax.geometry.meshes import triangle_normals, vertex_areas, vertex_normals

RADIUS = 80.0


@pytest.fixture(scope="module")
def sphere():
    """Evenly spread points on a sphere, their hull's triangles turned outward, and its area."""
    count = 2000
    height = 1.0 - 2.0 * (np.arange(count) + 0.5) / count
    angle = np.pi * (1.0 + np.sqrt(5.0)) * np.arange(count)
    ring = np.sqrt(1.0 - height**2)
    points = RADIUS * np.stack([ring * np.cos(angle), ring * np.sin(angle), height], -1)
    hull = ConvexHull(points)
    corners = points[hull.simplices]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    inward = np.sum(normals * corners.mean(1), -1) < 0
    triangles = np.where(inward[:, None], hull.simplices[:, ::-1], hull.simplices)
    return jnp.asarray(points, jnp.float32), jnp.asarray(triangles, jnp.int32), hull.area


def test_normals_of_a_sphere_point_along_its_radii(sphere):
    vertices, triangles, _ = sphere
    normals = vertex_normals(vertices, triangles)
    cosines = np.sum(np.asarray(normals * vertices), -1) / RADIUS
    assert cosines.min() > np.cos(np.deg2rad(2.0))
    np.testing.assert_allclose(np.linalg.norm(normals, axis=-1), 1.0, atol=1e-5)


def test_areas_add_up_to_the_surface(sphere):
    vertices, triangles, area = sphere
    areas = vertex_areas(vertices, triangles)
    np.testing.assert_allclose(areas.sum(), area, rtol=1e-4)
    np.testing.assert_allclose(area, 4.0 * np.pi * RADIUS**2, rtol=5e-3)  # the oracle itself
    lengths = np.linalg.norm(triangle_normals(vertices, triangles), axis=-1)
    np.testing.assert_allclose(lengths.sum() / 2.0, area, rtol=1e-4)


def test_a_right_triangle_by_hand():
    vertices = jnp.array([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [0.0, 4.0, 0.0], [9.0, 9.0, 9.0]])
    triangles = jnp.array([[0, 1, 2]])
    np.testing.assert_allclose(triangle_normals(vertices, triangles), [[0, 0, 12]])
    np.testing.assert_allclose(vertex_areas(vertices, triangles), [2, 2, 2, 0])
    # The fourth vertex belongs to no triangle.
    expected = [[0, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 0]]
    np.testing.assert_allclose(vertex_normals(vertices, triangles), expected)


def test_larger_triangles_weigh_more():
    vertices = jnp.array([[0.0, 0, 0], [10.0, 0, 0], [0, 10.0, 0], [0, 0, 1.0]])
    triangles = jnp.array([[0, 1, 2], [0, 2, 3]])  # 50 along +z, 5 along +x
    expected = np.array([10.0, 0.0, 100.0]) / np.hypot(10.0, 100.0)
    np.testing.assert_allclose(vertex_normals(vertices, triangles)[0], expected, atol=1e-6)


def test_a_collapsed_triangle_keeps_normals_and_gradients_finite():
    vertices, triangles = jnp.ones((3, 3)), jnp.array([[0, 1, 2]])
    assert jnp.isfinite(vertex_normals(vertices, triangles)).all()
    gradient = jax.grad(lambda v: vertex_normals(v, triangles).sum())(vertices)
    assert jnp.isfinite(gradient).all()


def test_a_mesh_without_triangles():
    vertices, triangles = jnp.ones((5, 3)), jnp.zeros((0, 3), jnp.int32)
    np.testing.assert_array_equal(vertex_normals(vertices, triangles), np.zeros((5, 3)))
    np.testing.assert_array_equal(vertex_areas(vertices, triangles), np.zeros(5))
