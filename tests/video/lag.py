"""How late one signal is behind another."""

from __future__ import annotations

import numpy as np


def lag_in_frames(truth: np.ndarray, seen: np.ndarray, reach: int = 6) -> float:
    """The shift of greatest correlation, between frames by a parabola through three of them."""
    shifts = np.arange(-reach, reach + 1)
    inner = slice(reach, len(truth) - reach)
    later = [np.corrcoef(truth[inner], np.roll(seen, -shift)[inner])[0, 1] for shift in shifts]
    best = int(np.clip(np.argmax(later), 1, len(shifts) - 2))
    before, at, after = later[best - 1 : best + 2]
    return float(shifts[best] + 0.5 * (before - after) / (before - 2.0 * at + after))
