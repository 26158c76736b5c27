"""The rows about the brows, which hang towards the temples."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import bell, curve
from e2far_jax.morphable.default.grid import BROW_ROW, Sheet

# How far the brow row hangs, mm, by degrees round the head; how far rows beside it follow, mm.
_DROP = {34: 0.0, 42: 1.0, 50: 8.0, 60: 9.0, 85: 0.0}
_REACH = 12.0


def bend_brows(heights: Float[np.ndarray, "N"], sheet: Sheet) -> Float[np.ndarray, "N"]:
    """Let the rows about the brows follow their outer ends downwards."""
    drop = curve(_DROP, np.degrees(np.abs(sheet.angle)))
    return heights - drop * bell((sheet.height - BROW_ROW) / _REACH)
