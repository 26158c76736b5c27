"""Expressions of the gaze: the eyeballs turn and the lids follow.

Calibration: how far lids follow was measured on ICT-FaceKit's expressions (MIT licence).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.blinks import turn_lids
from e2far_jax.morphable.default.eyes import CENTRE
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]

# Radians to the subject's left and upwards, for the subject's left eye.
_LOOKS = {"Up": (0.0, 0.4), "Down": (0.0, -0.45), "In": (-0.5, 0.0), "Out": (0.5, 0.0)}
# The shares of a blink (negative: the other way) that the upper and the lower lid take.
_LID_SHARES = {"Up": (-0.38, 0.9), "Down": (0.7, -1.2), "In": (0.0, 0.0), "Out": (0.0, 0.0)}
# How far lids turn aside with the eyeball.
_ASIDE_SHARE = 0.28


def gaze_fields(template: Template) -> dict[str, Field]:
    """Looks up, down, in and out of both eyes."""
    fields = {}
    for look, (aside, up) in _LOOKS.items():
        upper, lower = _LID_SHARES[look]
        for side, sign, ball in zip("RL", (-1, 1), template.eyeballs, strict=True):
            field = turn_lids(template, sign, upper, lower, _ASIDE_SHARE * sign * aside)
            offset = template.points[ball] - CENTRE * [sign, 1, 1]
            field[ball] = offset @ _rotation(sign * aside, up).T - offset
            fields[f"eyeLook{look}_{side}"] = field
    return fields


def _rotation(aside: float, up: float) -> Float[np.ndarray, "3 3"]:
    """Turns the line of sight, +z, to the subject's left and upwards."""
    cos, sin = np.cos(aside), np.sin(aside)
    about_y = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    cos, sin = np.cos(up), np.sin(up)
    about_x = np.array([[1, 0, 0], [0, cos, sin], [0, -sin, cos]])
    return about_y @ about_x
