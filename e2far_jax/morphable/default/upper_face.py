"""Expressions of brows, cheeks and nose as movements of handles.

Calibration: displacements measured at the handles on ICT-FaceKit's expressions of the same names
(MIT licence), rounded, thinned out and here and there corrected by hand; mm at weight 1 on the
subject's left half.
"""

from __future__ import annotations

from e2far_jax.morphable.default.handles import Moves

ONE_SIDED: dict[str, Moves] = {
    "browDown": {
        "brow_inner": (-2, -3, 1.5), "brow_middle": (-4, -4, 2.5), "brow_outer": (-4, -3, 3.5),
        "brow_end": (-2.5, -1, 3), "glabella": (0, -1, 1), "forehead_side": (-0.5, -1.5, 1),
        "temple": (-1, 0.5, 1.5), "lid_fold": (-1.5, -1.5, 1),
    },
    "browInnerUp": {
        "brow_inner": (0.5, 6, -0.5), "brow_middle": (0.5, 4.5, -0.5),
        "brow_outer": (0, 1.5, -0.5), "brow_end": (0, 1, 0), "glabella": (0, 2.5, 0),
        "nose_root": (0, 1.5, 0), "nose_side": (0, 1, 0), "forehead": (0, 1, 0.5),
        "lid_fold": (0, 1, 0),
    },
    "browOuterUp": {
        "brow_inner": (0.5, 2.5, 0), "brow_middle": (1.5, 6.5, -1.5), "brow_outer": (2, 8, -3),
        "brow_end": (1.5, 6, -2.5), "forehead_side": (1, 1.5, 0), "temple": (0, 1.5, 0),
        "lid_fold": (0.5, 3, -0.5), "eye_outer": (0, 0.5, 0), "crow_foot": (0, 2, 0.5),
        "cheek_bone_side": (0, 1, 0),
    },
    "cheekPuff": {
        "nose_base": (0, 0.5, 1), "nose_wing": (0, 1, 2.5), "under_eye": (0, 1, 0),
        "cheek_bone": (0.5, 2.5, 1.5), "cheek_bone_side": (1, 1.5, 1),
        "cheek_inner": (2.5, 3.5, 9), "cheek_middle": (6.5, 2.5, 10), "cheek_side": (4, 1.5, 5.5),
        "fold": (0, 2, 11), "cheek_low": (1.5, 0.5, 12), "jaw_side": (3.5, 1.5, 6),
        "jaw_line": (2, 2, 6), "jaw_front": (0, 2, 2), "chin_side": (-0.5, 1, 3.5),
        "under_lip": (0, 0, 2), "chin": (0, 0.5, 1), "corner": (-2, 1.5, 9),
        "philtrum": (0, 0.5, 3), "above_lip": (-1, 1, 7), "upper_border": (0, 0, 3),
        "upper_border_side": (-2, 0.5, 6.5), "upper_edge": (0, 0, 2.5),
        "upper_edge_side": (-2, 0, 5), "lower_border": (0, 0, 3), "lower_border_side": (-2, 0, 7),
        "lower_edge": (0, 0, 2.5), "lower_edge_side": (-2, 0, 5.5),
    },
    "cheekSquint": {
        "brow_middle": (0, -1, 0), "brow_outer": (0, -1, 0), "brow_end": (0, -1, 0),
        "lid_below": (-0.5, 1.5, 1.3), "eye_outer": (-0.5, 0.5, 1), "crow_foot": (-1, 1.5, 2),
        "under_eye": (-1, 3.5, 1.5), "cheek_bone": (-1, 5.5, 2.5), "cheek_bone_side": (-1, 4.5, 2),
        "cheek_inner": (0.5, 3.5, 1), "cheek_middle": (1, 4.5, 1.5), "cheek_side": (0.5, 3.5, 2),
        "fold": (1, 1.5, -1), "cheek_low": (1, 1.5, 0), "jaw_side": (0.5, 2, 1.5),
        "jaw_line": (0.5, 1, 0.5), "corner": (1, 1, -1), "above_lip": (0.5, 0.5, -0.5),
        "upper_border_side": (0.5, 0.5, -1),
    },
    "noseSneer": {
        "brow_inner": (-0.5, -3.5, 0.5), "brow_middle": (-1, -3, 0.5),
        "brow_outer": (-0.5, -1.5, 0.5), "glabella": (0, -1.5, 0.5), "forehead_side": (0, -1, 0),
        "nose_ridge": (0, 1.5, 0), "nose_tip": (0, 1.5, 0), "nose_base": (0, 1.5, 0),
        "nose_wing": (0.5, 6.5, 0.5), "nose_side": (-1, 4, 1.5), "under_eye": (-1, 5, 1),
        "cheek_bone": (-0.5, 5.5, 2), "cheek_bone_side": (-0.5, 2, 1), "cheek_inner": (-2, 8, 2),
        "cheek_middle": (-1.5, 4.5, 2), "cheek_side": (-1, 2, 1.5), "fold": (-1, 6.5, -0.5),
        "cheek_low": (-0.5, 3, 1), "jaw_side": (-0.5, 1.5, 1), "corner": (-0.5, 4, 0.5),
        "philtrum": (0, 2, -0.5), "above_lip": (0.5, 5.5, -1), "upper_border": (0, 2.5, 0),
        "upper_border_side": (0.5, 6, 0), "upper_edge": (0, 2, 0),
        "upper_edge_side": (0.5, 4, 0), "lower_border_side": (0, 1, 0),
        "lower_edge_side": (0, 0.5, 0),
    },
}  # fmt: skip
