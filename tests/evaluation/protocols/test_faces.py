"""Landmarks that place a prediction, and crops, against scipy and counting by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial import procrustes

from e2far_jax.evaluation.protocols.faces import (
    SEVEN_OF_68,
    inner_face,
    landmark_alignment,
    points_within,
    root_mean_square,
)
from tests.evaluation.alignment.shapes import face, face_landmarks, motion


def test_landmarks_as_by_scipys_procrustes():
    rng = np.random.default_rng(0)
    scan = face_landmarks()
    predicted = motion(1, scale=0.02).apply(scan + 2.0 * rng.normal(size=(7, 3)))
    placed = landmark_alignment(predicted, scan, with_scale=True).apply(predicted)
    _, _, disparity = procrustes(scan, predicted)  # in units of the scan's spread
    spread = np.sum((scan - scan.mean(axis=0)) ** 2)
    assert np.sum((placed - scan) ** 2) == pytest.approx(disparity * spread)
    assert landmark_alignment(predicted, scan, with_scale=False).scale == 1.0


@pytest.mark.parametrize(
    ("landmarks", "message"),
    [
        (np.arange(7.0)[:, None] * [1.0, 2.0, 3.0], "lie in one line or point"),
        (np.ones((7, 3)), "lie in one line or point"),
        (face_landmarks() * [[np.nan]] + 0.0, "are not finite"),
        (face_landmarks()[:2], "2 of the predicted landmarks; at least 3"),
    ],
)
def test_landmarks_that_place_nothing(landmarks: np.ndarray, message: str):
    whole = face_landmarks()[: len(landmarks)]
    with pytest.raises(ValueError, match=message):
        landmark_alignment(landmarks, whole, with_scale=True)
    with pytest.raises(ValueError, match=message.replace("predicted", "(predicted|scan's)")):
        landmark_alignment(whole, landmarks, with_scale=True)


def test_the_inner_face_counted_by_hand():
    """Eyes 100 mm apart, the bridge 40 mm over the nose: factor times 70 mm about (0, 12, 0)."""
    landmarks = np.zeros((7, 3))
    landmarks[[0, 1, 2, 3], 0] = [-50, -15, 15, 50]
    landmarks[[0, 1, 2, 3], 1] = 40.0
    points = np.array([[0, 12, 97.9], [0, 12, -98.1], [0, -85.9, 0], [0, -86.1, 0], [0, 95.9, 0],
                       [97.9, 12, 0], [98.1, 12, 0], [69, 81, 0], [70, 82, 0]])  # fmt: skip
    inside = inner_face(points, landmarks, 1.4)
    np.testing.assert_array_equal(inside, points[[0, 2, 4, 5, 7]])
    more = np.concatenate([points, np.zeros((3, 3))])
    np.testing.assert_array_equal(inner_face(more, landmarks, 1.2), more[[4, 9, 10, 11]])


def test_the_inner_face_moves_and_grows_with_the_face():
    points, landmarks = face().vertices, face_landmarks()
    expected = inner_face(points, landmarks, 1.2)
    assert 10 < len(expected) < len(points) - 10
    away = motion(2, scale=0.001)
    inside = inner_face(away.apply(points), away.apply(landmarks), 1.2)
    np.testing.assert_allclose(inside, away.apply(expected), atol=1e-12)


def test_points_within_a_ball():
    points = np.random.default_rng(3).normal(size=(200, 3))
    centre = np.array([0.2, 0.1, -0.3])
    expected = [point for point in points if np.sqrt(np.sum((point - centre) ** 2)) <= 1.0]
    np.testing.assert_array_equal(points_within(points, centre, 1.0), expected)
    single = points_within(points.astype(np.float32), centre, 1.0)
    assert single.dtype == np.float64


@pytest.mark.parametrize(
    ("points", "centre", "radius", "message"),
    [
        (np.zeros((2, 3)), np.zeros(3), 1.0, "2 of the scan's 2 vertices within 1.0 mm"),
        (np.zeros((9, 3)), np.full(3, 900.0), 1.0, "0 of the scan's 9 .* frame and unit"),
        (np.zeros((0, 3)), np.zeros(3), 1.0, "0 of the scan's 0"),
        (np.full((4, 3), np.nan), np.zeros(3), 1.0, "4 of the scan's 4 vertices are not finite"),
        (np.zeros((4, 3)), np.full(3, np.nan), 1.0, "both must be finite"),
        (np.zeros((4, 3)), np.zeros(3), 0.0, "radius 0.0"),
        (np.zeros((4, 3)), np.zeros(3), np.nan, "radius nan"),
    ],
)
def test_balls_that_hold_no_face(points, centre, radius: float, message: str):
    with pytest.raises(ValueError, match=message):
        points_within(points, centre, radius)


def test_the_root_mean_square():
    assert root_mean_square(np.array([3.0, 4.0, 0.0, 0.0])) == 2.5


def test_the_seven_are_those_of_the_68():
    assert SEVEN_OF_68 == (36, 39, 42, 45, 33, 48, 54)
