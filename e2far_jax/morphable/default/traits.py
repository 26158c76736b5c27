"""Named ways in which heads differ; they join the Gaussian process's fields.

Each function takes points (mm) and returns a displacement per standard deviation (mm). The figures
are ours.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default import features
from e2far_jax.morphable.default.features import blob, forward

Points = Float[np.ndarray, "N 3"]


def trait_fields(points: Points) -> Float[np.ndarray, "N 3 K"]:
    """One field a trait, mm per standard deviation."""
    traits = (size, width, length, depth, brow, cheek_bones, nose_projection, nose_width, jaw_width,
              chin_projection, lip_fullness, soft_cheeks)  # fmt: skip
    return np.stack([trait(points) for trait in traits], axis=-1)


def size(points: Points) -> Points:
    """The whole head larger or smaller: 3.3 %."""
    return 0.033 * (points - [0, 20, 60])


def width(points: Points) -> Points:
    """Broader or narrower: 2.5 %."""
    return 0.025 * points * [1, 0, 0]


def length(points: Points) -> Points:
    """Longer or shorter: 2.5 %."""
    return 0.025 * (points - [0, 20, 0]) * [0, 1, 0]


def depth(points: Points) -> Points:
    """Flatter or deeper: 2.5 %."""
    return 0.025 * (points - [0, 0, 60]) * [0, 0, 1]


def brow(points: Points) -> Points:
    """A stronger or weaker brow ridge."""
    return 0.4 * features.brow_ridge(points)


def cheek_bones(points: Points) -> Points:
    """Stronger or weaker cheek bones."""
    return 0.35 * features.cheek_bones(points)


def nose_projection(points: Points) -> Points:
    """A nose that stands out more or less."""
    return 0.1 * (features.nose(points) + features.nose_wings(points))


def nose_width(points: Points) -> Points:
    """Broader or narrower wings and bridge."""
    return _sideways(points, 1.6 * blob(points, 14, -2, 6, 8) + 0.6 * blob(points, 9, 18, 6, 12))


def jaw_width(points: Points) -> Points:
    """A broader or narrower jaw."""
    return _sideways(points, 3.0 * blob(points, 58, -40, 18, 20))


def chin_projection(points: Points) -> Points:
    """A chin that stands out more or less."""
    return forward(2.2 * blob(points, 0, -66, 18, 13))


def lip_fullness(points: Points) -> Points:
    """Fuller or thinner lips."""
    return 0.25 * features.lips(points)


def soft_cheeks(points: Points) -> Points:
    """Fuller or hollower cheeks."""
    return forward(1.8 * blob(points, 42, -18, 14, 16))


def _sideways(points: Points, amount: Float[np.ndarray, "N"]) -> Points:
    """A displacement away from the midline."""
    return np.stack([np.tanh(points[:, 0] / 4) * amount, 0 * amount, 0 * amount], axis=-1)
