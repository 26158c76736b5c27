"""3DRMSE on planes and spheres whose distances are known, and by brute force."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.protocols.stirling import stirling_distances, stirling_rmse
from e2far_jax.scans.mesh import Mesh
from tests.evaluation.alignment.shapes import face, face_landmarks, motion, moved, sphere
from tests.geometry.slow_distances import distances_from_triangles

LANDMARKS = face_landmarks()


@pytest.mark.parametrize("scale", [0.001, 1.0, 30.0])
def test_a_scan_against_itself_moved_and_scaled(scale: float):
    away = motion(0, scale=scale)
    distances = stirling_distances(moved(face(), away), away.apply(LANDMARKS), face(), LANDMARKS)
    assert 500 < len(distances) < len(face().vertices)
    np.testing.assert_allclose(distances, 0.0, atol=1e-9)


def test_a_surface_behind_the_scan_is_not_pulled_to_it():
    """The landmarks agree, so a parallel sheet 3 mm behind stays there: there is no ICP."""
    corner = 200.0 * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0.0]])
    front = face().vertices * [1.0, 1.0, 0.0]
    behind = Mesh(corner - [0, 0, 3.0], np.array([[0, 1, 2], [0, 2, 3]], np.int32))
    away = motion(1, scale=0.01)
    flat = LANDMARKS * [1.0, 1.0, 0.0]
    arguments = (moved(behind, away), away.apply(flat), Mesh(front, face().triangles), flat)
    np.testing.assert_allclose(stirling_distances(*arguments), 3.0, atol=1e-9)
    assert stirling_rmse(*arguments) == pytest.approx(3.0)


def test_concentric_spheres():
    landmarks = 100.0 * LANDMARKS / np.linalg.norm(LANDMARKS, axis=1, keepdims=True)
    distances = stirling_distances(sphere(90.0, 60), landmarks, sphere(100.0), landmarks)
    assert len(distances) > 20
    np.testing.assert_allclose(distances, 10.0, atol=0.15)


def test_a_wrong_face_by_brute_force():
    rng = np.random.default_rng(2)
    scan, prediction = face(21), face(15, shift=2.0)
    wrong = Mesh(prediction.vertices + rng.normal(size=(225, 3)), prediction.triangles)
    landmarks = LANDMARKS + rng.normal(size=(7, 3))
    a, b = landmarks - landmarks.mean(0), LANDMARKS - LANDMARKS.mean(0)
    turn, _ = Rotation.align_vectors(b, a)
    scale = np.sum(turn.apply(a) * b) / np.sum(a**2)
    placed = scale * turn.apply(wrong.vertices - landmarks.mean(0)) + LANDMARKS.mean(0)
    nose, bridge = LANDMARKS[4], LANDMARKS[1:3].mean(axis=0)
    radius = 0.6 * (np.linalg.norm(LANDMARKS[0] - LANDMARKS[3]) + np.linalg.norm(bridge - nose))
    apart = np.linalg.norm(scan.vertices - (nose + 0.3 * (bridge - nose)), axis=1)
    counted = scan.vertices[apart <= radius]
    expected = distances_from_triangles(counted, placed, wrong.triangles).min(axis=1)
    away = motion(3)
    arguments = (moved(wrong, away), away.apply(landmarks), scan, LANDMARKS)
    np.testing.assert_allclose(stirling_distances(*arguments), expected, atol=1e-9)
    assert stirling_rmse(*arguments) == pytest.approx(np.sqrt(np.mean(expected**2)))


def test_faces_that_cannot_be_compared():
    whole = face(11)
    with pytest.raises(ValueError, match="no triangles"):
        stirling_rmse(Mesh(whole.vertices, whole.triangles[:0]), LANDMARKS, whole, LANDMARKS)
    with pytest.raises(ValueError, match="0 of the scan's 121 vertices within"):
        stirling_rmse(whole, LANDMARKS, whole, LANDMARKS - 900.0)
    with pytest.raises(ValueError, match="lie in one line or point"):
        stirling_rmse(whole, np.zeros((7, 3)), whole, LANDMARKS)
