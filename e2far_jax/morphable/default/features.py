"""What makes a head a face: named features, each a displacement of the smooth head.

Each function takes points on the head (mm) and returns their displacements (mm). Positions are
written for the subject's left half; the right one mirrors it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import bell, curve, step

Points = Float[np.ndarray, "N 3"]
Heights = Float[np.ndarray, "N"]


def add_features(points: Points) -> Points:
    """The head with all its features."""
    for feature in (brow_ridge, eye_sockets, temples, cheeks, nose, nose_wings, nostrils,
                    upper_lip, lower_lip, mouth_line, chin):  # fmt: skip
        points = points + feature(points)
    return points


def blob(points: Points, x: float, y: float, width: float, height: float) -> Heights:
    """A bell on the front of the face at (+-x, y), standard deviations `width` and `height`."""
    across, along = (np.abs(points[:, 0]) - x) / width, (points[:, 1] - y) / height
    return bell(across) * bell(along) * step(10.0, 45.0, points[:, 2])


def forward(amount: Heights) -> Points:
    """A displacement along +z."""
    return np.stack([np.zeros_like(amount), np.zeros_like(amount), amount], axis=-1)


def brow_ridge(points: Points) -> Points:
    """The bony edge above the eyes, and the glabella between them."""
    ridge = 2.5 * blob(points, 27, 56, 16, 5) + 1.5 * blob(points, 0, 54, 7, 5)
    return forward(ridge)


def eye_sockets(points: Points) -> Points:
    """The hollows beside the nose's root and under the brow."""
    inner = -9.0 * blob(points, 17.5, 35, 7, 7)
    under_brow = -3.0 * blob(points, 31, 44, 12, 4)
    outer = -3.0 * blob(points, 40, 35, 10, 8)
    return forward(inner + under_brow + outer)


def temples(points: Points) -> Points:
    """The flat sides of the forehead."""
    amount = 3.5 * blob(points, 70, 62, 14, 20)
    return np.stack([-np.sign(points[:, 0]) * amount, 0 * amount, 0 * amount], axis=-1)


def cheeks(points: Points) -> Points:
    """The cheek bones, and the soft cheeks between the nose and the jaw."""
    bone = 5.0 * blob(points, 50, 14, 13, 11)
    soft = 2.0 * blob(points, 38, -8, 12, 14)
    hollow = -2.5 * blob(points, 55, -22, 10, 14)
    return forward(bone + soft + hollow)


def nose(points: Points) -> Points:
    """Bridge and tip: a ridge whose height and width follow the profile."""
    y = points[:, 1]
    ridge = curve(
        {52: 0, 44: 1.5, 37: 4, 26: 11, 16: 18.5, 8: 22.5, 3: 24, -2: 21.5, -6: 15.5, -9: 9,
         -12: 3.5, -15: 0.8, -18: 0}, y
    )  # fmt: skip
    width = curve({45: 6, 30: 6, 16: 7, 4: 8.5, -4: 8.5, -12: 6}, y)
    return forward(ridge * bell(points[:, 0] / width) * step(40.0, 70.0, points[:, 2]))


def nose_wings(points: Points) -> Points:
    """The wings, with the crease behind them."""
    wing = 8.0 * blob(points, 13.5, -3.5, 4.0, 5.0)
    crease = -2.0 * blob(points, 20, -4, 3.0, 6)
    return forward(wing + crease)


def nostrils(points: Points) -> Points:
    """The dents under the tip."""
    dent = blob(points, 6.5, -8.5, 2.6, 1.8)
    return np.stack([0 * dent, 2.0 * dent, -5.0 * dent], axis=-1)


def upper_lip(points: Points) -> Points:
    """The red of the upper lip with its bow, and the philtrum above it."""
    red = 4.0 * blob(points, 7, -28, 8, 3.2)
    middle = 1.5 * blob(points, 0, -29, 4, 3)
    philtrum = -1.0 * blob(points, 0, -18, 2.2, 4) + 0.8 * blob(points, 5, -18, 2, 5)
    return forward(red + middle + philtrum)


def lower_lip(points: Points) -> Points:
    """The red of the lower lip, and the fold under it."""
    red = 4.0 * blob(points, 0, -39, 11, 3.2)
    fold = -3.5 * blob(points, 0, -51, 16, 4)
    return forward(red + fold)


def mouth_line(points: Points) -> Points:
    """The line between the lips, deepest at the corners."""
    line = -1.5 * blob(points, 0, -33.5, 14, 1.6)
    corner = -3.0 * blob(points, 24, -34, 4, 3)
    return forward(line + corner)


def chin(points: Points) -> Points:
    """The ball of the chin."""
    return forward(2.5 * blob(points, 0, -64, 13, 9))
