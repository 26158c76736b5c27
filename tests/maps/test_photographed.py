from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from e2far_jax.maps.photographed import PhotographedFace, smooth_ramp
from tests.maps.faces import face_of, plate_before_wall

YAW = 0.5


@pytest.fixture(scope="module")
def turned():
    """The plate hides a part of the wall, seen from its side."""
    face = face_of(plate_before_wall(), yaw=YAW)
    rows, columns = np.mgrid[:240, :300] + 0.5
    ramps = np.stack([columns / 300.0, rows / 240.0, 0.0 * rows], axis=-1).astype(np.float32)
    return dataclasses.replace(face, photograph=ramps)


@pytest.fixture(scope="module")
def shown(turned):
    return PhotographedFace(turned)


def wall(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    points = np.stack([x, 0.0 * x, 0.0 * x], axis=1).astype(np.float32)
    return points, np.tile(np.float32([0.0, 0.0, 1.0]), (len(x), 1))


def test_what_is_behind_the_plate_is_hidden(shown):
    # A point 40 mm before the wall falls where the wall's point at x + 40 tan(yaw) does.
    middle, reach = 40.0 * np.tan(YAW), 15.0
    x = np.linspace(-85.0, 85.0, 341)
    confidence = shown.samples(*wall(x)).confidence
    hidden = np.abs(x - middle) < reach - 1.0
    clear = np.abs(x - middle) > reach + 4.0
    np.testing.assert_array_equal(confidence[hidden], 0.0)
    np.testing.assert_allclose(confidence[clear], 1.0, atol=1e-5)


def test_colours_are_those_of_the_place_in_the_picture(shown):
    x = np.linspace(-80.0, -20.0, 61)
    samples = shown.samples(*wall(x))
    expected = (150.0 + x * np.cos(YAW)) / 300.0
    np.testing.assert_allclose(samples.colours[:, 0], expected, atol=1e-3)
    np.testing.assert_allclose(samples.colours[:, 1], 0.5, atol=1e-3)


def test_slanted_surfaces_and_outlines_count_less(shown, turned):
    points, normals = wall(np.array([-50.0, -50.0, -50.0, -99.9]))
    away = np.array([0.0, 1.0, 0.0], np.float32)
    towards = np.asarray(turned.camera.rotation)[2]
    normals[1], normals[2] = -towards, 0.93 * away + 0.37 * towards
    confidence = shown.samples(points, normals).confidence
    assert confidence[0] == pytest.approx(1.0)
    assert confidence[1] == 0.0
    assert 0.3 < confidence[2] < 0.7
    assert confidence[3] < 0.1


def test_what_is_beyond_the_picture_is_not_seen(turned):
    moved = dataclasses.replace(turned.camera, translation=turned.camera.translation - 120.0)
    shown = PhotographedFace(dataclasses.replace(turned, camera=moved))
    points, normals = wall(np.array([-80.0, 80.0]))
    points[:, 1] = -40.0
    confidence = shown.samples(points, normals).confidence
    assert confidence[0] == 0.0
    assert confidence[1] == pytest.approx(1.0)


def test_large_photographs_are_made_smaller(turned):
    large = np.repeat(np.repeat(turned.photograph, 4, axis=0), 4, axis=1)
    camera = dataclasses.replace(
        turned.camera,
        scale=4.0 * turned.camera.scale,
        translation=4.0 * turned.camera.translation,
    )
    face = dataclasses.replace(turned, photograph=large, camera=camera, picture_size=(1200, 960))
    x = np.linspace(-80.0, -20.0, 61)
    samples = PhotographedFace(face, most_pixels=100).samples(*wall(x))
    np.testing.assert_allclose(samples.colours[:, 0], (150.0 + x * np.cos(YAW)) / 300.0, atol=5e-3)


def test_a_face_without_its_photograph_is_refused(turned):
    with pytest.raises(ValueError, match="not at hand"):
        PhotographedFace(dataclasses.replace(turned, photograph=None))


def test_the_ramp_is_smooth():
    values = smooth_ramp(np.array([-1.0, 0.25, 0.375, 0.5, 9.0]), 0.25, 0.5)
    np.testing.assert_allclose(values, [0.0, 0.0, 0.5, 1.0, 1.0])
