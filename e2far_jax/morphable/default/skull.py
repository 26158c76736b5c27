"""The head before its features: profile, widths and depths by height, elliptic cross-sections.

All curves are functions of a row's height on the midline, in mm. Their figures are hand-set after
mean proportions of adult heads.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import curve, step
from e2far_jax.morphable.default.grid import Sheet

# How far forward the midline stands, the nose and the lips left out.
PROFILE = {
    150: 8, 147: 30, 143: 45, 137: 58, 129: 70, 120: 79, 110: 87, 100: 94, 90: 98.5, 80: 102,
    70: 105.5, 60: 107.5, 50: 106.5, 37: 103, 20: 103.5, 4: 107, -12: 113, -20: 114.5, -26: 114.5,
    -33.5: 113.5, -43: 111.5, -50: 110.5, -65: 110, -72: 108.5, -76: 105, -79: 101, -82: 94,
    -86: 82, -91: 66, -98: 57, -108: 52, -122: 47, -138: 41,
}  # fmt: skip
# Half the head's width.
WIDTH = {
    150: 1, 147: 20, 143: 31, 137: 42, 129: 51, 120: 58, 110: 64, 100: 68.5, 80: 74, 60: 76,
    36: 77, 15: 76.5, -5: 74, -24: 70.5, -45: 67, -76: 66, -91: 62, -108: 58, -138: 58,
}  # fmt: skip
# Where a section is widest.
MIDDLE = {150: 6, 100: 8, 60: 11, 36: 13, -10: 15, -45: 17, -76: 18, -98: 5, -138: -5}
# From there to the back of the head.
BACK = {
    150: 2, 147: 25, 143: 40, 137: 54, 129: 66, 120: 76, 100: 91, 60: 100, 30: 100, 0: 93,
    -30: 82, -60: 72, -90: 62, -138: 60,
}  # fmt: skip
# How far a row rises from the midline to the side: the jaw line climbs to the ear.
LIFT = {40: 0, 0: 0, -15: 3, -34: 14, -55: 36, -76: 62, -98: 58, -138: 30}


def skull(sheet: Sheet) -> Float[np.ndarray, "N 3"]:
    """The smooth head without features, mm."""
    height, angle = sheet.height, sheet.angle
    cosine = np.cos(angle)
    middle = curve(MIDDLE, height)
    front = curve(PROFILE, height) - middle
    depth = np.where(cosine > 0, front, curve(BACK, height))
    turn = np.minimum(np.abs(angle), np.pi / 2)
    rise = curve(LIFT, height) * (1 - np.cos(turn)) * (1 - 0.5 * step(1.3, 3.1, np.abs(angle)))
    x = curve(WIDTH, height) * np.sin(angle)
    return np.stack([x, height + rise, middle + depth * cosine], axis=-1)
