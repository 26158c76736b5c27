"""How a face moves: expression and camera over time, and where that puts its landmarks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.morphable.model import displacement
from e2far_jax.morphable.moving_points import MovingPoints
from e2far_jax.video.track import Sighting


@dataclasses.dataclass(frozen=True)
class Motion:
    """A face's expression and camera in the frames in which it was seen.

    Attributes:
      frames: their numbers, rising; some may be missing.
      seconds: when they are shown.
      expression: coefficients.
      rotation: of the camera; with the next two as in `geometry.cameras`.
      scale: pixels per mm.
      translation: pixels.
    """

    frames: Int[np.ndarray, "T"]
    seconds: Float[np.ndarray, "T"]
    expression: Float[np.ndarray, "T E"]
    rotation: Float[np.ndarray, "T 3 3"]
    scale: Float[np.ndarray, "T"]
    translation: Float[np.ndarray, "T 2"]

    @property
    def camera(self) -> Camera:
        """The cameras of all frames, as a batch."""
        parts = (self.rotation, self.scale, self.translation)
        return Camera(*(jnp.asarray(part, jnp.float32) for part in parts))

    def camera_at(self, row: int) -> Camera:
        """The camera of one frame, by its place in `frames`."""
        parts = (self.rotation[row], self.scale[row], self.translation[row])
        return Camera(*(jnp.asarray(part, jnp.float32) for part in parts))


def motion_of(sightings: Sequence[Sighting]) -> Motion:
    """What was seen of a face, as arrays."""

    def column(name: str) -> np.ndarray:
        return np.stack([np.asarray(getattr(sighting, name)) for sighting in sightings])

    return Motion(
        frames=column("frame"),
        seconds=np.float64(column("seconds")),
        expression=column("expression"),
        rotation=column("rotation"),
        scale=column("scale"),
        translation=column("translation"),
    )


def landmarks_in_picture(
    points: MovingPoints, identity: Float[np.ndarray, "I"], motion: Motion
) -> Float[np.ndarray, "T 68 2"]:
    """Where one person's landmarks fall in each frame, pixels."""
    neutral = points.neutral(jnp.asarray(identity, jnp.float32))
    moved = displacement(points.expression, jnp.asarray(motion.expression, jnp.float32))
    return np.float64(project(motion.camera, neutral + moved))[..., :2]
