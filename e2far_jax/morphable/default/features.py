"""What makes a head a face: named features, each a displacement of the smooth head.

Each function takes points on the head (mm) and returns their displacements (mm). Positions are
written for the subject's left half; the right one mirrors it. The figures are hand-set (ours),
calibrated by eye against depths of the mean face of ICT-FaceKit (MIT licence).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import Number, bell, curve, step

Points = Float[np.ndarray, "N 3"]
Heights = Float[np.ndarray, "N"]


def add_features(points: Points) -> Points:
    """The head with all its features."""
    for feature in (brow_ridge, eye_sockets, lid_crease, cheek_bones, cheeks, nose, nose_wings,
                    nostrils, philtrum, lips, mouth_corners, chin):  # fmt: skip
        points = points + feature(points)
    return points


def blob(points: Points, x: Number, y: Number, width: Number, height: Number) -> Heights:
    """A bell on the front of the face at (+-x, y), standard deviations `width` and `height`."""
    across, along = (np.abs(points[:, 0]) - x) / width, (points[:, 1] - y) / height
    return bell(across) * bell(along) * step(10.0, 45.0, points[:, 2])


def plateau(distance: Heights, flatness: Number) -> Heights:
    """exp(-|d|^flatness / 2): a bell for 2, flatter on top and steeper at the sides above."""
    return np.exp(-0.5 * np.abs(distance) ** flatness)


def forward(amount: Heights) -> Points:
    """A displacement along +z."""
    return np.stack([np.zeros_like(amount), np.zeros_like(amount), amount], axis=-1)


def brow_ridge(points: Points) -> Points:
    """The bony edge above the eyes, down to its outer end, and the glabella between the brows."""
    ridge = 2.5 * blob(points, 27, 57, 16, 5) + 6.5 * blob(points, 55, 42, 6, 9)
    temple = 3.0 * blob(points, 70, 85, 8, 18)
    return forward(ridge + temple)


def eye_sockets(points: Points) -> Points:
    """The hollows beside the nose's root, under the brow and under the eye."""
    inner = -9.0 * blob(points, 17.5, 35, 7, 7)
    under_brow = -2.0 * blob(points, 31, 45, 12, 3.5)
    outer = -1.5 * blob(points, 40, 35, 8, 8)
    under_eye = -2.0 * blob(points, 32, 19, 12, 8)
    return forward(inner + under_brow + outer + under_eye)


def lid_crease(points: Points) -> Points:
    """The fold above the upper lid."""
    across = np.abs(points[:, 0])
    line = curve({18: 36, 24: 42.5, 32: 44.5, 40: 42.5, 46: 37}, across)
    fold = bell((points[:, 1] - line) / 1.1) * bell((across - 32) / 8) * step(40, 60, points[:, 2])
    return forward(-1.6 * fold)


def cheek_bones(points: Points) -> Points:
    """The cheek bone under the eye, and its arch towards the ear."""
    bone = 5.0 * blob(points, 50, 12, 13, 12)
    arch = 6.5 * blob(points, 66, 6, 9, 16) + 3.5 * blob(points, 68, 24, 7, 10)
    return forward(bone + arch)


def cheeks(points: Points) -> Points:
    """The soft cheeks beside the nose, and the hollows beside mouth and chin."""
    soft = 2.0 * blob(points, 36, -6, 12, 12) + 2.0 * blob(points, 23, -18, 7, 8)
    hollow = -1.0 * blob(points, 40, -35, 8, 9) - 3.0 * blob(points, 26, -57, 8, 8)
    return forward(soft + hollow)


def nose(points: Points) -> Points:
    """Bridge and tip: a ridge whose height and width follow the profile."""
    y = points[:, 1]
    ridge = curve(
        {52: 0, 44: 1.5, 37: 4.5, 26: 11.5, 16: 18.5, 8: 22.5, 3: 24, -2: 21.0, -6: 13.5, -9: 7,
         -12: 3.0, -15: 0.8, -18: 0}, y
    )  # fmt: skip
    width = curve({45: 6, 30: 6.5, 16: 8, 6: 9.5, -4: 9.5, -12: 6}, y)
    return forward(ridge * plateau(points[:, 0] / width, 2.7) * step(40.0, 70.0, points[:, 2]))


def nose_wings(points: Points) -> Points:
    """The wings with the crease behind them, and the septum between the nostrils."""
    across, along = (np.abs(points[:, 0]) - 14.0) / 4.3, (points[:, 1] + 3.2) / 5.2
    wing = 9.5 * plateau(across, 3.5) * plateau(along, 3.0) * step(40.0, 70.0, points[:, 2])
    crease = -1.0 * blob(points, 21, -4, 3.0, 6) - 2.0 * blob(points, 14, -13, 4, 3)
    septum = 3.0 * blob(points, 0, -8.5, 2.6, 2.4)
    return forward(wing + crease + septum)


def nostrils(points: Points) -> Points:
    """The dents under the tip."""
    dent = blob(points, 8.3, -8.0, 2.4, 2.0)
    return np.stack([0 * dent, 2.5 * dent, -9.0 * dent], axis=-1)


def philtrum(points: Points) -> Points:
    """The groove from the nose to the lip, and its edges."""
    return forward(-1.0 * blob(points, 0, -18, 2.2, 5) + 0.8 * blob(points, 5.5, -18, 2, 6))


def lips(points: Points) -> Points:
    """Both lips' reds, a line between them, and the fold under the lower one.

    The heights are given at the middle; towards the corners they come together.
    """
    across = np.abs(points[:, 0])
    share = curve({0: 1, 8: 1.02, 12: 0.92, 17: 0.68, 21: 0.42, 25: 0.25, 32: 0.25}, across)
    line = -33.5 + 0 * across
    height = curve(
        {14: 0, 12: 0.8, 9: 3.6, 6: 3.8, 3.5: 3.2, 1.2: 1.4, 0: -1.5, -1.2: 1.2, -3: 3.4, -5.5: 4.2,
         -8: 4.2, -10: 3.4, -13: 0.5, -17: -1.5, -23: 0}, (points[:, 1] - line) / share
    )  # fmt: skip
    return forward(height * share * step(32.0, 20.0, across) * step(40.0, 70.0, points[:, 2]))


def mouth_corners(points: Points) -> Points:
    """The dents at the ends of the mouth, which hang a little."""
    dent = forward(-2.5 * blob(points, 26, -35, 8, 7) - 4.5 * blob(points, 21.5, -35, 3.5, 4))
    return dent + np.array([0.0, -2.8, 0.0]) * blob(points, 26, -33, 6, 7)[:, None]


def chin(points: Points) -> Points:
    """The ball of the chin."""
    return forward(-1.0 * blob(points, 0, -56, 20, 6))
