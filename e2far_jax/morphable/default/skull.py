"""The smooth head: distances of the skin from an axis inside it, as sections by height.

A ray starts on the axis for every height on the midline and every angle round the head, and the
table says how far out it meets the skin. The rays are level in the face; above it they rise to the
crown, below the chin they sink and return to level on the neck. Sections follow the jaw line: they
climb from the chin to the ear.

The figures are control values of smooth splines (see `splines`), fitted to the mean face of
ICT-FaceKit (MIT licence) and rounded to 0.5 mm; nose, lids, lips and ears are left out of it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import step
from e2far_jax.morphable.default.splines import spline, spline_table

# By height on the midline: where a ray starts on the axis, in front and at the back (mm up), how
# far forward the axis stands (mm), and how much rays rise (degrees), the face's below the chin.
_FRONT_START = {
    -140: -134, -128: -118, -112: -98, -100: -83.5, -92: -76, -86: -72, -80: -68.8, -74: -65.5,
    -68: -62, -62: -58, -56: -53.6, -50: -49, -45: -44.7, -40: -40, -30: -30, 30: 30, 35: 35,
    40: 39.8, 45: 44.3, 50: 48.4, 55: 52, 60: 55, 65: 57.4, 70: 59, 75: 59.8, 80: 60, 100: 60,
    120: 60, 145: 60,
}  # fmt: skip
_BACK_START = {
    -140: -140, 30: 30, 35: 35, 40: 39.8, 45: 44.3, 50: 48.4, 55: 52, 60: 55, 65: 57.4, 70: 59,
    75: 59.8, 80: 60, 100: 60, 120: 60, 145: 60,
}  # fmt: skip
_FORWARD = {
    -140: -9, -128: -6, -112: 2, -100: 8, -87: 13.5, -60: 18.5, -40: 20, -20: 20.5, 5: 20.5,
    25: 19.5, 60: 15.5, 100: 10.5, 145: 8,
}  # fmt: skip
_RISE = {
    -140: 0, 35: 0, 40: 0.1, 45: 0.5, 50: 1.2, 55: 2.3, 60: 3.9, 66: 6, 75: 10, 90: 19, 105: 29,
    118: 39.5, 129: 51, 137: 62, 142.5: 74, 145: 90,
}  # fmt: skip
_SINK = {
    -140: -5, -128: -10, -112: -18, -100: -21, -92: -20, -86: -15.5, -80: -9.5, -72: -4, -64: -1.2,
    -56: 0, -50: 0, -40: 0, 0: 0, 145: 0,
}  # fmt: skip
# How far a section climbs from the midline to the side, mm, and the share by degrees.
_CLIMB = {
    -140: 0, -130: 10, -120: 20, -100: 31, -80: 33, -60: 27.5, -45: 20.5, -34: 14, -20: 6, -8: 2,
    3: 0, 12: 0, 30: 0, 145: 0,
}  # fmt: skip
_CLIMBED = {0: 0, 10: 0.03, 31: 0.21, 51: 0.45, 71: 0.8, 90: 1.02, 120: 0.85, 150: 0.55, 180: 0.45}
# How far out the skin is, mm: by height on the midline, at these degrees round the head.
_DEGREES = (0, 10, 20, 30, 40, 50, 60, 70, 80, 95, 112, 130, 155, 180)
_SECTIONS = {
    145: (85, 85, 85, 85, 85, 85, 85, 85, 85, 85, 85, 85, 85, 85),
    142: (85.5, 85, 85, 85, 84.5, 84.5, 84, 84, 84.5, 84.5, 85.5, 87, 88, 88.5),
    136: (87, 86.5, 86.5, 85.5, 85, 84.5, 84, 83.5, 83.5, 84.5, 86.5, 88.5, 90.5, 91.5),
    125: (89.5, 89.5, 88.5, 87, 85.5, 84, 83, 82.5, 82.5, 84, 87, 90.5, 92.5, 93),
    112: (92, 91, 90, 88.5, 86, 83.5, 82, 81, 81.5, 83, 86.5, 91.5, 94.5, 94.5),
    97: (92.5, 92.5, 92, 89.5, 86, 83, 81, 80, 79.5, 81.5, 85.5, 91.5, 96, 96),
    82: (91.5, 91.5, 91, 88.5, 85.5, 82, 79.5, 78, 78, 80, 85, 92, 97.5, 98.5),
    69: (91, 92, 90.5, 88, 85, 81.5, 79, 77, 77, 79, 84.5, 92.5, 99.5, 101),
    59: (91.5, 94.5, 94, 91.5, 86, 81, 78.5, 76.5, 76.5, 78.5, 84.5, 93.5, 101.5, 103),
    50: (91.5, 90, 89, 93, 89, 81, 77.5, 76, 76, 78.5, 84.5, 93.5, 102, 104),
    42: (85.5, 80, 81.5, 88, 86.5, 81.5, 78, 76, 75.5, 78, 84.5, 93, 102.5, 104.5),
    34: (78.5, 78, 82, 84, 81, 80.5, 78.5, 76.5, 75.5, 77.5, 83.5, 91.5, 101.5, 104),
    25: (74.5, 77, 80.5, 82.5, 81, 81.5, 79.5, 76.5, 74.5, 76.5, 82, 90, 99.5, 103),
    15: (75.5, 78, 80.5, 83.5, 86, 83.5, 80, 76.5, 74, 74.5, 79.5, 86.5, 96.5, 100),
    4: (81, 82.5, 84.5, 86, 86.5, 83.5, 78.5, 75, 72.5, 72.5, 76, 82, 91.5, 95.5),
    -8: (90, 86, 85, 86.5, 84.5, 81, 76.5, 73, 71, 70.5, 73, 77.5, 86, 89.5),
    -20: (101, 92.5, 86, 85, 82, 79, 75, 72, 69.5, 69, 70.5, 74, 80.5, 84.5),
    -30: (98.5, 92, 87.5, 84, 80, 77.5, 74, 71, 68.5, 67.5, 68.5, 71.5, 77.5, 82),
    -40: (98.5, 91, 85, 83, 78.5, 76, 73, 70.5, 68, 66, 66.5, 69, 75.5, 80),
    -50: (92, 89.5, 84.5, 82, 77, 74.5, 72, 69.5, 67, 65, 64.5, 67, 74, 78),
    -60: (91.5, 88, 83.5, 80, 75.5, 73, 70.5, 68, 65.5, 63.5, 63.5, 65, 72.5, 77),
    -68: (95.5, 90, 82.5, 77, 73, 70.5, 68.5, 66.5, 64, 62.5, 63, 64, 71.5, 76),
    -75: (93.5, 91.5, 82.5, 74.5, 69.5, 66, 64.5, 63.5, 61.5, 61, 62.5, 63, 71, 75),
    -81: (71, 71.5, 67.5, 63, 60.5, 58.5, 58.5, 58.5, 58, 59.5, 61.5, 62, 70.5, 74),
    -86: (49.5, 49, 50, 51, 51, 51.5, 53, 54.5, 55.5, 58.5, 60.5, 61.5, 70, 72.5),
    -91: (46.5, 46.5, 46.5, 47, 47, 48, 50, 52.5, 55, 59, 59.5, 61, 69.5, 71),
    -97: (48, 48, 47, 46.5, 45.5, 46.5, 49, 52, 55.5, 59, 58, 61.5, 68.5, 69.5),
    -106: (47.5, 46.5, 46, 45.5, 45.5, 47, 50, 53.5, 57, 57.5, 56.5, 63, 68, 68.5),
    -118: (48, 47.5, 46.5, 46.5, 48, 50.5, 53.5, 56.5, 57, 54.5, 60, 71.5, 70, 69),
    -130: (48.5, 48, 48, 49, 50.5, 52.5, 54.5, 55.5, 57.5, 71, 85, 89.5, 77, 71.5),
    -140: (46, 46.5, 47.5, 49.5, 50.5, 52.5, 56.5, 62, 73, 100.5, 115, 107.5, 85.5, 75.5),
}  # fmt: skip


def skull(
    angle: Float[np.ndarray, "N"], height: Float[np.ndarray, "N"]
) -> Float[np.ndarray, "N 3"]:
    """The smooth head without features.

    Args:
      angle: round the head from the middle of the face, radians, positive on the subject's left.
      height: on the midline, mm.
    Returns:
      Points, mm.
    """
    start, direction = rays(angle, height)
    radius = spline_table(_SECTIONS, _DEGREES, height, np.degrees(np.abs(angle)))
    return start + direction * radius[:, None]


def rays(
    angle: Float[np.ndarray, "N"], height: Float[np.ndarray, "N"]
) -> tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, "N 3"]]:
    """Where the rays start and their unit directions, for angles and heights as in `skull`."""
    degrees = np.degrees(np.abs(angle))
    behind = step(45.0, 140.0, degrees)
    front, back = spline(_FRONT_START, height), spline(_BACK_START, height)
    climb = spline(_CLIMB, height) * spline(_CLIMBED, degrees)
    y = (1 - behind) * front + behind * back + climb
    rise = np.radians(spline(_RISE, height) + (1 - behind) * spline(_SINK, height))
    level = np.cos(rise)
    direction = np.stack([np.sin(angle) * level, np.sin(rise), np.cos(angle) * level], axis=-1)
    return np.stack([np.zeros_like(y), y, spline(_FORWARD, height)], axis=-1), direction
