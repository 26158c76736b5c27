"""From what the network saw of a face, frame by frame, to one person who moves smoothly.

The identity is held (`identity`); expression and camera go through the One-Euro filter of
`smoothing`, each with parameters of its own. The camera's rotation is filtered on SO(3), its scale
as a logarithm. What is filtered of its translation is where the middle of the neutral landmarks
falls in the picture, in mm of the face's size: the face's origin is inside the head, and the
network's errors in rotation would shake it though the face rests.
"""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.moving_points import MovingPoints, moving_landmarks
from e2far_jax.video.identity import held_identity
from e2far_jax.video.jitter import Jitter, jitter
from e2far_jax.video.motion import Motion, landmarks_in_picture, motion_of
from e2far_jax.video.smoothing import OneEuro, smoothed, smoothed_rotations
from e2far_jax.video.track import Track


@dataclasses.dataclass(frozen=True)
class Filters:
    """How strongly each part of a motion is smoothed (ours; chosen on rendered clips).

    Attributes:
      expression: of the coefficients' unit, weights or standard deviations.
      rotation: of radians.
      place: of mm.
      size: of the logarithm of the scale.
    """

    expression: OneEuro = OneEuro(minimum_cutoff=1.0, speed_gain=4.0, speed_cutoff=2.0)
    rotation: OneEuro = OneEuro(minimum_cutoff=1.0, speed_gain=8.0)
    place: OneEuro = OneEuro(minimum_cutoff=1.0, speed_gain=0.08)
    size: OneEuro = OneEuro(minimum_cutoff=1.0, speed_gain=8.0)


@dataclasses.dataclass(frozen=True)
class Person:
    """One person in one shot.

    Attributes:
      shot: the shot's number, from 0.
      identity: held over all frames.
      motion: smoothed.
      landmarks: the 68 points that follow, pixels.
      best: the row of the frame that shows the face most frontally.
      scores: the detector's, by frame.
      before: jitter of the landmarks as the network saw them.
      after: jitter of `landmarks`.
    """

    shot: int
    identity: Float[np.ndarray, "I"]
    motion: Motion
    landmarks: Float[np.ndarray, "T 68 2"]
    best: int
    scores: Float[np.ndarray, "T"]
    before: Jitter
    after: Jitter


def steadied(track: Track, model: MorphableModel, filters: Filters = Filters()) -> Person:
    """The person of a track.

    Args:
      track: with a sighting at least.
      model: the morphable model of its coefficients.
      filters: how strongly to smooth.
    """
    raw, points = motion_of(track.sightings), moving_landmarks(model)
    identities = np.stack([sighting.identity for sighting in track.sightings])
    scores = np.array([sighting.score for sighting in track.sightings], np.float64)
    identity = held_identity(identities, raw.rotation, scores)
    motion = _smooth(raw, identities, identity, points, filters)
    landmarks = landmarks_in_picture(points, identity, motion)
    seen = np.stack([sighting.landmarks for sighting in track.sightings])
    return Person(
        shot=track.shot,
        identity=np.float32(identity),
        motion=motion,
        landmarks=landmarks,
        best=int(np.argmax(motion.rotation[:, 2, 2])),
        scores=scores,
        before=jitter(np.float64(seen), raw.frames),
        after=jitter(landmarks, raw.frames),
    )


def _smooth(
    raw: Motion,
    identities: Float[np.ndarray, "T I"],
    identity: Float[np.ndarray, "I"],
    points: MovingPoints,
    filters: Filters,
) -> Motion:
    seconds = raw.seconds
    rotation = smoothed_rotations(raw.rotation, seconds, filters.rotation)
    logarithm = np.log(np.float64(raw.scale))[:, None]
    scale = np.exp(smoothed(logarithm, seconds, filters.size)[:, 0])
    unit = float(np.median(raw.scale))  # pixels per mm
    place = unit * smoothed(_middles(raw, identities, points) / unit, seconds, filters.place)
    still = dataclasses.replace(
        raw, rotation=rotation, scale=scale, translation=np.zeros_like(place)
    )
    held = np.tile(np.float32(identity), (len(seconds), 1))
    return dataclasses.replace(
        still,
        expression=smoothed(raw.expression, seconds, filters.expression),
        translation=place - _middles(still, held, points),
    )


def _middles(
    motion: Motion, identities: Float[np.ndarray, "T I"], points: MovingPoints
) -> Float[np.ndarray, "T 2"]:
    """Where the middle of the neutral landmarks falls in each frame, pixels."""
    middles = points.neutral(jnp.asarray(identities)).mean(axis=-2, keepdims=True)
    return np.float64(project(motion.camera, middles))[:, 0, :2]
