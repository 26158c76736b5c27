from __future__ import annotations

import cv2
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.perspective import (
    affine_matrix,
    largest_distance,
    orthographic_matrices,
    orthographic_points,
    perspective_camera,
)
from e2far_jax.geometry.rotations import rotation_from_euler

SIZE = (640, 480)


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(0).normal(size=(68, 3)) * [50.0, 60.0, 30.0] + [0.0, 10.0, 60.0]


@pytest.fixture(scope="module", params=[(0.0, 0.0, 0.0), (0.3, -0.9, 0.4)])
def camera(request) -> Camera:
    rotation = rotation_from_euler(*(jnp.float32(angle) for angle in request.param))
    return Camera(rotation, jnp.float32(1.3), jnp.array([420.0, 150.0]))


def on_screen(clip: np.ndarray) -> np.ndarray:
    """What OpenGL makes of clip coordinates, in pixels with y down."""
    x, y, z = (clip[:, :3] / clip[:, 3:]).T
    assert (np.abs(z) < 1.0).all()
    return np.stack([(x + 1.0) / 2.0 * SIZE[0], (1.0 - y) / 2.0 * SIZE[1]], axis=1)


def homogeneous(points: np.ndarray) -> np.ndarray:
    return np.concatenate([points, np.ones((len(points), 1))], axis=1)


def test_the_affine_matrix_projects(camera, points):
    expected = np.asarray(project(camera, jnp.asarray(points, jnp.float32)))
    np.testing.assert_allclose(homogeneous(points) @ affine_matrix(camera).T, expected, atol=1e-3)
    np.testing.assert_allclose(orthographic_points(camera, points), expected[:, :2], atol=1e-3)


def test_opengls_orthographic_matrices_give_the_same_pixels(camera, points):
    model_view, projection = orthographic_matrices(camera, SIZE, 900.0, 300.0, 2000.0)
    clip = homogeneous(points) @ (projection @ model_view).T
    np.testing.assert_allclose(on_screen(clip), orthographic_points(camera, points), atol=1e-6)
    # Nearer points have the smaller depth.
    depth = clip[:, 2] / clip[:, 3]
    assert (np.argsort(depth) == np.argsort(-(points @ np.asarray(camera.rotation)[2]))).all()


def test_opencv_projects_as_the_perspective_camera_says(camera, points):
    found = perspective_camera(camera, points, SIZE, 1500.0)
    turn = cv2.Rodrigues(found.rotation)[0]
    theirs = cv2.projectPoints(points, turn, found.translation, found.intrinsics, None)[0][:, 0]
    np.testing.assert_allclose(found.project(points), theirs, atol=1e-6)
    assert np.linalg.det(found.rotation) == pytest.approx(1.0)


def test_opengl_projects_as_opencv(camera, points):
    found = perspective_camera(camera, points, SIZE, 1500.0)
    matrix = found.projection(*SIZE, 700.0, 3000.0) @ found.model_view()
    np.testing.assert_allclose(
        on_screen(homogeneous(points) @ matrix.T), found.project(points), atol=1e-6
    )


def test_an_off_centre_principal_point_stays_where_it_is(points):
    camera = Camera(jnp.eye(3), jnp.float32(1.3), jnp.array([420.0, 150.0]))
    found = perspective_camera(camera, points, SIZE, 1500.0)
    found.intrinsics[:2, 2] = [100.0, 50.0]
    matrix = found.projection(*SIZE, 700.0, 3000.0) @ found.model_view()
    x, y, _, w = (homogeneous(points) @ matrix.T).T
    pixels = np.stack([(x / w + 1.0) / 2.0 * SIZE[0], (1.0 - y / w) / 2.0 * SIZE[1]], axis=1)
    np.testing.assert_allclose(pixels, found.project(points), atol=1e-6)


def test_from_afar_the_difference_vanishes(camera, points):
    wanted = orthographic_points(camera, points)
    off = [
        largest_distance(perspective_camera(camera, points, SIZE, d).project(points), wanted)
        for d in (500.0, 2000.0, 1e5)
    ]
    assert off[0] > off[1] > off[2]
    assert off[2] < 0.2
    assert off[1] < 6.0


def test_a_camera_within_the_face_is_refused(camera, points):
    with pytest.raises(ValueError, match="within the face"):
        perspective_camera(camera, points, SIZE, 10.0)
