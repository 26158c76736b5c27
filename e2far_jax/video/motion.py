"""How a face moves: expression and camera over time, and where that puts its landmarks."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.pytrees import pytree_dataclass
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


@pytree_dataclass
class LandmarkModel:
    """A morphable model of the 68 landmarks alone.

    Attributes:
      mean: mm.
      identity_basis: mm per unit of each identity coefficient.
      expression_basis: mm per unit of each expression coefficient.
    """

    mean: Float[Array, "68 3"]
    identity_basis: Float[Array, "I 68 3"]
    expression_basis: Float[Array, "E 68 3"]


def landmark_model(model: MorphableModel) -> LandmarkModel:
    """The part of a morphable model that moves the landmarks; so many frames take little memory."""
    on = model.landmarks.on
    return LandmarkModel(
        on(model.mean),
        on(jnp.moveaxis(model.identity_basis, -1, 0)),
        on(jnp.moveaxis(model.expression_basis, -1, 0)),
    )


@jax.jit
def neutral_landmarks(
    model: LandmarkModel, identity: Float[Array, "*B I"]
) -> Float[Array, "*B 68 3"]:
    """The landmarks without expression, mm."""
    return model.mean + jnp.tensordot(identity, model.identity_basis, 1)


def landmarks_in_picture(
    model: LandmarkModel, identity: Float[np.ndarray, "I"], motion: Motion
) -> Float[np.ndarray, "T 68 2"]:
    """Where one person's landmarks fall in each frame, pixels."""
    expression = jnp.asarray(motion.expression, jnp.float32)
    neutral = neutral_landmarks(model, jnp.asarray(identity, jnp.float32))
    points = neutral + jnp.tensordot(expression, model.expression_basis, 1)
    return np.float64(project(motion.camera, points))[..., :2]
