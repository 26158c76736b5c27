"""A batch of examples, as the pipeline makes it and the training step takes it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.geometry.cameras import Camera
from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class Batch:
    """Examples as NumPy arrays, to be handed to a compiled step.

    Attributes:
      image: RGB in [0, 1].
      identity: identity coefficients.
      expression: expression coefficients.
      rotation: of the camera, from the face's axes to the viewer's.
      scale: of the camera, pixels per mm.
      translation: of the camera, pixels.
      landmarks: the 68 projected points, pixels.
      index: the example's number in its split.
      level: its difficulty, 0 to 3, or `data.settings.UNGRADED`.
      valid: False for an example that only fills up a last batch.
    """

    image: Float[np.ndarray | Array, "*B H W 3"]
    identity: Float[np.ndarray | Array, "*B I"]
    expression: Float[np.ndarray | Array, "*B E"]
    rotation: Float[np.ndarray | Array, "*B 3 3"]
    scale: Float[np.ndarray | Array, "*B"]
    translation: Float[np.ndarray | Array, "*B 2"]
    landmarks: Float[np.ndarray | Array, "*B 68 2"]
    index: Int[np.ndarray | Array, "*B"]
    level: Int[np.ndarray | Array, "*B"]
    valid: Bool[np.ndarray | Array, "*B"]

    @property
    def camera(self) -> Camera:
        """The pictures' cameras; inside a compiled function."""
        return Camera(self.rotation, self.scale, self.translation)
