"""The colours of a face's surface, made when they are first needed and for all of its files."""

from __future__ import annotations

import functools

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face
from e2far_jax.maps.colours import face_colours
from e2far_jax.maps.texture import Texture, photograph_texture


class Paint:
    """What a photograph says of a face's surface.

    It may be put on another face of the same morphable model, such as the same person with another
    expression.

    Attributes:
      face: the face as it is in its photograph.
      stem: what its files are called, for those that name one another.
    """

    def __init__(self, face: Face, stem: str = "face") -> None:
        self.face, self.stem = face, stem

    @functools.cached_property
    def colours(self) -> Float[np.ndarray, "N 3"]:
        """RGB in [0, 1] of each vertex; gray where there is no photograph."""
        return face_colours(self.face)

    @functools.cached_property
    def texture(self) -> Texture | None:
        """Laid out by the model's `texture_chart`; None where there is no photograph."""
        return None if self.face.photograph is None else photograph_texture(self.face)
