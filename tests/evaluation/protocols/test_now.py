"""NoW's distances against a plain version made of scipy, and surfaces with known distances."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.protocols.now import now_distances
from e2far_jax.geometry.closest_points import closest_points
from e2far_jax.scans.mesh import Mesh
from tests.evaluation.alignment.shapes import face, face_landmarks, motion, moved, sheet

LANDMARKS = face_landmarks()
BOTH = pytest.mark.parametrize("metrical", [False, True])


def predicted(seed: int) -> tuple[Mesh, np.ndarray]:
    """A wrong face: the relief bent and roughened, on another grid; landmarks a little off."""
    rng = np.random.default_rng(seed)
    mesh = face(31, shift=1.3)
    vertices = mesh.vertices + 0.4 * rng.normal(size=mesh.vertices.shape)
    vertices[:, 2] += 2.5 * np.cos(vertices[:, 0] / 25.0 + seed) + vertices[:, 1] ** 2 / 1500.0
    return Mesh(vertices, mesh.triangles), LANDMARKS + rng.normal(size=(7, 3))


def plain_now(prediction, landmarks, scan, scan_landmarks, metrical: bool) -> np.ndarray:
    """The definition step by step, with scipy's rotation fit and its least squares."""
    bridge = 0.5 * (scan_landmarks[1] + scan_landmarks[2])
    nose = scan_landmarks[4]
    radius = np.linalg.norm(scan_landmarks[0] - scan_landmarks[3]) + np.linalg.norm(bridge - nose)
    apart = np.linalg.norm(scan.vertices - (0.7 * nose + 0.3 * bridge), axis=1)
    points = scan.vertices[apart <= 0.7 * radius]
    a, b = landmarks - landmarks.mean(0), scan_landmarks - scan_landmarks.mean(0)
    turn, _ = Rotation.align_vectors(b, a)
    size = 1.0 if metrical else np.sum(turn.apply(a) * b) / np.sum(a**2)
    start = size * turn.apply(prediction.vertices - landmarks.mean(0)) + scan_landmarks.mean(0)
    middle = start.mean(axis=0)

    def distances(x: np.ndarray) -> np.ndarray:
        grown = 1.0 if metrical else np.exp(x[6] / 50.0)
        placed = grown * Rotation.from_rotvec(x[:3] / 50.0).apply(start - middle) + middle + x[3:6]
        return closest_points(points, placed, prediction.triangles).distances

    return distances(least_squares(distances, np.zeros(6 if metrical else 7), ftol=1e-10).x)


@BOTH
@pytest.mark.parametrize("seed", range(2))
def test_as_the_definition_step_by_step(seed: int, metrical: bool):
    prediction, landmarks = predicted(seed)
    away = motion(seed)
    expected = plain_now(prediction, landmarks, face(), LANDMARKS, metrical)
    found = now_distances(
        moved(prediction, away), away.apply(landmarks), face(), LANDMARKS, metrical=metrical
    )
    assert found.shape == expected.shape
    assert np.sqrt(np.mean(found**2)) == pytest.approx(np.sqrt(np.mean(expected**2)), rel=1e-3)
    np.testing.assert_allclose(found, expected, atol=0.1)
    assert expected.mean() > 0.5


@BOTH
def test_a_scan_against_itself_moved(metrical: bool):
    away = motion(2)
    found = now_distances(
        moved(face(), away), away.apply(LANDMARKS), face(), LANDMARKS, metrical=metrical
    )
    assert len(found) > 500
    np.testing.assert_allclose(found, 0.0, atol=1e-6)


@pytest.mark.parametrize("scale", [0.001, 0.9, 30.0])
def test_only_metrical_distances_see_the_size(scale: float):
    away = motion(3, scale=scale)
    arguments = (moved(face(), away), away.apply(LANDMARKS), face(), LANDMARKS)
    np.testing.assert_allclose(now_distances(*arguments, metrical=False), 0.0, atol=1e-6)
    assert now_distances(*arguments, metrical=True).mean() > 0.3


@BOTH
def test_a_plane_between_points_above_and_below(metrical: bool):
    """By symmetry no motion improves on the plane, so that every distance is the height."""
    scan = sheet(29, heights=lambda x, y: 2.0 * np.sign(x * y), width=200.0)
    landmarks = np.array([[-45, 28, 0], [-18, 27, 0], [18, 27, 0], [45, 28, 0], [0, -22, 0],
                          [-24, -45, 0], [24, -45, 0.0]])  # fmt: skip
    landmarks[:, 1] -= -22 + 0.3 * (27 + 22)  # the crop's centre is the origin
    points = scan.vertices[np.abs(scan.vertices[:, 2]) > 1.0]
    tilt = motion(4, degrees=2.0, shift=0.0)
    start = tilt.apply(landmarks)
    found = now_distances(
        moved(sheet(15, width=400.0), tilt), start, Mesh(points, scan.triangles[:0]), landmarks,
        metrical=metrical,
    )  # fmt: skip
    assert len(found) > 100
    np.testing.assert_allclose(found, 2.0, atol=1e-3)


@BOTH
def test_what_changes_nothing(metrical: bool):
    prediction, landmarks = predicted(3)
    expected = now_distances(prediction, landmarks, face(), LANDMARKS, metrical=metrical)
    away, rng = motion(5), np.random.default_rng(6)
    together = now_distances(
        prediction, landmarks, moved(face(), away), away.apply(LANDMARKS), metrical=metrical
    )
    np.testing.assert_allclose(together, expected, atol=1e-3)
    order = rng.permutation(len(prediction.vertices))
    shuffled = Mesh(
        prediction.vertices[order],
        np.argsort(order)[prediction.triangles][rng.permutation(len(prediction.triangles))],
    )
    same = now_distances(shuffled, landmarks, face(), LANDMARKS, metrical=metrical)
    np.testing.assert_allclose(same, expected, atol=1e-3)
    turned = Mesh(face().vertices[::-1].copy(), face().triangles)
    backwards = now_distances(prediction, landmarks, turned, LANDMARKS, metrical=metrical)
    np.testing.assert_allclose(backwards[::-1], expected, atol=1e-3)


def test_what_is_beyond_the_crop_does_not_count():
    prediction, landmarks = predicted(4)
    expected = now_distances(prediction, landmarks, face(), LANDMARKS, metrical=False)
    far = np.concatenate([face().vertices, [[0.0, 0, 500], [300, 0, 0]]])
    found = now_distances(
        prediction, landmarks, Mesh(far, face().triangles), LANDMARKS, metrical=False
    )
    np.testing.assert_array_equal(found, expected)


def test_faces_that_cannot_be_compared():
    def compare(prediction=None, landmarks=LANDMARKS, scan=None, scan_landmarks=LANDMARKS):
        whole = face(11)
        return now_distances(
            prediction or whole, landmarks, scan or whole, scan_landmarks, metrical=False
        )

    whole = face(11)
    with pytest.raises(ValueError, match="no triangles"):
        compare(prediction=Mesh(whole.vertices, whole.triangles[:0]))
    with pytest.raises(ValueError, match="vertices are not finite"):
        compare(prediction=Mesh(whole.vertices * np.nan, whole.triangles))
    with pytest.raises(ValueError, match="121 of the scan's 121 vertices are not finite"):
        compare(scan=Mesh(whole.vertices * np.nan, whole.triangles))
    with pytest.raises(ValueError, match="0 of the scan's 121 vertices within"):
        compare(scan_landmarks=LANDMARKS + 1000.0)
    with pytest.raises(ValueError, match="0 of the scan's 0 vertices within"):
        compare(scan=Mesh(np.zeros((0, 3)), whole.triangles[:0]))
    line = np.arange(7.0)[:, None] * [1.0, 1.0, 1.0]
    with pytest.raises(ValueError, match="predicted landmarks lie in one line"):
        compare(landmarks=line)
    with pytest.raises(ValueError, match="scan's landmarks are not finite"):
        compare(scan_landmarks=LANDMARKS * np.nan)
