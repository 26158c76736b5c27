"""Where the 68 landmarks are on the Surrey Face Model of 3,448 vertices.

49 of them are those that the eos library publishes with the model (`ibug_to_sfm.txt`), and so is
the chin's. What is missing there is completed (ours). Points 0 to 7 and 16 to 9 divide the outline
of the mask, as eos publishes it (`sfm_model_contours.json`), into equal arcs between the height of
the eyes and the chin; the nearest vertices are taken. Points 60 and 64 are the vertices next to the
corners of the slit between the lips.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Int

# fmt: off
LANDMARKS = (
    356, 2128, 2077, 2257, 975, 857, 971, 20, 33, 463, 972, 858, 976, 2258, 2079, 2130, 773,
    225, 229, 233, 2086, 157, 590, 2091, 666, 662, 658,
    2842, 379, 272, 114, 100, 2794, 270, 2797, 537,
    177, 172, 191, 181, 173, 174, 614, 624, 605, 610, 607, 606,
    398, 315, 413, 329, 825, 736, 812, 841, 693, 411, 264, 431,
    3446, 416, 423, 828, 3447, 817, 442, 404,
)
# fmt: on


def sfm_landmarks(definitions: Mapping[str, int]) -> Int[np.ndarray, "68"]:
    """The landmarks' vertices, in iBUG order.

    Args:
      definitions: what the file itself says: names, of which the numbers "1" to "68" count, and
        vertices.
    Returns:
      Vertices counted from 0; what the file does not say is that of the model of 3,448 vertices.
    """
    return np.array([definitions.get(str(i + 1), usual) for i, usual in enumerate(LANDMARKS)])
