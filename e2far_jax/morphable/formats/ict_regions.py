"""What the vertices of ICT-FaceKit are: its parts lie one after the other on the mesh.

The ranges are those of the model's documentation; lips, brows, scalp, irises and pupils are not
marked there and come from the mean face (ours).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.morphable.formats.outlines import inside_polygon, lips_and_brows

VERTICES = 26719

# The first vertex and the one past the last. "opaque" leaves out tear fluid, the eyes' occlusion
# and blend meshes, and the lashes, which hide the eyes unless they are drawn with transparency.
_RANGES = {
    "face": [(0, 9409)],
    "narrow_face": [(0, 6706)],
    "head_and_neck": [(9409, 11248)],
    "mouth_cavity": [(11248, 13294), (14062, 17039)],
    "eye_sockets": [(13294, 14062)],
    "teeth": [(17039, 21451)],
    "eyes": [(21451, 24591)],
    "opaque": [(0, 24591)],
}
# Each eyeball has an inner and an outer shell; their front is painted alike.
_EYEBALLS = [(21451, 23021), (23021, 24591)]

_IRIS_RADIUS = 5.9  # mm
_PUPIL_RADIUS = 2.0

# Where hair grows, as a polygon of (z, y) in the side view, mm: forehead, temple, round the ear,
# nape, and outside the head back to the forehead.
_HAIR_OUTLINE = np.array(
    [95, 92, 62, 80, 47, 50, 15, 40, -5, 38, -17, 10, -28, -60, -120, -60, -120, 160, 95, 160],
    np.float64,
).reshape(-1, 2)

# The vertices nearest to the 68 points as 300W-LP's Basel Face Model has them, after rigid
# registration of points 17 to 67: its jaw line lies further back, its brows lower.
# fmt: off
LANDMARKS_300W_LP = (
    7491, 8050, 7885, 8845, 8859, 1831, 790, 2196, 969, 4387, 3031, 4033, 9182, 9164, 7158, 7323,
    7402, 267, 1009, 1031, 1416, 2034, 4230, 3630, 3251, 3229, 2508, 971, 979, 4842, 4841, 4562,
    2076, 5, 4282, 5027, 6590, 1542, 1931, 1372, 1518, 1551, 3587, 6568, 3756, 6548, 3765, 3732,
    5929, 5665, 2069, 0, 4263, 6170, 6434, 6330, 6480, 5518, 5976, 5825, 5548, 5709, 5526, 6214,
    6066, 6485, 5517, 5981,
)
# fmt: on


def ict_regions(
    mean: Float[np.ndarray, "N 3"], landmarks: Int[np.ndarray, "68"]
) -> dict[str, Bool[np.ndarray, "N"]]:
    """Vertex masks of the parts of the face.

    Args:
      mean: the neutral mesh, mm.
      landmarks: the model's own 68 landmark vertices.
    Returns:
      A mask for each region's name.
    """
    regions = {name: _mask(ranges) for name, ranges in _RANGES.items()}
    face = regions["face"]
    for name, mask in lips_and_brows(mean, landmarks).items():
        regions[name] = face & mask
    skin = face | regions["head_and_neck"]
    regions["scalp"] = skin & inside_polygon(mean[:, [2, 1]], _HAIR_OUTLINE)
    regions["irises"] = _around_eye_axes(mean, _IRIS_RADIUS)
    regions["pupils"] = _around_eye_axes(mean, _PUPIL_RADIUS)
    return regions


def _mask(ranges: list[tuple[int, int]]) -> Bool[np.ndarray, "N"]:
    mask = np.zeros(VERTICES, bool)
    for start, stop in ranges:
        mask[start:stop] = True
    return mask


def _around_eye_axes(mean: Float[np.ndarray, "N 3"], radius: float) -> Bool[np.ndarray, "N"]:
    """The front of each eyeball, as far as `radius` from the axis through its middle."""
    mask = np.zeros(VERTICES, bool)
    for start, stop in _EYEBALLS:
        ball = mean[start:stop]
        centre = (ball.min(axis=0) + ball.max(axis=0)) / 2.0
        off_axis = np.linalg.norm((ball - centre)[:, :2], axis=1)
        mask[start:stop] = (off_axis <= radius) & (ball[:, 2] > centre[2])
    return mask
