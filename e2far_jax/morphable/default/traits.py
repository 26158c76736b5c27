"""Named ways in which faces differ, as smooth displacements of space placed by the landmarks.

A trait is a few handles: round a place on the subject's left half (or the midline) everything moves
by a displacement that fades as a Gaussian; the right half mirrors it. Since a field belongs to
space and not to the mesh, parts that lie together move together. The figures (mm per standard
deviation) are ours, of the size of published anthropometric deviations (Farkas, "Anthropometry of
the head and face", 1994); `spread` sets the final scale.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import Number

Points = Float[np.ndarray, "N 3"]
Landmarks = Float[np.ndarray, "68 3"]
Triple = tuple[Number, Number, Number]
# Landmark of the subject's left half or the midline, offset from it, displacement, radius; mm.
Handle = tuple[int, Triple, Triple, Number]

HANDLES: dict[str, tuple[Handle, ...]] = {
    # Forehead and brows.
    "forehead_slope": ((27, (0, 75, -15), (0, 0, 2.6), 35),),
    "forehead_bulge": ((27, (0, 42, -3), (0, 0, 1.3), 20),),
    "forehead_width": ((24, (14, 25, -20), (1.5, 0, 0.5), 24),),
    "temples": ((26, (6, 8, -20), (1.4, 0, 0.3), 15),),
    "brow_ridge": ((24, (0, -4, 0), (0, -0.3, 1.1), 13), (27, (0, 18, 0), (0, 0, 1.0), 13)),
    "glabella": ((27, (0, 20, 0), (0, 0, 0.8), 10), (27, (0, 2, -3), (0, 0, -0.8), 8)),
    "brow_height": ((24, (0, 0, 0), (0, 1.2, 0), 13),),
    "brow_tilt": ((26, (-3, 0, 0), (0.3, 1.3, 0), 10), (22, (3, 0, 0), (0, -0.9, 0), 9)),
    # Eyes: the eyeball follows the lids, which glide on it.
    "eye_spacing": ((43, (4, -3, -6), (1.3, 0, 0), 15),),
    "eye_depth": ((43, (4, -3, -6), (0, 0, 1.5), 14),),
    "eye_height": ((43, (4, -3, -6), (0, 1.3, 0), 14),),
    "eye_length": ((45, (1, 0, 0), (1.2, 0, -0.5), 8), (42, (-1, 0, 0), (-0.8, 0, 0), 6)),
    "eye_tilt": ((45, (2, 0, 0), (0, 1.2, 0), 8), (42, (-2, 0, 0), (0, -0.7, 0), 7)),
    "eye_opening": ((44, (-4, 1, 0), (0, 0.55, 0), 6), (47, (4, -1, 0), (0, -0.35, 0), 6)),
    "upper_lid": ((44, (0, 8, 3), (0.2, -0.9, 1.3), 7), (26, (-6, -8, 3), (0, -0.8, 0.8), 8)),
    "lower_lid": ((46, (-4, -8, 2), (0, 0, 1.0), 7),),
    "tear_trough": ((47, (-2, -9, 0), (0, 0, -0.9), 6), (46, (2, -17, 0), (0, 0, 0.9), 8)),
    # Nose.
    "nose_projection": ((30, (0, -2, 0), (0, 0, 2.0), 14), (33, (0, 2, 0), (0, 0, 0.9), 9)),
    "nose_bridge": ((27, (0, -3, 0), (0, 0, 1.7), 9), (28, (0, 0, 0), (0, 0, 0.7), 9)),
    "nose_hump": ((28, (0, -3, 0), (0, 0, 1.2), 7), (30, (0, 2, 0), (0, 0, -0.5), 6)),
    "nose_length": ((30, (0, -3, 0), (0, -1.5, 0), 11), (33, (0, 0, 0), (0, -1.0, 0), 9)),
    "nose_tip_turn": ((30, (0, 1, 0), (0, 1.4, 0.3), 9), (33, (0, -2, 0), (0, -0.4, 0), 7)),
    "nose_width": ((35, (2, 3, -2), (1.4, 0, 0.2), 7),),
    "nose_bridge_width": ((28, (7, 2, -6), (0.9, 0, 0.3), 8),),
    "nose_tip_width": ((30, (6, -2, -6), (0.9, 0, 0.3), 5),),
    "nose_wings": ((35, (2, 4, 0), (0.2, 1.1, 0.4), 6),),
    # Cheeks.
    "cheek_bones": ((45, (8, -22, -6), (1.0, 0.2, 1.6), 15), (15, (-4, 2, 20), (1.6, 0, 0.6), 18)),
    "cheek_bone_height": ((45, (6, -18, 0), (0, 1.1, 0.8), 15),),
    "soft_cheeks": ((54, (14, 24, -6), (0.7, -0.3, 1.9), 15),),
    "hollow_cheeks": ((54, (27, 6, -24), (1.9, 0, 1.3), 17),),
    "nasolabial_fold": ((54, (9, 18, -2), (0.4, -0.3, 1.0), 9), (54, (0, 9, 2), (0, 0, -0.6), 6)),
    # Mouth.
    "mouth_width": ((54, (0, 0, 0), (1.7, 0, -0.4), 11),),
    "mouth_corners": ((54, (1, 0, 0), (0, 1.1, -0.3), 8),),
    "mouth_height": ((62, (0, 0, 0), (0, 1.5, 0), 18),),
    "mouth_projection": ((62, (0, 0, 0), (0, 0, 1.9), 16),),
    "upper_lip": ((51, (0, 1, 0), (0, 0.9, 0.6), 6), (52, (4, 0, 0), (0, 0.7, 0.4), 6)),
    "lower_lip": ((57, (0, -1, 0), (0, -1.2, 0.7), 7), (56, (2, 0, 0), (0, -0.7, 0.3), 6)),
    "overbite": ((51, (0, 1, 0), (0, 0, 1.1), 8), (57, (0, -3, 0), (0, 0, -1.1), 8)),
    "philtrum": ((51, (0, 6, 0), (0, 0, 0.9), 6),),
    # Chin and jaw.
    "chin_projection": ((8, (0, 7, 3), (0, 0.2, 2.4), 17),),
    "chin_height": ((8, (0, 0, 0), (0, -2.3, 0), 20),),
    "chin_width": ((9, (2, 2, -4), (1.7, 0, 0.3), 12),),
    "chin_fold": ((57, (0, -9, -4), (0, 0, -1.2), 6), (8, (0, 10, 5), (0, 0, 0.7), 8)),
    "jaw_width": ((13, (0, 5, -8), (2.6, 0, 0), 24),),
    "jaw_angle": ((13, (0, -4, -10), (0.5, 2.4, 0), 20),),
    "jaw_line": ((11, (0, 2, -4), (1.5, -0.9, 0.7), 14),),
    "jowls": ((10, (4, 6, 4), (1.2, -0.6, 0.8), 13),),
    "double_chin": ((8, (0, -12, -28), (0, -2.6, 1.0), 18),),
    # Ears, skull, neck.
    "ear_size": ((16, (10, 0, -36), (0.6, 2.2, 0), 16), (16, (8, -50, -30), (0, -2.2, 0), 16)),
    "ear_flare": ((16, (16, -22, -45), (2.2, 0, -0.6), 18),),
    "ear_place": ((16, (10, -24, -38), (0, 1.6, 2.0), 30),),
    "skull_width": ((16, (5, 45, -40), (2.2, 0, 0), 45),),
    "skull_length": ((27, (0, 25, -200), (0, 1, -5), 60),),
    "skull_height": ((27, (0, 110, -100), (0, 4, 0), 60),),
    "neck_width": ((16, (-16, -135, -35), (4.5, 0, 0), 45),),
    "neck_depth": ((8, (0, -36, -55), (0, 0, 5), 35),),
    "larynx": ((8, (0, -36, -52), (0, 0, 1.6), 9),),
}

# Traits that come together (ours): weight, sex, and age, by share of each trait's own deviation.
TOGETHER: dict[str, dict[str, float]] = {
    "weight": {
        "soft_cheeks": 0.8, "hollow_cheeks": 1.1, "jaw_line": 0.9, "jowls": 0.8, "double_chin": 1,
        "jaw_width": 0.5, "neck_width": 0.9, "lower_lid": 0.5, "nose_width": 0.3, "temples": 0.4,
    },
    "sex": {
        "brow_ridge": 1, "brow_height": -0.7, "jaw_width": 0.7, "chin_height": 0.7, "larynx": 1,
        "chin_width": 0.8, "nose_projection": 0.6, "nose_width": 0.4, "upper_lip": -0.5,
        "soft_cheeks": -0.4, "neck_width": 0.8, "forehead_slope": -0.5, "nose_bridge": 0.4,
    },
    "age": {
        "nasolabial_fold": 1, "jowls": 0.7, "upper_lip": -0.8, "lower_lip": -0.5, "upper_lid": 0.8,
        "tear_trough": 1, "nose_length": 0.7, "mouth_corners": -0.6, "ear_size": 0.7,
    },
}  # fmt: skip


def trait_fields(points: Points, landmarks: Landmarks) -> Float[np.ndarray, "N 3 K"]:
    """One field a trait, mm per standard deviation.

    Args:
      points: where to evaluate the fields, mm.
      landmarks: the mean face's 68 points, mm.
    """
    named = {name: _handle_field(points, landmarks, handles) for name, handles in HANDLES.items()}
    joint = [
        sum(share * named[name] for name, share in shares.items()) for shares in TOGETHER.values()
    ]
    return np.stack([*named.values(), *joint, *_proportions(points, landmarks)], axis=-1)


def _handle_field(points: Points, landmarks: Landmarks, handles: tuple[Handle, ...]) -> Points:
    field = np.zeros_like(points)
    for landmark, offset, displacement, radius in handles:
        place = landmarks[landmark] + offset
        sides = [1.0] if abs(place[0]) < 0.1 else [1.0, -1.0]
        for side in sides:
            mirror = np.array([side, 1.0, 1.0])
            square = ((points - place * mirror) ** 2).sum(axis=1)
            field += np.exp(-0.5 * square / radius**2)[:, None] * (displacement * mirror)
    return field


def _proportions(points: Points, landmarks: Landmarks) -> list[Points]:
    """How the whole head is proportioned: polynomials of the place, levelled off far away."""
    offset = points - landmarks[[27, 30, 33]].mean(axis=0) * [0, 1, 1]
    x, y, z = (90 * np.tanh(offset / 90) / 60).T
    zero = np.zeros_like(x)
    fields = [
        (1.9 * x, zero, zero),  # broad
        (zero, 1.9 * y, zero),  # long
        (zero, zero, 1.9 * z),  # deep
        (1.5 * x * y, zero, zero),  # broad above, narrow below
        (zero, zero, 1.8 * y**2),  # concave in profile
        (zero, zero, 1.8 * x**2),  # flat from the front
        (zero, 1.4 * y**2, zero),  # long above, short below
        (zero, 1.2 * x**2, zero),  # sides higher than the middle
        (zero, 1.2 * z * y, 0.8 * y * z),  # steep
    ]
    return [np.stack(np.broadcast_arrays(*field), axis=-1) for field in fields]
