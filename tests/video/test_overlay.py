from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.model import shape
from e2far_jax.morphable.moving_points import moving_landmarks
from e2far_jax.video.jitter import Jitter
from e2far_jax.video.motion import Motion, landmarks_in_picture
from e2far_jax.video.overlay import OPACITY, Overlay, face_triangles
from e2far_jax.video.people import Person
from e2far_jax.video.reading import Frame


def _person(model, scale: float, place: tuple[float, float]) -> Person:
    motion = Motion(
        frames=np.array([4]),
        seconds=np.array([0.16]),
        expression=np.zeros((1, 4)),
        rotation=np.eye(3)[None],
        scale=np.array([scale]),
        translation=np.array([place]),
    )
    identity, none = np.zeros(5, np.float32), Jitter(0.0, 0.0)
    landmarks = landmarks_in_picture(moving_landmarks(model), identity, motion)
    return Person(0, identity, motion, landmarks, 0, np.ones(1), none, none)


def _drawn(model, person, number=4, height=150, width=200) -> np.ndarray:
    picture = np.zeros((height, width, 3), np.float32)
    return Overlay(model, [person]).draw(Frame(number, number / 25.0, picture))


@pytest.mark.parametrize(("scale", "place"), [(0.5, (90.0, 70.0)), (0.5, (10.0, 20.5))])
def test_the_mesh_covers_what_the_camera_says(model, scale, place):
    person = _person(model, scale, place)
    covered = _drawn(model, person).max(axis=-1) > 0.25
    vertices = shape(model, jnp.asarray(person.identity), jnp.zeros(4))
    points = np.asarray(project(person.motion.camera_at(0), vertices))
    low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    columns, rows = np.flatnonzero(covered.any(axis=0)), np.flatnonzero(covered.any(axis=1))
    seen_low, seen_high = (columns[0], rows[0]), (columns[-1] + 1, rows[-1] + 1)
    np.testing.assert_allclose(seen_low, np.maximum(low, 0.0), atol=2.0)
    np.testing.assert_allclose(seen_high, np.minimum(high, (200, 150)), atol=2.0)


def test_it_is_laid_over_with_its_opacity(model):
    person = _person(model, 0.5, (90.0, 70.0))
    dark = _drawn(model, person)
    bright = Overlay(model, [person]).draw(Frame(4, 0.16, np.ones((150, 200, 3), np.float32)))
    np.testing.assert_allclose((bright - dark)[70, 90], 1.0 - OPACITY, atol=1e-3)
    np.testing.assert_allclose((bright - dark)[2, 2], 1.0)


def test_other_frames_and_faces_outside_stay(model):
    assert not _drawn(model, _person(model, 0.5, (90.0, 70.0)), number=5).any()
    assert not _drawn(model, _person(model, 0.5, (900.0, 70.0))).any()


def test_the_given_picture_is_not_touched(model):
    picture = np.zeros((150, 200, 3), np.float32)
    Overlay(model, [_person(model, 0.5, (90.0, 70.0))]).draw(Frame(4, 0.16, picture))
    assert not picture.any()


def test_a_region_that_reaches_to_the_neck_is_not_drawn_whole(model):
    face = np.asarray(model.regions["face"])
    narrow = face & (np.arange(len(face)) < len(face) // 2)
    regions = {**model.regions, "narrow_face": jnp.asarray(narrow)}
    drawn = np.asarray(face_triangles(dataclasses.replace(model, regions=regions)))
    assert narrow[drawn].all()
    assert 0 < len(drawn) < len(face_triangles(model))
