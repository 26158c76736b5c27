"""A person's motion as a table: a row a frame, the expression's coefficients by their names.

Columns: `frame` (from 0), `seconds`, `timecode`, the model's expressions in its order, then
`head_pitch`, `head_yaw` and `head_roll`, radians, as in `geometry.rotations.rotation_from_euler`.
Frames in which the person was not seen have no row.
"""

from __future__ import annotations

import csv
import io

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from e2far_jax.faces.face import expression_names
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.video.motion import Motion

HEAD = ("head_pitch", "head_yaw", "head_roll")


def timecode(frame: int, rate: float) -> str:
    """SMPTE non-drop-frame timecode HH:MM:SS:FF of a frame.

    Frames are counted at the rate's nearest whole number (SMPTE ST 12-1), so that at 29.97 frames
    a second it falls behind the clock by 3.6 s an hour; `seconds` is the clock.
    """
    base = max(1, round(rate))
    digits = max(2, len(str(base - 1)))
    minutes, seconds = divmod(frame // base, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}:{frame % base:0{digits}d}"


def table_bytes(model: MorphableModel, motion: Motion, rate: float) -> bytes:
    """The table as CSV (RFC 4180).

    Args:
      model: for the names.
      motion: what to write.
      rate: nominal frames a second, for the timecode.
    """
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["frame", "seconds", "timecode", *expression_names(model), *HEAD])
    angles = head_angles(motion.rotation)
    for row, frame in enumerate(motion.frames.tolist()):
        numbers = np.concatenate([motion.expression[row], angles[row]])
        place = [frame, f"{motion.seconds[row]:.6f}", timecode(frame, rate)]
        writer.writerow([*place, *(f"{number:z.6f}" for number in numbers)])
    return text.getvalue().encode()


def head_angles(rotations: Float[np.ndarray, "T 3 3"]) -> Float[np.ndarray, "T 3"]:
    """Pitch, yaw and roll of R = R_z(roll) R_x(pitch) R_y(yaw), radians."""
    roll_pitch_yaw = Rotation.from_matrix(np.float64(rotations)).as_euler("ZXY")
    return roll_pitch_yaw[:, [1, 2, 0]]
