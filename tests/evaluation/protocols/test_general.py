"""Balls about the nose's tip, Florence's among them: known distances and registrations."""

from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.evaluation.protocols.florence import florence_rmse
from e2far_jax.evaluation.protocols.general import nose_centred_distances, nose_centred_rmse
from e2far_jax.scans.mesh import Mesh
from tests.evaluation.alignment.shapes import face, face_landmarks, motion, moved, relief, sheet

LANDMARKS = face_landmarks()
TIP = np.array([0.0, -5.0, float(relief(np.array(0.0), np.array(-5.0)))])
BOTH = pytest.mark.parametrize("icp", ["point_to_plane", "point_to_point"])
# Landmarks that start the registration a little off.
OFF = LANDMARKS + np.random.default_rng(0).normal(size=(7, 3))


@BOTH
def test_a_scan_against_itself_moved_and_scaled(icp):
    away = motion(1, scale=0.01)
    prediction, landmarks = moved(face(), away), away.apply(LANDMARKS)
    for with_scale, scale in ((True, 1.0), (False, 100.0)):
        found = nose_centred_rmse(
            Mesh(scale * prediction.vertices, prediction.triangles), scale * landmarks,
            face(), LANDMARKS, TIP, radius=60.0, with_scale=with_scale, icp=icp,
        )  # fmt: skip
        assert found == pytest.approx(0.0, abs=1e-6)
    small = nose_centred_rmse(
        prediction, landmarks, face(), LANDMARKS, TIP, radius=60.0, with_scale=False, icp=icp
    )
    assert small > 5.0


def test_planes_bring_back_a_wrong_start():
    found = nose_centred_rmse(face(), OFF, face(), LANDMARKS, TIP, radius=50.0, with_scale=False)
    assert found == pytest.approx(0.0, abs=1e-3)


@BOTH
def test_a_plane_between_points_above_and_below(icp):
    """By symmetry no rigid motion improves on the plane: every distance is the height."""
    scan = sheet(29, heights=lambda x, y: 2.0 * np.sign(x * y), width=200.0)
    points = scan.vertices[np.abs(scan.vertices[:, 2]) > 1.0]
    tilt = motion(2, degrees=2.0, shift=0.0)
    flat = LANDMARKS * [1.0, 1.0, 0.0]
    arguments = (
        moved(sheet(15, width=400.0), tilt), flat, Mesh(points, scan.triangles[:0]), flat,
        np.zeros(3),
    )  # fmt: skip
    distances = nose_centred_distances(*arguments, radius=80.0, icp=icp)
    assert len(distances) == np.sum(np.linalg.norm(points, axis=1) <= 80.0)
    np.testing.assert_allclose(distances, 2.0, atol=1e-3)
    assert nose_centred_rmse(*arguments, radius=80.0, icp=icp) == pytest.approx(2.0, abs=1e-3)


def rough(seed: int) -> Mesh:
    mesh = face(31, shift=1.3)
    noise = np.random.default_rng(seed).normal(size=mesh.vertices.shape)
    return Mesh(mesh.vertices + noise, mesh.triangles)


def bent() -> Mesh:
    mesh = face(31, shift=1.3)
    x, y = mesh.vertices[:, 0], mesh.vertices[:, 1]
    lift = 2.0 * np.cos(x / 25.0 + 1.0) + y**2 / 1500.0
    return Mesh(mesh.vertices + lift[:, None] * [0.0, 0.0, 1.0], mesh.triangles)


def test_planes_end_in_one_place_even_on_a_rough_face():
    found = []
    for seed in range(4):
        away = motion(seed)
        found.append(
            nose_centred_rmse(
                moved(rough(3), away), away.apply(OFF), face(), LANDMARKS, TIP
            )
        )  # fmt: skip
    assert np.ptp(found) < 1e-4 * np.mean(found)


@BOTH
def test_what_changes_nothing(icp):
    wrong = bent()
    expected = nose_centred_distances(wrong, OFF, face(), LANDMARKS, TIP, icp=icp)
    assert 0.2 < expected.mean() < 3.0
    away, turn = motion(4, scale=0.001), motion(6)
    order = np.random.default_rng(5).permutation(len(wrong.vertices))
    shuffled = Mesh(wrong.vertices[order], np.argsort(order)[wrong.triangles])
    found = nose_centred_distances(
        moved(shuffled, away), away.apply(OFF),
        moved(face(), turn), turn.apply(LANDMARKS), turn.apply(TIP[None])[0], icp=icp,
    )  # fmt: skip
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_two_kinds_differ_on_rough_faces():
    planes, points = (
        nose_centred_rmse(rough(7), OFF, face(), LANDMARKS, TIP, icp=icp)
        for icp in ("point_to_plane", "point_to_point")
    )
    assert planes != points
    assert planes == pytest.approx(points, rel=0.1)


@BOTH
def test_florence_is_a_ball_of_95_mm(icp):
    wide = sheet(41, width=260.0, heights=relief)
    tip = TIP + np.array([10.0, 0, 0])
    found = florence_rmse(rough(8), OFF, wide, LANDMARKS, tip, icp=icp)
    expected = nose_centred_rmse(rough(8), OFF, wide, LANDMARKS, tip, radius=95.0, icp=icp)
    smaller = nose_centred_rmse(rough(8), OFF, wide, LANDMARKS, tip, radius=80.0, icp=icp)
    assert found == expected
    assert found != smaller
    rigid = florence_rmse(rough(8), 0.9 * OFF, wide, LANDMARKS, tip, icp=icp, with_scale=False)
    assert rigid != florence_rmse(rough(8), 0.9 * OFF, wide, LANDMARKS, tip, icp=icp)


@pytest.mark.parametrize("measure", [florence_rmse, nose_centred_rmse])
def test_faces_that_cannot_be_compared(measure):
    whole = face(11)
    with pytest.raises(ValueError, match="no triangles"):
        measure(Mesh(whole.vertices, whole.triangles[:0]), LANDMARKS, whole, LANDMARKS, TIP)
    with pytest.raises(ValueError, match=r"0 of the scan's 121 vertices within 95\.0 mm"):
        measure(whole, LANDMARKS, whole, LANDMARKS, TIP + 900.0)
    with pytest.raises(ValueError, match="both must be finite"):
        measure(whole, LANDMARKS, whole, LANDMARKS, TIP * np.nan)
    with pytest.raises(ValueError, match="121 of the scan's 121 vertices are not finite"):
        measure(whole, LANDMARKS, Mesh(whole.vertices * np.nan, whole.triangles), LANDMARKS, TIP)
    with pytest.raises(ValueError, match="no ICP 'best'; there are point_to_plane, point_to_point"):
        measure(whole, LANDMARKS, whole, LANDMARKS, TIP, icp="best")
    with pytest.raises(ValueError, match="2 of the predicted landmarks; at least 3"):
        measure(whole, LANDMARKS[:2], whole, LANDMARKS[:2], TIP)
