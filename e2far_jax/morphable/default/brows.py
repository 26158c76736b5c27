"""The rows about the brows, which hang towards the temples."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import bell
from e2far_jax.morphable.default.grid import BROW_ROW, Sheet
from e2far_jax.morphable.default.splines import spline

# How far the brow row hangs, mm, by degrees round the head; how far rows beside it follow, mm.
_DROP = {
    0: 0.5, 14: 0.8, 19: 0, 25: -1.8, 30: -0.8, 34.5: 1.5, 40: 4.5, 46: 8, 56: 9, 70: 4,
    85: 0, 100: 0,
}  # fmt: skip
_REACH = 12.0


def bend_brows(heights: Float[np.ndarray, "N"], sheet: Sheet) -> Float[np.ndarray, "N"]:
    """Let the rows about the brows follow their outer ends downwards."""
    drop = spline(_DROP, np.degrees(np.abs(sheet.angle)))
    return heights - drop * bell((sheet.height - BROW_ROW) / _REACH)
