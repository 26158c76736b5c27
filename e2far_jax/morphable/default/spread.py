"""How much each part of a head varies from person to person: the calibration of the identity.

Standard deviations of a point's place after a similarity fit of the front of the face, measured on
ICT-FaceKit (MIT licence) near the 68 landmarks and a few other places.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

Points = Float[np.ndarray, "N 3"]

# Landmark of the subject's left half or the midline -> deviation along x, y, z, mm.
_AT_LANDMARKS = {
    16: (2.6, 2.1, 2.2), 15: (2.3, 2.2, 2.3), 14: (2.3, 2.1, 2.2), 13: (2.2, 2.0, 2.2),
    12: (2.3, 1.8, 2.3), 11: (2.2, 2.0, 2.7), 10: (1.5, 1.9, 2.8), 9: (1.2, 2.3, 3.5),
    8: (1.0, 2.8, 3.8), 26: (1.8, 1.5, 1.5), 25: (1.7, 1.3, 1.2), 24: (1.3, 1.3, 1.6),
    23: (1.0, 1.3, 2.0), 22: (0.9, 1.2, 2.4), 27: (0.9, 1.4, 2.8), 28: (0.9, 1.6, 3.0),
    29: (0.9, 1.5, 3.1), 30: (1.0, 1.4, 3.4), 35: (1.2, 1.0, 1.4), 34: (0.9, 1.1, 1.9),
    33: (0.9, 1.3, 2.0), 45: (1.6, 1.5, 1.7), 44: (1.3, 1.6, 1.6), 43: (1.0, 1.6, 1.7),
    42: (1.3, 1.5, 1.6), 47: (1.2, 1.7, 1.7), 46: (1.4, 1.7, 1.6), 54: (1.4, 1.3, 2.2),
    53: (0.9, 1.0, 2.0), 52: (0.8, 1.3, 2.1), 51: (0.8, 1.4, 2.3), 57: (0.8, 2.6, 2.1),
    56: (0.9, 2.2, 2.1), 55: (1.1, 1.5, 2.0), 64: (1.4, 1.3, 2.1),
}  # fmt: skip
# Elsewhere: a landmark, the offset from it (mm), and the deviation.
_ELSEWHERE = (
    (27, (0, 45, -2), (1.0, 1.5, 2.5)), (27, (0, 72, -16), (1.2, 2.0, 3.5)),
    (24, (7, 26, -12), (1.6, 1.4, 2.3)), (26, (9, 5, -24), (2.1, 1.2, 1.5)),
    (27, (0, 108, -107), (2.0, 4.5, 4.6)), (16, (3, 45, -40), (3.0, 3.2, 3.2)),
    (27, (0, 20, -195), (2.2, 5.0, 5.6)), (45, (11, -24, -2), (1.8, 0.9, 2.4)),
    (54, (12, 30, -8), (1.9, 0.8, 2.6)), (54, (27, 10, -24), (2.2, 1.2, 2.2)),
    (13, (0, -4, -20), (3.0, 3.0, 2.5)), (8, (0, -8, -27), (1.4, 4.0, 5.0)),
    (8, (0, -36, -57), (2.0, 6.2, 7.6)), (16, (-16, -135, -35), (5.0, 6.5, 6.4)),
    (27, (0, -116, -167), (2.4, 8.0, 8.4)), (16, (10, -24, -38), (3.8, 4.8, 4.4)),
)  # fmt: skip
# Closer than this to a place its own deviation holds, mm.
_BLUR = 9.0


def spread_at(points: Points, landmarks: Float[np.ndarray, "68 3"]) -> Points:
    """The deviation along each axis anywhere: a mean of the known ones, the near ones foremost.

    Args:
      points: anywhere on the head, mm.
      landmarks: the mean face's 68 points, mm.
    """
    places = [landmarks[number] for number in _AT_LANDMARKS]
    places += [landmarks[number] + np.array(offset) for number, offset, _ in _ELSEWHERE]
    known = np.array([*_AT_LANDMARKS.values(), *(row for *_, row in _ELSEWHERE)])
    places = np.concatenate([places, np.array(places) * [-1, 1, 1]])
    known = np.concatenate([known, known])
    square = ((points[:, None] - places) ** 2).sum(axis=-1)
    weight = 1 / (square + _BLUR**2) ** 3
    return weight @ known / weight.sum(axis=1, keepdims=True)
