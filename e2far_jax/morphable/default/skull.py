"""The head before its features: profile, widths and depths by height, elliptic cross-sections.

The curves are functions of height, in mm. Their figures are hand-set (ours), the front ones
calibrated by eye against depths of the mean face of ICT-FaceKit (MIT licence).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import curve

# How far forward the midline stands, the nose and the lips left out.
PROFILE = {
    150: 8, 147: 30, 143: 45, 137: 58, 129: 70, 120: 79, 110: 87, 100: 94, 90: 98.5, 80: 102,
    70: 105.5, 60: 107.5, 50: 106.5, 37: 103, 20: 103.5, 4: 107, -12: 113, -20: 114.5, -26: 114.5,
    -33.5: 113.5, -43: 111.5, -50: 110.5, -65: 110, -72: 108, -76: 104, -79: 97.5, -82: 83,
    -86: 67, -91: 58, -98: 54, -108: 49, -122: 43, -138: 37,
}  # fmt: skip
# Half the head's width.
WIDTH = {
    150: 1, 147: 20, 143: 31, 137: 42, 129: 51, 120: 58, 110: 64, 100: 68.5, 80: 74, 60: 76,
    36: 77, 15: 76.5, -5: 74, -22: 70.5, -40: 67, -60: 62, -80: 57, -138: 57,
}  # fmt: skip
# Where a section is widest.
MIDDLE = {150: 6, 100: 8, 60: 11, 36: 13, -10: 15, -40: 16, -60: 8, -90: -8, -138: -12}
# From there to the back of the head.
BACK = {
    150: 2, 147: 25, 143: 40, 137: 54, 129: 66, 120: 76, 100: 91, 60: 100, 30: 100, 0: 93,
    -30: 82, -60: 72, -90: 62, -138: 60,
}  # fmt: skip
# How far a row rises from the midline to the side: the jaw line climbs to the ear.
LIFT = {-5: 0, -15: 3, -34: 14, -55: 27, -76: 40, -98: 40, -138: 25}
# The share of that by degrees round the head.
CLIMB = {0: 0, 15: 0.05, 28: 0.17, 40: 0.29, 60: 0.78, 75: 0.95, 90: 1, 180: 0.5}


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
    y = height + curve(LIFT, height) * curve(CLIMB, np.degrees(np.abs(angle)))
    middle = curve(MIDDLE, y)
    cosine = np.cos(angle)
    depth = np.where(cosine > 0, curve(PROFILE, height) - middle, curve(BACK, y))
    return np.stack([curve(WIDTH, y) * np.sin(angle), y, middle + depth * cosine], axis=-1)
