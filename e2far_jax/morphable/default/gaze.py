"""Expressions of the gaze: the eyeballs turn; the upper lids follow a look up or down."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.eyes import CENTRE
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]

# Radians to the subject's left and upwards, for the subject's left eye.
_LOOKS = {"Up": (0.0, 0.4), "Down": (0.0, -0.45), "In": (-0.5, 0.0), "Out": (0.5, 0.0)}
# The share of a blink (negative: of a widened eye) that goes with a look.
_LID_SHARES = {"Up": -0.25, "Down": 0.4}


def gaze_fields(template: Template, lids: dict[str, Field]) -> dict[str, Field]:
    """Looks up, down, in and out of both eyes.

    Args:
      template: the mean face.
      lids: the lids' expressions, of which looks take a share.
    """
    fields = {}
    for look, (aside, up) in _LOOKS.items():
        for side, sign, ball in zip("RL", (-1.0, 1.0), template.eyeballs, strict=True):
            field = _LID_SHARES.get(look, 0.0) * lids[f"eyeBlink_{side}"]
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
