"""Where one shot ends and the next begins (ours).

A picture is cut into 4 x 4 tiles, each with a histogram of its colours. The difference of two
pictures is the mean over tiles of half the L1 distance of these: 0 for the same colours in the same
places, 1 for none in common. A frame is a cut where its difference from the one before is large,
and several times what it was lately, so that a shaking camera is none. Fades and dissolves are not
found: there, a track ends when its face does.
"""

from __future__ import annotations

import collections

import numpy as np
from jaxtyping import Float

LEAST_DIFFERENCE = 0.4
TIMES_USUAL = 3.0
REMEMBERED = 12  # frames
THUMBNAIL = 64  # pixels a side
TILES = 4  # a side
BINS = 6  # a channel


class CutDetector:
    """Told the frames of a video one by one, says where shots begin."""

    def __init__(self) -> None:
        self._last: Float[np.ndarray, "tiles bins"] | None = None
        self._lately: collections.deque[float] = collections.deque(maxlen=REMEMBERED)

    def begins_shot(self, picture: Float[np.ndarray, "H W 3"]) -> bool:
        """Whether this frame begins a shot; the first frame does.

        Args:
          picture: RGB in [0, 1].
        """
        seen, last = tile_histograms(picture), self._last
        self._last = seen
        if last is None:
            return True
        difference = float(np.abs(seen - last).sum(axis=1).mean()) / 2.0
        usual = float(np.median(self._lately)) if self._lately else 0.0
        self._lately.append(difference)
        return difference > max(LEAST_DIFFERENCE, TIMES_USUAL * usual)


def tile_histograms(picture: Float[np.ndarray, "H W 3"]) -> Float[np.ndarray, "tiles bins"]:
    """The share of each colour in each tile; every row sums to 1."""
    import cv2

    small = cv2.resize(picture, (THUMBNAIL, THUMBNAIL), interpolation=cv2.INTER_AREA)
    levels = np.minimum((small * BINS).astype(int), BINS - 1)
    colours = levels @ np.array([BINS**2, BINS, 1])
    side = THUMBNAIL // TILES
    tiles = colours.reshape(TILES, side, TILES, side).swapaxes(1, 2).reshape(TILES**2, -1)
    counts = [np.bincount(tile, minlength=BINS**3) for tile in tiles]
    return np.float64(counts) / side**2
