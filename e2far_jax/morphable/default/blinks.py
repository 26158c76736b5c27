"""Expressions of the lids: they turn about the eyeballs' centres, so that they stay in front."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

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
    centre = CENTRE * [sign, 1, 1]
    turn, reach, is_lower = _closing_turn(template, slit, centre)
    # Where the edges meet they still differ in depth: each goes half of that way too.
    closed = _turned(points, centre, turn)
    half_gap = _at_columns(template, slit, (closed[slit.lower] - closed[slit.upper]) / 2)
    meet = np.where(is_lower, -reach, reach)[:, None] * half_gap
    share = np.where(is_lower, lower, upper)
    moved = _turned(points, centre, share * turn) + share[:, None] * meet
    own = (np.sign(points[:, 0]) == sign) & (points[:, 2] > centre[2] - 5)
    field[: len(points)] = np.where(own[:, None], moved - points, 0.0)
    field[template.eye_rims[eye]] = field[slit.ring]
    return field


def _closing_turn(
    template: Template, slit: Slit, centre: Float[np.ndarray, "3"]
) -> tuple[Float[np.ndarray, "N"], Float[np.ndarray, "N"], Bool[np.ndarray, "N"]]:
    """How far each point turns in a blink, radians; its share of the edge's way; whose lid's."""
    _, away, is_lower = lid_coordinates(template.sheet)
    up, down = (_elevation(template.points[edge], centre) for edge in (slit.upper, slit.lower))
    meeting = down + _MEETING_SHARE * (up - down)
    upper_turn, lower_turn = (
        _at_columns(template, slit, (meeting - edge)[:, None])[:, 0] for edge in (up, down)
    )
    reach = np.where(is_lower, lid_reach(away, LOWER_REACH), lid_reach(away, UPPER_REACH))
    return np.where(is_lower, lower_turn, upper_turn) * reach, reach, is_lower


def _at_columns(
    template: Template, slit: Slit, values: Float[np.ndarray, "K D"]
) -> Float[np.ndarray, "N D"]:
    """Values given along a slit, for every vertex of the sheet by its column; 0 beside the slit."""
    angle = template.sheet.angle
    columns = angle[slit.upper]
    return np.stack(
        [np.interp(angle, columns, value, left=0.0, right=0.0) for value in values.T], axis=-1
    )


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
