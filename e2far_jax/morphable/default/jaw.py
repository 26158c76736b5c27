"""Expressions of the jaw: it turns, or slides, and lips, teeth and throat go with it.

Calibration: how much of the jaw's movement the skin takes, the axis and the slides were measured
on ICT-FaceKit's expressions (MIT licence). An opening jaw slides forward as it turns, so the axis
lies below the joints, about where the nerve enters the mandible.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import step
from e2far_jax.morphable.default.handles import Handles
from e2far_jax.morphable.default.inner_parts import cavity_share, with_inner_parts
from e2far_jax.morphable.default.template import Template
from e2far_jax.morphable.default.tongue import tongue_out

Field = Float[np.ndarray, "N 3"]
SkinField = Float[np.ndarray, "S 3"]

# The axis: from the outer corners of the eyes, mm.
_AXIS = np.array([0.0, -40.0, -68.0])
_OPENING = np.radians(23.0)
_ROOM_FOR_TONGUE = 0.32
_SLIDES = {"jawForward": (0, -1.3, 8.5), "jawLeft": (8, 0, 0.3), "jawRight": (-8, 0, 0.3)}
_SHARES = {
    "nose_base": 0.03, "nose_wing": 0.05, "cheek_bone": 0.05, "cheek_bone_side": 0.07,
    "cheek_inner": 0.17, "cheek_middle": 0.22, "cheek_side": 0.2, "fold": 0.24, "cheek_low": 0.54,
    "jaw_side": 0.38, "jaw_line": 0.5, "jaw_front": 0.75, "chin": 0.92, "chin_boss": 0.92,
    "chin_side": 0.88, "under_lip": 0.93, "corner": 0.47, "philtrum": 0.04, "above_lip": 0.1,
    "upper_border": 0.05, "upper_border_side": 0.13, "upper_edge": 0.05, "upper_edge_side": 0.11,
    "lower_border": 0.93, "lower_border_side": 0.8, "lower_edge": 0.97, "lower_edge_side": 0.9,
    "under_chin": 0.8, "under_chin_side": 0.7, "throat": 0.45, "throat_side": 0.36,
}  # fmt: skip
# How much of the jaw's opening the lips undo to stay closed.
_CLOSING_SHARES = {
    "corner": 1.0, "fold": 0.6, "above_lip": 0.7, "philtrum": 0.7, "cheek_low": 0.7,
    "cheek_inner": 0.3, "cheek_middle": 0.3, "upper_border": 1.2, "upper_border_side": 1.2,
    "upper_edge": 1.4, "upper_edge_side": 1.4, "lower_border": 1.0, "lower_border_side": 1.0,
    "lower_edge": 1.4, "lower_edge_side": 1.4, "under_lip": 0.5, "chin_boss": 0.25,
    "chin_side": 0.4, "chin": 0.1, "jaw_front": 0.2, "jaw_line": 0.15,
}  # fmt: skip


def jaw_fields(template: Template, handles: Handles) -> dict[str, Field]:
    """The opening jaw, its slides, lips that stay closed while it opens, and the tongue out."""
    skin_weight = np.clip(handles.both_values(_SHARES)[:, 0], 0.0, None)
    weight = jaw_weight(template, skin_weight)
    fields = {"jawOpen": turned(template, weight * _OPENING)}
    for name, slide in _SLIDES.items():
        fields[name] = weight[:, None] * np.array(slide, float)
    fields["tongueOut"] = _tongue_field(template, fields["jawOpen"])
    undone = np.sin(np.pi / 2 * np.clip(handles.both_values(_CLOSING_SHARES), 0.0, 1.0))
    skin_field = -undone * fields["jawOpen"][: len(undone)]
    fields["mouthClose"] = with_inner_parts(template, skin_field)
    return fields


def _tongue_field(template: Template, opening: Field) -> Field:
    """The tongue comes out, and the jaw makes room for it."""
    field = _ROOM_FOR_TONGUE * opening
    lip_centre = template.points[template.landmarks[[62, 66]]].mean(axis=0)
    field[template.tongue] = tongue_out(lip_centre) - template.points[template.tongue]
    return field


def jaw_weight(template: Template, skin_weight: Float[np.ndarray, "S"]) -> Float[np.ndarray, "N"]:
    """How much of the jaw's movement each vertex takes: the skin's, and 1 on the lower teeth.

    The cavity follows the lips in front; behind, its roof stays and its floor goes with the jaw.
    """
    weight = np.zeros(len(template.points))
    weight[: len(skin_weight)] = skin_weight
    cavity = template.points[template.cavity]
    height = cavity[..., 1] - template.points[template.landmarks[[62, 66]], 1].mean()
    floor = step(4.0, -8.0, height)
    share = cavity_share(template)
    lips = skin_weight[template.sheet.mouth.ring]
    weight[template.cavity] = share * lips + (1 - share) * floor
    weight[template.teeth[1]] = weight[template.tongue] = 1.0
    return weight


def turned(template: Template, angle: Float[np.ndarray, "N"]) -> Field:
    """The displacement where each vertex turns down about the jaw's axis by its own angle."""
    axis = template.points[template.landmarks[[36, 45]]].mean(axis=0) + _AXIS
    offset = template.points - axis
    cos, sin = np.cos(angle), np.sin(angle)
    y = cos * offset[:, 1] - sin * offset[:, 2]
    z = cos * offset[:, 2] + sin * offset[:, 1]
    return np.stack([offset[:, 0], y, z], axis=-1) - offset
