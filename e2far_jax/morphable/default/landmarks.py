"""The 68 iBUG points of the default face: where they should be, and which vertices they are."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.default.grid import (
    BROW_ROW,
    JAW_ROW,
    LOWER_LIP_ROW,
    MOUTH_ROW,
    UPPER_LIP_ROW,
    Sheet,
)

# Calibration: positions (x, y, z in mm) of the 68 points in the sense of 300W-LP, whose jaw line
# lies far back: measured on the mean face of ICT-FaceKit (MIT licence), both sides averaged; the
# subject's right half and the midline, the left half mirrors it.
_RIGHT_HALF = {
    0: (-77.5, 25.1, 12.0), 1: (-74.6, 4.3, 15.6), 2: (-70.6, -14.2, 17.8), 3: (-64.5, -29.0, 22.1),
    4: (-59.7, -45.2, 30.6), 5: (-49.8, -59.9, 50.4), 6: (-36.7, -69.9, 69.7),
    7: (-20.5, -77.0, 89.7), 8: (0.0, -79.8, 95.7),
    17: (-59.1, 50.3, 77.4), 18: (-50.4, 56.8, 90.2), 19: (-39.7, 60.1, 98.1),
    20: (-29.0, 58.1, 103.6), 21: (-20.7, 57.2, 106.1),
    27: (0.0, 35.4, 108.4), 28: (0.0, 21.2, 119.1), 29: (0.0, 9.4, 128.2), 30: (0.0, 0.9, 130.9),
    31: (-12.6, -8.4, 110.1), 32: (-6.7, -9.7, 113.7), 33: (0.0, -10.9, 116.3),
    36: (-44.5, 34.5, 85.2), 37: (-38.7, 38.7, 93.6), 38: (-28.3, 40.4, 94.4),
    39: (-20.5, 34.6, 91.4), 40: (-27.3, 30.8, 94.1), 41: (-38.5, 30.7, 92.1),
    48: (-26.4, -36.0, 101.5), 49: (-18.7, -28.4, 110.8), 50: (-5.6, -24.3, 117.8),
    51: (0.0, -24.8, 118.4), 57: (0.0, -43.8, 115.5), 58: (-8.5, -43.3, 114.5),
    59: (-17.4, -38.7, 109.2), 60: (-22.7, -34.0, 98.8), 61: (-7.7, -32.3, 113.0),
    62: (0.0, -32.7, 114.2), 66: (0.0, -34.0, 112.5), 67: (-7.3, -33.8, 111.7),
}  # fmt: skip

# The mirror image of each of the 68 points.
MIRRORED = np.array(
    [
        *range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1),
        *range(45, 41, -1), 47, 46, *range(39, 35, -1), 41, 40,
        *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65,
    ]
)  # fmt: skip


def target_landmarks() -> Float[np.ndarray, "68 3"]:
    """The positions that the default face's landmarks are nearest to, mm."""
    targets = np.zeros((68, 3))
    for number, position in _RIGHT_HALF.items():
        targets[MIRRORED[number]] = np.array(position) * [-1, 1, 1]
        targets[number] = position
    return targets


def choose_landmarks(points: Float[np.ndarray, "N 3"], sheet: Sheet) -> Int[np.ndarray, "68"]:
    """The sheet's vertices that stand for the 68 points.

    Lids and inner lips are vertices along the slits; brows, outer lips and the chin's jaw line lie
    on rows of the grid, which thereby follow them; the others are the nearest vertices.
    """
    targets, mirror = target_landmarks(), sheet.mirror
    chosen = np.zeros(68, int)
    brow, upper_lip, mouth_line, lower_lip, jaw = (
        np.flatnonzero(np.isclose(sheet.height, row))
        for row in (BROW_ROW, UPPER_LIP_ROW, MOUTH_ROW, LOWER_LIP_ROW, JAW_ROW)
    )
    slits = np.concatenate([s.ring for s in (sheet.right_eye, sheet.left_eye, sheet.mouth)])
    candidates = {
        **dict.fromkeys(range(4, 9), jaw),
        **dict.fromkeys(range(17, 22), brow),
        48: np.setdiff1d(mouth_line, slits),
        **dict.fromkeys(range(49, 52), upper_lip),
        **dict.fromkeys(range(57, 60), lower_lip),
        **dict.fromkeys((36, 39), sheet.right_eye.upper[[0, -1]]),
        **dict.fromkeys((37, 38), sheet.right_eye.upper[1:-1]),
        **dict.fromkeys((40, 41), sheet.right_eye.lower[1:-1]),
        60: sheet.mouth.upper[:1],
        **dict.fromkeys((61, 62), sheet.mouth.upper[1:-1]),
        **dict.fromkeys((66, 67), sheet.mouth.lower[1:-1]),
    }
    midline = np.flatnonzero(sheet.angle == 0)
    elsewhere = np.setdiff1d(np.arange(len(points)), slits)
    for number in _RIGHT_HALF:
        pool = candidates.get(number, elsewhere)
        pool = np.intersect1d(pool, midline) if targets[number, 0] == 0 else pool
        distance = np.linalg.norm(points[pool] - targets[number], axis=1)
        chosen[number] = pool[np.argmin(distance)]
        chosen[MIRRORED[number]] = mirror[chosen[number]]
    return chosen
