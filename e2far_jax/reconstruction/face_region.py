"""A face that was found and is to be reconstructed."""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float


@dataclasses.dataclass(frozen=True)
class FaceRegion:
    """A face still to be reconstructed.

    Attributes:
      photograph: RGB in [0, 1].
      box: its landmark box [x0, y0, x1, y1], pixels.
      refinements: how often to cut again around the predicted landmarks.
      score: how sure the detector was, 0..1; 1 for a given box.
      image: what the photograph is called.
      landmarks: the 68 points in the photograph, pixels, where they are given: the camera is then
        the one that fits them best, whatever the network says of it.
      roll: how far the head is turned in the picture's plane, radians, counter-clockwise as the
        viewer sees it.
    """

    photograph: Float[np.ndarray, "H W 3"]
    box: Float[np.ndarray, "4"]
    refinements: int = 0
    score: float = 1.0
    image: str = ""
    landmarks: Float[np.ndarray, "68 2"] | None = None
    roll: float = 0.0
