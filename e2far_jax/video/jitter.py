"""How much landmarks tremble from frame to frame (ours).

With p_t the place of a landmark in frame t, the second difference p_{t-1} - 2 p_t + p_{t+1} is zero
for steady motion, and for independent errors of variance s^2 a frame has the variance 6 s^2. So

    jitter = sqrt( mean over frames and landmarks of |p_{t-1} - 2 p_t + p_{t+1}|^2 / 6 )

is, for a face at rest, the RMS distance by which a landmark is off in each frame, pixels. True
acceleration counts too, so it is no error: of the same clip, it compares before with after.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int


@dataclasses.dataclass(frozen=True)
class Jitter:
    """The jitter of one face's landmarks.

    Attributes:
      pixels: of the video; NaN where there are no three frames in a row.
      relative: the same in percent of the face's size, sqrt(width x height) of its landmark box.
    """

    pixels: float
    relative: float


def jitter(landmarks: Float[np.ndarray, "T L 2"], frames: Int[np.ndarray, "T"]) -> Jitter:
    """The jitter of landmarks that were seen in these frames; only frames in a row are compared."""
    in_a_row = (frames[2:] - frames[:-2]) == 2
    bend = (landmarks[:-2] - 2.0 * landmarks[1:-1] + landmarks[2:])[in_a_row]
    if not len(bend):
        return Jitter(float("nan"), float("nan"))
    squares = (bend**2).sum(axis=-1) / 6.0
    extent = landmarks.max(axis=1) - landmarks.min(axis=1)
    sizes = np.maximum(np.sqrt(extent.prod(axis=-1)), 1e-6)[1:-1][in_a_row]
    relative = 100.0 * np.sqrt((squares / sizes[:, None] ** 2).mean())
    return Jitter(float(np.sqrt(squares.mean())), float(relative))
