"""Matches with surfaces and points: normals, borders and limits against brute force."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from e2far_jax.evaluation.alignment.matches import (
    barycentric,
    border_triangles,
    point_matches,
    surface_matches,
    vertex_normals,
)
from e2far_jax.geometry.closest_points import Surface
from tests.evaluation.alignment.shapes import face, sheet, sphere


def test_normals_as_in_trimesh():
    mesh = face()
    surface = Surface(mesh.vertices, mesh.triangles)
    other = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
    summed = np.zeros((len(mesh.vertices), 3))
    for three, area, normal in zip(
        mesh.triangles, other.area_faces, other.face_normals, strict=True
    ):
        summed[three] += area * normal
    by_area = summed / np.linalg.norm(summed, axis=1, keepdims=True)
    np.testing.assert_allclose(vertex_normals(surface), by_area, atol=1e-12)
    flat = Surface(np.ones((3, 3)), np.array([[0, 1, 2]]))
    np.testing.assert_array_equal(surface_matches(flat)(np.zeros((2, 3))).normals, np.zeros((2, 3)))


def test_weights_put_points_together():
    rng = np.random.default_rng(1)
    corners, weights = rng.normal(size=(50, 3, 3)), rng.dirichlet(np.ones(3), 50)
    points = np.einsum("pk,pkc->pc", weights, corners)
    np.testing.assert_allclose(barycentric(points, corners), weights, atol=1e-8)
    np.testing.assert_allclose(barycentric(corners[:, 1], corners), np.eye(3)[[1] * 50], atol=1e-8)
    assert (barycentric(points[:1], np.ones((1, 3, 3))) == 1 / 3).all()


def test_normals_do_not_jump_at_edges():
    """On a sphere they point away from its centre, on corners and edges too."""
    ball = sphere(10.0, 40)
    match = surface_matches(Surface(ball.vertices, ball.triangles))
    middles = ball.vertices[ball.triangles[:, :2]].mean(axis=1)
    for points in (ball.vertices, middles, 1.3 * middles):
        outward = points / np.linalg.norm(points, axis=1, keepdims=True)
        np.testing.assert_allclose(match(points).normals, outward, atol=0.03)
        nearby = match(points * (1.0 + 1e-13)).normals
        np.testing.assert_allclose(nearby, match(points).normals, atol=1e-6)


def test_the_border_of_a_sheet_and_of_a_sphere():
    mesh = sheet(count=7)
    corners = mesh.vertices[mesh.triangles]
    touching = (np.abs(corners[..., :2]) > 69.9).any(axis=(1, 2))
    np.testing.assert_array_equal(border_triangles(mesh.triangles), touching)
    assert 0 < touching.sum() < len(touching)
    assert not border_triangles(sphere(1.0, 8).triangles).any()
    assert border_triangles(np.array([[0, 1, 2]])).all()
    assert border_triangles(np.zeros((0, 3), np.int64)).shape == (0,)


def test_matches_at_the_border_or_too_far_do_not_count():
    mesh = sheet(count=15)  # cells of 10 mm
    points = np.array([[0.0, 0, 2], [65, 0, 2], [90, 0, 0], [0, 0, 30]])
    surface = Surface(mesh.vertices, mesh.triangles)
    assert surface_matches(surface)(points).kept.tolist() == [True] * 4
    trimmed = surface_matches(surface, trim_border=True)(points)
    assert trimmed.kept.tolist() == [True, False, False, True]
    near = surface_matches(surface, farthest=20.0)(points)
    assert near.kept.tolist() == [True, True, True, False]
    np.testing.assert_allclose(near.distances, [2, 2, 20, 30])
    np.testing.assert_allclose(near.points, [[0, 0, 0], [65, 0, 0], [70, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(np.abs(near.normals), np.tile([0.0, 0, 1], (4, 1)), atol=1e-12)


def test_points_as_by_brute_force():
    rng = np.random.default_rng(0)
    points, targets, normals = rng.normal(size=(3, 80, 3))
    apart = np.linalg.norm(points[:, None] - targets, axis=-1)
    found = point_matches(targets, normals, farthest=0.5)(points)
    np.testing.assert_array_equal(found.points, targets[apart.argmin(1)])
    np.testing.assert_array_equal(found.normals, normals[apart.argmin(1)])
    np.testing.assert_allclose(found.distances, apart.min(1))
    np.testing.assert_array_equal(found.kept, apart.min(1) <= 0.5)
    assert 0 < found.kept.sum() < 80


def test_targets_that_are_none():
    with pytest.raises(ValueError, match="no points to match"):
        point_matches(np.zeros((0, 3)), np.zeros((0, 3)))
    with pytest.raises(ValueError, match="not finite"):
        point_matches(np.ones((2, 3)), np.full((2, 3), np.nan))
