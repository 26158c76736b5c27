"""Expressions of the lids: they turn about the eyeballs' centres, so that they stay in front."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.eyes import (
    CENTRE,
    LOWER_REACH,
    UPPER_REACH,
    lid_coordinates,
    lid_reach,
)
from e2far_jax.morphable.default.grid import Slit
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]

# How far the upper and the lower lid go, as shares of the way to where they meet (a quarter of the
# opening above the lower lid).
_MOVEMENTS = {"eyeBlink": (1.0, 1.0), "eyeSquint": (0.2, 1.6), "eyeWide": (-0.35, -0.2)}
_MEETING_SHARE = 0.22


def lid_fields(template: Template) -> dict[str, Field]:
    """Blinks, squints and widened eyes of both sides."""
    sheet = template.sheet
    eyes = (("R", -1.0, sheet.right_eye, 0), ("L", 1.0, sheet.left_eye, 1))
    return {
        f"{name}_{side}": _turn_lids(template, sign, slit, eye, upper, lower)
        for name, (upper, lower) in _MOVEMENTS.items()
        for side, sign, slit, eye in eyes
    }


def _turn_lids(
    template: Template, sign: float, slit: Slit, eye: int, upper: float, lower: float
) -> Field:
    """Turn each column's lid points about the eyeball's horizontal axis."""
    field = np.zeros_like(template.points)
    points = template.points[: len(template.sheet.angle)]
    _, away, is_lower = lid_coordinates(template.sheet)
    centre = CENTRE * [sign, 1, 1]
    up, down = (_elevation(points[edge], centre) for edge in (slit.upper, slit.lower))
    to_meeting = (1 - _MEETING_SHARE) * (down - up)
    columns = np.abs(template.sheet.angle[slit.upper])
    order = np.argsort(columns)

    def at_column(values: np.ndarray) -> np.ndarray:
        angle = np.abs(template.sheet.angle)
        return np.interp(angle, columns[order], values[order], left=0.0, right=0.0)

    turn = np.where(
        is_lower,
        lower * at_column(to_meeting + up - down) * lid_reach(away, LOWER_REACH),
        upper * at_column(to_meeting) * lid_reach(away, UPPER_REACH),
    )
    turn *= (np.sign(points[:, 0]) == sign) & (points[:, 2] > centre[2] - 5)
    moved = _turned(points, centre, turn)
    field[: len(points)] = moved - points
    rim = template.eye_rims[eye]
    field[rim] = _turned(template.points[rim], centre, turn[slit.ring]) - template.points[rim]
    return field


def _elevation(points: Field, centre: np.ndarray) -> Float[np.ndarray, "N"]:
    offset = points - centre
    return np.arctan2(offset[:, 1], offset[:, 2])


def _turned(points: Field, centre: np.ndarray, turn: Float[np.ndarray, "N"]) -> Field:
    """Turn points about the x axis through `centre`, upwards for positive angles."""
    offset = points - centre
    cos, sin = np.cos(turn), np.sin(turn)
    y = cos * offset[:, 1] + sin * offset[:, 2]
    z = cos * offset[:, 2] - sin * offset[:, 1]
    return centre + np.stack([offset[:, 0], y, z], axis=-1)
