"""What makes a head a face: named features, each a displacement of the smooth head.

Each function takes points on the smooth head (mm) and returns their displacements (mm).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import step
from e2far_jax.morphable.default.ears import ear_bed
from e2far_jax.morphable.default.eye_relief import lid_height
from e2far_jax.morphable.default.lip_relief import lip_height
from e2far_jax.morphable.default.nose import nose_height

Points = Float[np.ndarray, "N 3"]
Heights = Float[np.ndarray, "N"]


def add_features(points: Points) -> Points:
    """The head with all its features."""
    points = points + nose(points) + lips(points) + lids(points)
    return points + nostrils(points) + ear_bed(points)


def forward(amount: Heights) -> Points:
    """A displacement along +z."""
    return np.stack([np.zeros_like(amount), np.zeros_like(amount), amount], axis=-1)


def nose(points: Points) -> Points:
    """Bridge, tip and wings."""
    return forward(nose_height(points) * step(40.0, 70.0, points[:, 2]))


def nostrils(points: Points) -> Points:
    """The holes under the tip, which go inwards and up."""
    across, along = (np.abs(points[:, 0]) - 7.6) / 3.7, (points[:, 1] + 5.6) / 2.0
    hole = step(1.3, 0.7, np.hypot(across, along)) * step(60.0, 80.0, points[:, 2])
    return np.stack([0 * hole, 4.0 * hole, -5.0 * hole], axis=-1)


def lips(points: Points) -> Points:
    """Both lips' reds, the line between them, and the skin about them."""
    return forward(lip_height(points) * step(40.0, 70.0, points[:, 2]))


def lids(points: Points) -> Points:
    """Lids, their crease, and the sockets round them."""
    return forward(lid_height(points) * step(40.0, 60.0, points[:, 2]))
