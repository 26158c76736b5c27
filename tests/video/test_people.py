from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.model import shape
from e2far_jax.morphable.moving_points import moving_landmarks
from e2far_jax.video.motion import landmarks_in_picture, motion_of
from e2far_jax.video.people import steadied
from e2far_jax.video.tracks import Follower
from tests.video.conftest import Disc, DiscNetwork, frames
from tests.video.lag import lag_in_frames

RATE, COUNT = 25.0, 75
MOST_LAG = 0.5  # frames: what the documentation promises
SECONDS = np.arange(COUNT) / RATE
YAW = 0.5 * np.sin(2.0 * math.pi * SECONDS / 2.0)
JAW = 0.5 - 0.4 * np.cos(2.0 * math.pi * SECONDS / 1.0)
X = 120.0 + 30.0 * np.sin(2.0 * math.pi * SECONDS / 1.5)


def _track(model, noise: float, discs, count: int = COUNT):
    follower = Follower(DiscNetwork(model, noise))
    for frame in frames(count, discs):
        follower.look(frame)
    (track,), _ = follower.finish()
    assert len(track.sightings) == count
    return track


@pytest.fixture(scope="module")
def track(model):
    """A head that turns, moves and opens its mouth, seen with noise."""
    with pytest.MonkeyPatch.context() as patch:
        from e2far_jax.video import tracks
        from tests.video.conftest import found_discs

        patch.setattr(tracks, "find_faces", found_discs)
        yield _track(model, 0.03, lambda n: [Disc(X[n], 80, jaw=JAW[n], yaw=YAW[n])])


@pytest.fixture(scope="module")
def person(track, model):
    return steadied(track, model)


def test_jitter_falls(person):
    assert person.after.pixels < 0.6 * person.before.pixels
    assert person.after.relative < 0.6 * person.before.relative


def test_nothing_lags_more_than_is_promised(person):
    yaw = np.arctan2(person.motion.rotation[:, 0, 2], person.motion.rotation[:, 2, 2])
    assert abs(lag_in_frames(YAW, yaw)) < MOST_LAG
    assert abs(lag_in_frames(JAW, person.motion.expression[:, 0])) < MOST_LAG
    assert abs(lag_in_frames(X, person.motion.translation[:, 0])) < MOST_LAG


def test_motion_keeps_its_size(person):
    assert np.ptp(person.motion.expression[:, 0]) > 0.85 * np.ptp(JAW)
    yaw = np.arctan2(person.motion.rotation[:, 0, 2], person.motion.rotation[:, 2, 2])
    assert np.ptp(yaw) > 0.9 * np.ptp(YAW)


def test_smoothed_parts_are_nearer_to_the_truth(person, track):
    seen = np.stack([sighting.expression for sighting in track.sightings])

    def error(expression):
        return np.sqrt(np.mean((expression[:, :2] - np.stack([JAW, 0.3 + 0 * JAW], 1)) ** 2))

    assert error(person.motion.expression) < 0.9 * error(seen)


def test_one_identity_is_held(person, track, model):
    assert person.identity.shape == (model.identity_size,)
    spread = np.std([sighting.identity for sighting in track.sightings], axis=0)
    np.testing.assert_allclose(person.identity, [2.0, 0, 0, 0, 0], atol=0.2)
    assert (spread > 0.2).all()


def test_the_best_frame_is_the_most_frontal_one(person):
    assert abs(YAW[person.best]) < 0.1


def test_a_head_whose_rotation_trembles_stays_in_its_place(model, disc_detector):
    track = _track(model, 0.03, lambda n: [Disc(120, 80)], 40)
    person, seen = steadied(track, model), np.stack([s.landmarks for s in track.sightings])
    assert (person.landmarks.mean(axis=1).std(axis=0) < 0.6 * seen.mean(axis=1).std(axis=0)).all()
    assert person.after.pixels < 0.35 * person.before.pixels


def test_without_noise_hardly_anything_changes(model, disc_detector):
    track = _track(model, 0.0, lambda n: [Disc(120 + 0.2 * n, 80)], 25)
    seen = np.stack([sighting.landmarks for sighting in track.sightings])
    assert np.abs(steadied(track, model).landmarks - seen)[5:-5].max() < 0.5


def test_landmarks_are_those_of_the_whole_model(model, track):
    motion, identity = motion_of(track.sightings), track.sightings[0].identity
    landmarks = landmarks_in_picture(moving_landmarks(model), identity, motion)
    for row in (0, 40):
        vertices = shape(model, jnp.asarray(identity), jnp.asarray(motion.expression[row]))
        points = project(motion.camera_at(row), model.landmarks.on(vertices))
        np.testing.assert_allclose(landmarks[row], points[:, :2], atol=1e-3)
