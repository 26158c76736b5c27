"""Expressions of the mouth as movements of handles.

Calibration: displacements measured at the handles on ICT-FaceKit's expressions of the same names
(MIT licence), rounded, thinned out and here and there corrected by hand: the mouth goes less far
aside, lips roll back no further than the teeth let them. mm at weight 1, written for the subject's
left half.
"""

from __future__ import annotations

from e2far_jax.morphable.default.handles import Moves

ONE_SIDED: dict[str, Moves] = {
    "mouthDimple": {
        "cheek_bone": (0.5, 1, 0.5), "cheek_inner": (1, 0.5, 3), "cheek_middle": (3, 0, 3),
        "fold": (2, 0.5, -3.5), "cheek_low": (0, 3.5, -2), "jaw_front": (0, 1.5, 0.5),
        "chin_side": (2, 2, -1), "corner": (3, 2, -6), "above_lip": (1.5, -0.5, -0.5),
        "upper_border_side": (2.5, -0.5, -1.5), "upper_edge_side": (1.5, 0, -0.5),
        "lower_border_side": (3, 2.5, -3), "lower_edge_side": (1.5, 0.5, -1),
    },
    "mouthFrown": {
        "nose_wing": (0, -1, -0.5), "cheek_inner": (-0.5, -2.5, -1),
        "cheek_middle": (0.5, -1.5, 0), "fold": (1.5, -4.5, -2.5), "cheek_low": (2, -4, 0.5),
        "jaw_line": (0.5, -1, 0.5), "jaw_front": (0, -0.5, 1), "chin_side": (0, 0, 1),
        "corner": (2, -5.5, -2), "above_lip": (0.5, -2, -1), "upper_border_side": (0.5, -2.5, -1),
        "upper_edge_side": (0.5, -1.5, -0.5), "lower_border_side": (1, -2.5, 0),
        "lower_edge_side": (0.5, -1.5, -0.5), "chin_boss": (0, 1, 0.5),
        "lower_border": (0, 0.5, 0.5),
    },
    "mouthLowerDown": {
        "cheek_low": (1, -1, -0.5), "jaw_front": (1, -1, -1), "chin": (0, -1, -1),
        "chin_boss": (0, -2, -1.5), "chin_side": (1.5, -3.5, -2), "under_lip": (0, -2.5, -1),
        "corner": (0.5, -1, 0), "lower_border": (0, -3.5, -0.5),
        "lower_border_side": (1.5, -4.5, -1), "lower_edge": (0, -3, 0),
        "lower_edge_side": (0.5, -4.5, -0.5),
    },
    "mouthPress": {
        "cheek_inner": (0.5, 0.5, 1), "cheek_middle": (1, 0.5, 1), "fold": (1, 1, 0),
        "cheek_low": (0.5, 2.5, 1), "jaw_front": (0, 2.5, 1.5), "chin": (0, 1.5, 1),
        "chin_boss": (0, 1, 0.5), "chin_side": (0, 3.5, 1.5), "under_lip": (0, 2, 0.5),
        "corner": (1, 1.5, -1), "above_lip": (0, -0.5, 0.5), "upper_border": (0, -0.5, -0.5),
        "upper_border_side": (0, -1, -1.5), "upper_edge": (0, 0.5, -0.5),
        "upper_edge_side": (0, 0.5, -1.5), "lower_border": (0, 1, -0.5),
        "lower_border_side": (0, 2.5, 0.5), "lower_edge": (0, 0.5, -0.5),
        "lower_edge_side": (0, 0.5, -1.5),
    },
    "mouthSmile": {
        "nose_wing": (2, 1.5, -1), "under_eye": (0.5, 2, 0.5), "cheek_bone": (2.5, 4, 2.5),
        "cheek_bone_side": (1.5, 3, 1.5), "cheek_inner": (5, 5.5, -0.5),
        "cheek_middle": (7, 6, 0.5), "cheek_side": (4.5, 4, 0.5), "fold": (6.5, 8, -7.5),
        "cheek_low": (5, 8, -5.5), "jaw_side": (2, 3, 0), "jaw_line": (1, 4, 0),
        "jaw_front": (0.5, 3, 0.5), "chin_boss": (0, 1, 0), "chin_side": (2, 3.5, -1),
        "under_lip": (0, 1.5, -0.5), "corner": (7.5, 10, -9), "above_lip": (4, 3, -4),
        "upper_border": (0, 1.5, -2), "upper_border_side": (5, 4.5, -6),
        "upper_edge": (0, 1, -1.5), "upper_edge_side": (4.5, 3.5, -4),
        "lower_border": (0, 1.5, -1.5), "lower_border_side": (4.5, 5, -5.5),
        "lower_edge": (0, 0.5, -1), "lower_edge_side": (4, 3, -3.5),
    },
    "mouthStretch": {
        "cheek_inner": (2, 0, 0), "cheek_middle": (3.5, 0.5, 0.5), "cheek_side": (1.5, 0, 0),
        "fold": (5, -2, -4.5), "cheek_low": (5, -1.5, -4), "jaw_side": (2.5, 0, 0),
        "jaw_line": (3, -0.5, -0.5), "jaw_front": (0.5, -0.5, 0), "chin_side": (1.5, 0, -0.5),
        "corner": (7, -3.5, -7), "above_lip": (2, -1, -2), "upper_border": (0, -0.5, -1),
        "upper_border_side": (3.5, -1.5, -3.5), "upper_edge_side": (3, -0.5, -2),
        "lower_border": (0, -0.5, -1), "lower_border_side": (4.5, -1, -4),
        "lower_edge_side": (3.5, -0.5, -2),
    },
    "mouthUpperUp": {
        "nose_base": (0, 1, -0.5), "nose_wing": (1.5, 4, -0.5), "nose_side": (0, 1, 0.5),
        "under_eye": (0.5, 2, 1), "cheek_bone": (1, 3, 1.5), "cheek_inner": (1.5, 5.5, 1.5),
        "cheek_middle": (0, 2.5, 1.5), "cheek_side": (0, 1, 0.5), "fold": (1, 6, -1.5),
        "cheek_low": (0, 1.5, 0.5), "corner": (0, 3, 0), "philtrum": (0, 2.5, -0.5),
        "above_lip": (1.5, 5.5, -1.5), "upper_border": (0, 3, -0.5),
        "upper_border_side": (1.5, 6.5, -0.5), "upper_edge": (0, 3, -0.5),
        "upper_edge_side": (1, 5.5, 0),
    },
}  # fmt: skip

BOTH_SIDES: dict[str, Moves] = {
    "mouthFunnel": {
        "cheek_inner": (-1.5, 1.5, 3), "cheek_middle": (-3.5, 0.5, 1.5),
        "cheek_side": (-1.5, 0, 1), "fold": (-3, 0.5, 6), "cheek_low": (-3, 1.5, 5),
        "jaw_side": (-1.5, 0, 1.5), "jaw_line": (-1.5, 0.5, 2), "jaw_front": (0, -0.5, 1),
        "chin": (0, -3, -1), "chin_boss": (0, -4, -2), "chin_side": (0.5, -3, 0),
        "under_lip": (0, -4.5, -0.5), "corner": (-5, -0.5, 7.5), "philtrum": (0, 3, 3),
        "above_lip": (-0.5, 2, 4.5), "upper_border": (0, 5.5, 7),
        "upper_border_side": (-2, 3.5, 8), "upper_edge": (0, 5.5, 6),
        "upper_edge_side": (-2, 4, 7.5), "lower_border": (0, -7.5, 5),
        "lower_border_side": (-2.5, -4, 7), "lower_edge": (0, -7, 6),
        "lower_edge_side": (-2, -6, 8),
        "under_chin": (0, -2, -0.5), "under_chin_side": (0, -1.5, 0),
    },
    "mouthPucker": {
        "nose_wing": (-0.5, 0.5, 1), "cheek_inner": (-2, 1, 4), "cheek_middle": (-3.5, 1, 1.5),
        "cheek_side": (-2, 0, 1), "fold": (-5, 1, 7), "cheek_low": (-5, 2.5, 6),
        "jaw_side": (-2, 0.5, 2), "jaw_line": (-2, 1.5, 2.5), "jaw_front": (-0.5, 1, 1.5),
        "chin_boss": (0, 0.5, 0.5), "chin_side": (-1.5, 1, 2), "under_lip": (0, 0.5, 0.5),
        "corner": (-7.5, 1, 8.5), "philtrum": (0, 1, 3.5), "above_lip": (-2, 1, 6),
        "upper_border": (0, 2, 8), "upper_border_side": (-4, 1, 8.5), "upper_edge": (0, 0, 7.5),
        "upper_edge_side": (-3.5, 0, 8.5), "lower_border": (0, -1.5, 7),
        "lower_border_side": (-4.5, 0, 8.5), "lower_edge": (0, 0, 7.5),
        "lower_edge_side": (-3.5, 0, 8.5),
    },
    "mouthRollLower": {
        "cheek_low": (0.5, 1, 0.5), "chin_boss": (0, 3, 2), "chin_side": (0, 2.5, 2),
        "under_lip": (0, 6.5, 2.5), "corner": (0.5, 0, -1.5), "lower_border": (0, 8, -3.5),
        "lower_border_side": (0, 4, -2.5), "lower_edge": (0, 0.5, -6.5),
        "lower_edge_side": (0, 0.5, -5.5),
    },
    "mouthRollUpper": {
        "nose_base": (0, -1.5, -0.5), "nose_wing": (0.5, -1, 0), "cheek_inner": (1, 0, 0),
        "fold": (1, -1, -2), "corner": (0.5, 0, -1.5), "philtrum": (0, -5, -1.5),
        "above_lip": (0.5, -4, -2), "upper_border": (0, -6, -5), "upper_border_side": (0, -4, -4),
        "upper_edge": (0, 0, -7), "upper_edge_side": (0, 0, -6.5),
    },
    "mouthShrugLower": {
        "cheek_low": (0, 2.5, 2), "jaw_line": (-0.5, 1, 1), "jaw_front": (-0.5, 3, 2),
        "chin": (0, 6.5, 3.5), "chin_boss": (0, 9, 2), "chin_side": (-0.5, 7, 2),
        "under_lip": (0, 7.5, 3.5), "corner": (0.5, 0.5, 1.5), "lower_border": (0, 6, 5.5),
        "lower_border_side": (0, 4.5, 4.5), "lower_edge": (0, 4.5, 4.5),
        "lower_edge_side": (0.5, 4, 4), "upper_edge": (0, 4.5, 2.5), "upper_edge_side": (0, 4, 2),
        "upper_border": (0, 2.5, 1), "upper_border_side": (0, 2, 0.5), "philtrum": (0, 1, 0.5),
        "above_lip": (0, 1, 0.5),
        "under_chin": (0, 4.5, 2.5), "under_chin_side": (0, 3, 1.5),
    },
    "mouthShrugUpper": {
        "nose_base": (0, 2, 0), "nose_wing": (0, 0.5, 0), "philtrum": (0, 4.5, 0.5),
        "above_lip": (0, 2.5, 0), "upper_border": (0, 5.5, 1), "upper_border_side": (0, 3.5, 0.5),
        "upper_edge": (0, 5, 1), "upper_edge_side": (0.5, 4, 1), "corner": (0, 0.5, 0),
    },
}  # fmt: skip

# The mouth to the subject's left: the left half's moves and the right half's, as in a mirror.
MOUTH_LEFT: tuple[Moves, Moves] = (
    {
        "nose_tip": (1, 0, 0), "nose_base": (3, 0.5, -0.5), "nose_wing": (2, 2, -1),
        "cheek_bone": (0.5, 1.5, 1.5), "cheek_bone_side": (0.5, 1.5, 1),
        "cheek_inner": (2, 2.5, 1), "cheek_middle": (2.5, 2.5, 1), "cheek_side": (2, 1.5, 1),
        "fold": (4, 3, -3.5), "cheek_low": (4, 3, -3), "jaw_front": (1, 1, -0.5),
        "chin": (1.5, 0, 0.5), "chin_boss": (4, 0.5, -1), "chin_side": (4, 1.5, -2),
        "under_lip": (7, 0.5, -1.5), "corner": (5.5, 3, -3.5), "philtrum": (7, 1, -1.5),
        "above_lip": (5.5, 1.5, -3), "upper_border": (9.5, 0.5, -2),
        "upper_border_side": (7, 1.5, -3.5), "upper_edge": (9, 0.5, -2),
        "upper_edge_side": (7.5, 1, -3), "lower_border": (9.5, 0.5, -2),
        "lower_border_side": (7, 2, -3.5), "lower_edge": (9, 0.5, -2),
        "lower_edge_side": (7.5, 1, -3),
    },
    {
        "nose_wing": (-3, 0, 2), "cheek_bone": (-1, 0, 1), "cheek_inner": (-4, 0.5, 4),
        "cheek_middle": (-4, 0, 3.5), "cheek_side": (-2.5, 0, 2), "fold": (-8, 0, 5),
        "cheek_low": (-8, -0.5, 5), "jaw_side": (-2, 0, 2), "jaw_line": (-2.5, 0, 2.5),
        "jaw_front": (-2, 0, 2), "chin_side": (-5.5, 0.5, 1), "corner": (-9.5, 0, 4.5),
        "above_lip": (-8, 0, 1.5), "upper_border_side": (-9.5, 0, 2),
        "upper_edge_side": (-9.5, 0.5, 0.5), "lower_border_side": (-9.5, 0, 1.5),
        "lower_edge_side": (-9.5, 0.5, 0.5),
    },
)  # fmt: skip
