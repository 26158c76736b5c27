from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from e2far_jax.outputs.camera_file import camera_file, camera_record
from e2far_jax.outputs.paint import Paint
from tests.maps.faces import face_of
from tests.reconstruction.conftest import dome


@pytest.fixture(scope="module")
def face():
    return face_of(dome(), yaw=-0.4, pitch=0.1, scale=0.8, translation=(120.0, 130.0))


@pytest.fixture(scope="module")
def record(face):
    return json.loads(camera_file(face, Paint(face))[".camera.json"])


def pixels_of_opengl(matrices: dict, points: np.ndarray, size: list[int]) -> np.ndarray:
    """By the file's words: 16 numbers column by column, the viewport the whole photograph."""
    model_view, projection = (
        np.array(matrices[name]).reshape(4, 4, order="F") for name in ("model_view", "projection")
    )
    clip = np.concatenate([points, np.ones((len(points), 1))], axis=1) @ (projection @ model_view).T
    x, y, z = (clip[:, :3] / clip[:, 3:]).T
    assert (np.abs(z) < 1.0).all()
    return np.stack([(x + 1.0) / 2.0 * size[0], (1.0 - y) / 2.0 * size[1]], axis=1)


def test_the_orthographic_camera_is_the_faces_own(face, record):
    points = np.concatenate([face.landmarks_3d, np.ones((68, 1))], axis=1)
    affine = np.array(record["orthographic"]["affine"])
    np.testing.assert_allclose(points @ affine.T, face.projected(face.landmarks_3d), atol=1e-3)
    drawn = pixels_of_opengl(
        record["orthographic"]["opengl"], face.landmarks_3d, record["picture_size"]
    )
    np.testing.assert_allclose(drawn, face.landmarks_2d, atol=1e-3)


def test_the_perspective_camera_errs_as_much_as_it_says(face, record):
    perspective = record["perspective"]
    opencv = {key: np.array(value) for key, value in perspective["opencv"].items()}
    np.testing.assert_allclose(cv2.Rodrigues(opencv["rotation_vector"])[0], opencv["R"], atol=1e-8)
    points = np.float64(face.landmarks_3d)
    seen = cv2.projectPoints(points, opencv["R"], opencv["t"], opencv["K"], None)[0][:, 0]
    off = np.linalg.norm(seen - face.landmarks_2d, axis=1).max()
    assert off == pytest.approx(perspective["largest_landmark_displacement"], abs=1e-3)
    assert 0.0 < off < 3.0
    drawn = pixels_of_opengl(perspective["opengl"], points, record["picture_size"])
    np.testing.assert_allclose(drawn, seen, atol=1e-4)
    depth = (points @ opencv["R"].T + opencv["t"])[:, 2]
    assert depth.mean() == pytest.approx(perspective["distance"])
    assert np.degrees(2 * np.arctan(150.0 / opencv["K"][0, 0])) == pytest.approx(
        perspective["horizontal_field_of_view"]
    )


def test_a_distance_can_be_chosen(face):
    near, far = (camera_record(face, distance)["perspective"] for distance in (600.0, 20000.0))
    assert near["largest_landmark_displacement"] > 5.0 * far["largest_landmark_displacement"]
    assert near["distance"] == pytest.approx(600.0, rel=0.1)
    with pytest.raises(ValueError, match="within the face"):
        camera_record(face, 5.0)
