"""Simple ears: a folded shell on each side of the head."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import bell, curve

_ROWS = 12
# The outline from the top (0) to the lobe (1): where its middle stands and how broad it is, mm.
_TOP, _HEIGHT = 43.0, 60.0
_FRONT = {0: -3, 0.1: 3, 0.4: 9, 0.6: 11, 0.85: 11, 1: 6}
_BREADTH = {0: 12, 0.05: 20, 0.15: 28, 0.3: 32, 0.5: 31, 0.7: 26, 0.85: 21, 0.95: 16, 1: 8}
# How far the shell stands off the head, mm.
_FLARE = {0: 3, 0.1: 11, 0.4: 17, 0.7: 14, 0.9: 9, 1: 4}
# How far from the midline it grows out of the head, mm.
_ROOT = {0: 73.5, 0.4: 72.5, 0.7: 70, 1: 67}
# A cut through the shell, as shares of breadth (backwards) and flare (outwards): tragus, hollow,
# inner fold, rim, and back to the head behind.
_CUT = np.array(
    [(-0.05, -0.15), (0.1, 0.3), (0.18, 0.3), (0.25, 0.12), (0.45, 0.12), (0.58, 0.5),
     (0.74, 0.58), (0.84, 0.6), (0.93, 0.95), (1.0, 0.92), (0.98, 0.7), (0.75, 0.3), (0.6, -0.3)]
)  # fmt: skip


def ear(sign: float) -> Float[np.ndarray, "R C 3"]:
    """A grid of vertices: rows go down, columns from the front round the rim to the back.

    Args:
      sign: +1 for the subject's left ear, -1 for the right one.
    """
    t = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, _ROWS))[:, None]
    back, out = _CUT.T[:, None]
    # The inner folds fade towards the top and the lobe, where only the rim is left.
    inner = bell((t - 0.55) / 0.2)
    out = np.where((back > 0.05) & (back < 0.9), inner * out + (1 - inner) * 0.8, out)
    x = curve(_ROOT, t) + out * curve(_FLARE, t)
    y = _TOP - _HEIGHT * t - 3.0 * back * (1 - 2 * t)
    z = curve(_FRONT, t) - back * curve(_BREADTH, t)
    return np.stack(np.broadcast_arrays(sign * x, y, z), axis=-1)
