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

# Calibration: mean positions (x, y, z in mm) of the 68 landmarks measured on the mean face of
# ICT-FaceKit (MIT licence); the subject's right half and the midline, the left half mirrors it.
_RIGHT_HALF = {
    0: (-73.6, 36.8, 36.6), 1: (-72.8, 14.9, 39.3), 2: (-69.4, -4.6, 45.3), 3: (-65.6, -23.6, 51.7),
    4: (-57.2, -44.9, 61.3), 5: (-43.0, -62.1, 73.5), 6: (-30.5, -69.1, 87.7),
    7: (-15.4, -72.6, 102.7), 8: (0.0, -75.7, 104.3),
    17: (-58.2, 52.0, 79.1), 18: (-49.3, 59.8, 89.9), 19: (-37.9, 62.6, 98.3),
    20: (-24.1, 61.9, 104.8), 21: (-11.7, 59.1, 107.3),
    27: (0.0, 37.4, 107.3), 28: (0.0, 26.3, 115.2), 29: (0.0, 16.1, 123.1), 30: (0.0, 4.1, 130.7),
    31: (-12.5, -11.4, 108.7), 32: (-6.0, -11.4, 114.2), 33: (0.0, -12.0, 115.7),
    36: (-44.6, 34.3, 86.0), 37: (-38.7, 38.7, 93.6), 38: (-27.8, 39.4, 95.3),
    39: (-18.4, 32.5, 92.0), 40: (-27.3, 30.8, 94.1), 41: (-38.6, 30.7, 92.3),
    48: (-25.3, -35.2, 101.9), 49: (-17.0, -27.8, 112.2), 50: (-7.3, -24.2, 117.3),
    51: (0.0, -24.8, 118.4), 57: (0.0, -43.8, 115.5), 58: (-10.3, -43.0, 113.9),
    59: (-18.0, -40.6, 109.0), 60: (-22.1, -34.9, 101.3), 61: (-10.0, -33.0, 110.9),
    62: (0.0, -33.2, 112.8), 66: (0.0, -34.0, 112.5), 67: (-10.7, -33.8, 110.4),
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
    """The positions that the default face's landmarks meet, mm."""
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
    targets, mirror = target_landmarks(), _mirror_vertices(sheet)
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


def _mirror_vertices(sheet: Sheet) -> Int[np.ndarray, "N"]:
    """The mirror image of each of the sheet's vertices."""
    mirror = np.zeros(len(sheet.angle), int)
    mirror[sheet.above] = sheet.above[:, ::-1]
    mirror[sheet.below] = sheet.below[:, ::-1]
    return mirror
