from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from e2far_jax.maps.texture import Texture
from e2far_jax.maps.views import TURN, overlay, turntable, turntable_yaws
from tests.maps.faces import RADIUS, ball, face_of

SIZE = 64


@pytest.fixture(scope="module")
def face():
    picture = np.full((240, 700, 3), [0.1, 0.2, 0.9], np.float32)
    face = face_of(ball(), translation=(500.0, 120.0), picture_size=(700, 240))
    return dataclasses.replace(face, photograph=picture)


def test_overlays_change_the_face_alone(face):
    picture = overlay(face)
    assert picture.shape == (240, 700, 3)
    rows, columns = np.mgrid[:240, :700] + 0.5
    distance = np.hypot(columns - 500.0, rows - 120.0)
    outside = distance > RADIUS + 2.0
    np.testing.assert_array_equal(picture[outside], face.photograph[outside])
    # Gray over blue.
    within = picture[distance < RADIUS - 2.0]
    assert (np.abs(within - face.photograph[0, 0]).max(axis=1) > 0.1).all()
    assert face.photograph[120, 500, 0] == np.float32(0.1)


def test_an_overlay_needs_its_photograph(face):
    with pytest.raises(ValueError, match="not at hand"):
        overlay(dataclasses.replace(face, photograph=None))


def test_turning_begins_at_the_front_and_comes_back():
    yaws = turntable_yaws(8)
    assert yaws[0] == 0.0
    assert yaws[2] == pytest.approx(TURN)
    assert yaws[6] == pytest.approx(-TURN)
    assert math.isclose(yaws[4], 0.0, abs_tol=1e-12)


def test_the_texture_turns_with_the_face(face):
    colours = np.zeros((32, 64, 3), np.float32)
    colours[:, :32, 0], colours[:, 32:, 1] = 1.0, 1.0  # the subject's right side red, left green
    texture = Texture(colours, np.ones((32, 64), bool))
    frames = turntable(face, texture, frames=4, size=SIZE)
    assert [frame.shape for frame in frames] == [(SIZE, SIZE, 3)] * 4
    red, green = (
        [((frame[..., c] > 0.4) & (frame[..., 1 - c] < 0.2)).sum() for frame in frames]
        for c in (0, 1)
    )
    assert red[0] == pytest.approx(green[0], rel=0.1)
    assert red[0] > 500
    # Turned to the subject's left, the right side shows.
    assert red[1] > 5 * green[1]
    assert green[3] > 5 * red[3]


def test_without_a_texture_the_mesh_is_gray(face):
    frame = turntable(face, frames=1, size=SIZE)[0]
    assert np.ptp(frame, axis=-1).max() < 0.05
    assert frame[SIZE // 2, SIZE // 2].max() < 0.9


def test_no_frames_are_refused(face):
    with pytest.raises(ValueError, match="frames is 0"):
        turntable(face, frames=0)
