"""What is evaluated: a network of ours, or what anybody's method wrote about the same pictures."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.scans.mesh import Mesh


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture of one face.

    Attributes:
      name: of the item, which is what predictions of it are called.
      path: its file.
      box: of the landmarks, [x0, y0, x1, y1], pixels, where the data set gives one.
      detected: whether the box is a detector's, and only near that of the landmarks.
    """

    name: str
    path: Path
    box: Float[np.ndarray, "4"] | None = None
    detected: bool = False


@dataclasses.dataclass(frozen=True)
class PredictedFace:
    """What a system says of a picture; None for what it does not say.

    Attributes:
      landmarks_2d: the 68 iBUG points in the picture, pixels.
      landmarks_3d: the 68 points, or as many as the protocol names, in the mesh's frame and unit.
      mesh: the surface of the face, mm where the system claims to know the size.
      neutral_vertices: the mesh's without the expression, where the system tells the two apart.
      camera: from the mesh's frame to the picture.
    """

    landmarks_2d: Float[np.ndarray, "68 2"] | None = None
    landmarks_3d: Float[np.ndarray, "L 3"] | None = None
    mesh: Mesh | None = None
    neutral_vertices: Float[np.ndarray, "N 3"] | None = None
    camera: Camera | None = None


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why there is no face for a picture."""

    reason: str


@runtime_checkable
class System(Protocol):
    """Something that finds a face in each picture.

    Attributes:
      name: for tables.
      description: one line that says what it is.
      fingerprint: changes where its predictions may.
    """

    name: str
    description: str
    fingerprint: str

    def faces(self, pictures: Sequence[Picture]) -> Iterator[PredictedFace | Failure]:
        """What it says of each picture, in their order."""
        ...
