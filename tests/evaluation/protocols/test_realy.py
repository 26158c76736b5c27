"""Errors by region: regions that were moved apart, and known heights."""

from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.evaluation.protocols.realy import REGIONS, realy_errors
from e2far_jax.scans.mesh import Mesh
from tests.evaluation.alignment.shapes import face, face_landmarks, motion, moved, sheet

LANDMARKS = face_landmarks()


def regions_of(mesh: Mesh) -> dict[str, Mesh]:
    """Parts of the relief, as vertices without triangles."""
    x, y = mesh.vertices[:, 0], mesh.vertices[:, 1]
    parts = {
        "nose": (np.abs(x) < 20) & (np.abs(y + 5) < 25),
        "mouth": (np.abs(x) < 30) & (y < -35) & (y > -55),
        "forehead": (np.abs(x) < 50) & (y > 20) & (y < 60),
        "cheek": (np.abs(x) > 25) & (np.abs(x) < 55) & (np.abs(y) < 25),
    }
    return {name: Mesh(mesh.vertices[part], mesh.triangles[:0]) for name, part in parts.items()}


def test_a_scan_against_itself_moved_and_scaled():
    away = motion(0, scale=0.01)
    errors = realy_errors(
        moved(face(), away), away.apply(LANDMARKS), regions_of(face()), LANDMARKS, 1.0
    )
    assert list(errors) == list(REGIONS)
    np.testing.assert_allclose(list(errors.values()), 0.0, atol=1e-6)


def test_each_region_is_registered_by_itself():
    """Regions moved in different directions: no single motion fits them all."""
    scans = {
        name: moved(region, motion(seed, degrees=1.0, shift=1.0))
        for seed, (name, region) in enumerate(regions_of(face()).items())
    }
    errors = realy_errors(face(81), LANDMARKS, scans, LANDMARKS, 1.0)
    raw = {
        name: np.linalg.norm(scans[name].vertices - region.vertices, axis=1).mean()
        for name, region in regions_of(face()).items()
    }
    for name in REGIONS:
        assert raw[name] > 0.4
        assert errors[name] < 0.5 * raw[name]
        alone = realy_errors(face(81), LANDMARKS, {name: scans[name]}, LANDMARKS, 1.0)
        assert alone == {name: errors[name]}


def test_known_heights_times_the_metrical_scale():
    """Points 2 above and below a plane by turns stay that far from it."""
    relief = sheet(29, heights=lambda x, y: 2.0 * np.sign(x * y), width=100.0)
    scan = Mesh(relief.vertices[np.abs(relief.vertices[:, 2]) > 1.0], relief.triangles[:0])
    flat = LANDMARKS * [1.0, 1.0, 0.0]
    plane = sheet(9, width=300.0)
    for scale in (1.0, 0.1, 250.0):
        errors = realy_errors(plane, flat, {"cheek": scan}, flat, scale)
        assert errors == {"cheek": pytest.approx(2.0 * scale, rel=1e-6)}


def test_motion_of_either_and_order_change_nothing():
    rng = np.random.default_rng(1)
    wrong = Mesh(face(31).vertices + rng.normal(size=(961, 3)), face(31).triangles)
    keypoints = LANDMARKS + 0.5 * rng.normal(size=(7, 3))
    expected = realy_errors(wrong, keypoints, regions_of(face()), LANDMARKS, 1.0)
    assert min(expected.values()) > 0.2
    away, turn = motion(2, scale=0.001), motion(3)
    scans = {
        name: Mesh(turn.apply(region.vertices)[::-1].copy(), region.triangles)
        for name, region in regions_of(face()).items()
    }
    found = realy_errors(
        moved(wrong, away), away.apply(keypoints), scans, turn.apply(LANDMARKS), 1.0
    )
    assert found == pytest.approx(expected, rel=1e-3)


def test_more_keypoints_than_seven():
    points = face(9).vertices
    errors = realy_errors(face(), points, regions_of(face()), points, 1.0)
    np.testing.assert_allclose(list(errors.values()), 0.0, atol=1e-9)


def test_regions_that_cannot_be_compared():
    scans = regions_of(face())
    with pytest.raises(ValueError, match=r"regions \[\]; expected some of nose, mouth"):
        realy_errors(face(), LANDMARKS, {}, LANDMARKS, 1.0)
    with pytest.raises(ValueError, match=r"'chin'.*; expected some of nose, mouth, forehead"):
        realy_errors(face(), LANDMARKS, {"chin": scans["nose"]}, LANDMARKS, 1.0)
    few = Mesh(scans["nose"].vertices[:2], scans["nose"].triangles)
    with pytest.raises(ValueError, match="region nose has 2 vertices; at least 3"):
        realy_errors(face(), LANDMARKS, {"nose": few}, LANDMARKS, 1.0)
    broken = Mesh(scans["nose"].vertices * np.nan, scans["nose"].triangles)
    with pytest.raises(ValueError, match="points are not finite"):
        realy_errors(face(), LANDMARKS, {"nose": broken}, LANDMARKS, 1.0)
    for scale in (0.0, -1.0, np.nan, np.inf):
        with pytest.raises(ValueError, match=f"metrical scale of {scale}"):
            realy_errors(face(), LANDMARKS, scans, LANDMARKS, scale)
    with pytest.raises(ValueError, match="lie in one line or point"):
        realy_errors(face(), np.zeros((7, 3)), scans, LANDMARKS, 1.0)
