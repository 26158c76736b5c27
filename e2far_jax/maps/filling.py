"""Values where there are none, out of those around."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float


def filled(
    values: Float[np.ndarray, "H W C"], weights: Float[np.ndarray, "H W"]
) -> Float[np.ndarray, "H W C"]:
    """A picture whose gaps are filled smoothly from their borders, by pull and push.

    Coarser and coarser pictures are weighted means of the known values; from the coarsest on, each
    gives the next finer one what that lacks (Gortler, Grzeszczuk, Szeliski, Cohen, "The Lumigraph",
    SIGGRAPH 1996).

    Args:
      values: finite everywhere.
      weights: how far each value is known, 0 to 1; at 1 it stays as it is.
    Returns:
      The picture; 0 where no weight is above 0 anywhere.
    """
    import cv2

    height, width = weights.shape
    known = weights[..., None]
    if height == 1 and width == 1:
        return np.where(known > 0.0, values, 0.0).astype(np.float32)
    smaller = (max((width + 1) // 2, 1), max((height + 1) // 2, 1))
    weighted = np.concatenate([values * known, known], axis=-1, dtype=np.float32)
    means = _resized(weighted, smaller, cv2.INTER_AREA)
    weight = means[..., -1:]
    coarse = means[..., :-1] / np.maximum(weight, 1e-12)
    coarse = filled(coarse, np.minimum(4.0 * weight[..., 0], 1.0))
    around = _resized(coarse, (width, height), cv2.INTER_LINEAR)
    return known * values + (1.0 - known) * around


def _resized(
    picture: Float[np.ndarray, "H W C"], size: tuple[int, int], how: int
) -> Float[np.ndarray, "h w C"]:
    import cv2

    return cv2.resize(picture, size, interpolation=how).reshape(size[1], size[0], -1)
