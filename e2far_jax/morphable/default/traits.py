"""Named ways in which heads differ as a whole; they join the Gaussian process's fields."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def trait_fields(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3 K"]:
    """One field a trait, mm per standard deviation."""
    traits = (size, width, length, depth)
    return np.stack([trait(points) for trait in traits], axis=-1)


def size(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """The whole head larger or smaller: 3.5 %."""
    return 0.035 * (points - [0, 20, 60])


def width(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Broader or narrower: 3 %."""
    return 0.03 * points * [1, 0, 0]


def length(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Longer or shorter: 3 %."""
    return 0.03 * (points - [0, 20, 0]) * [0, 1, 0]


def depth(points: Float[np.ndarray, "N 3"]) -> Float[np.ndarray, "N 3"]:
    """Flatter or deeper: 3 %."""
    return 0.03 * (points - [0, 0, 60]) * [0, 0, 1]
