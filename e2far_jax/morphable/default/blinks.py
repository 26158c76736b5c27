"""Expressions of the lids: they turn about the eyeballs' centres, so that they stay in front.

Calibration: how far lids go was measured on ICT-FaceKit's expressions (MIT licence).
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.morphable.default.curves import bell, step
from e2far_jax.morphable.default.eyes import (
    CENTRE,
    LOWER_REACH,
    UPPER_REACH,
    lid_coordinates,
    lid_reach,
)
from e2far_jax.morphable.default.grid import Slit
from e2far_jax.morphable.default.inner_parts import with_inner_parts
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]

# How far the upper and the lower lid go, as shares of the way to where they meet (above the lower
# lid by this share of the opening); how far both glide towards the nose, radians.
_MOVEMENTS = {
    "eyeBlink": (1.0, 1.0, 0.07),
    "eyeSquint": (0.1, 1.75, 0.07),
    "eyeWide": (-0.4, -0.15, 0.0),
}
_MEETING_SHARE = 0.15
# A lower lid that goes further than a blink takes it bulges, mm per share: it passes before the
# upper one where both close.
_BULGE = 1.6
# How far columns mix, radians, and at what height from the slit, mm.
_BLUR, _MIXED = np.radians(2.5), 9.0


def lid_fields(template: Template) -> dict[str, Field]:
    """Blinks, squints and widened eyes of both sides."""
    return {
        f"{name}_{side}": turn_lids(template, sign, upper, lower, -sign * nasally)
        for name, (upper, lower, nasally) in _MOVEMENTS.items()
        for side, sign in (("R", -1), ("L", 1))
    }


def turn_lids(
    template: Template, sign: int, upper: float, lower: float, aside: float = 0.0
) -> Field:
    """Turn one eye's lids about the eyeball's centre.

    Args:
      template: the mean face.
      sign: +1 for the subject's left eye, -1 for the right one.
      upper: how far the upper lid goes, as a share of its way in a blink.
      lower: the same for the lower lid.
      aside: how far both turn to the subject's left in the middle of the eye, radians.
    Returns:
      The whole mesh's displacements, mm.
    """
    sheet = template.sheet
    slit = sheet.left_eye if sign > 0 else sheet.right_eye
    points, centre = template.points[: len(sheet.angle)], CENTRE * [sign, 1, 1]
    turn, reach, is_lower = _closing_turn(template, slit, centre)
    # Where the edges meet they still differ in depth: each goes half of that way too.
    closed = _turned(points, centre, turn)
    half_gap = _at_columns(template, slit, (closed[slit.lower] - closed[slit.upper]) / 2)
    meet = np.where(is_lower, -reach, reach)[:, None] * half_gap
    share = np.where(is_lower, lower, upper)
    moved = _turned(points, centre, share * turn) + share[:, None] * meet
    middle = _at_columns(template, slit, np.sin(np.linspace(0, np.pi, len(slit.upper)))[:, None])
    outwards = (points - centre) / np.linalg.norm(points - centre, axis=1, keepdims=True)
    bulge = _BULGE * max(lower - 1.0, 0.0) * is_lower * reach
    moved += bulge[:, None] * middle * outwards
    moved = _turned_aside(moved, centre, aside * reach * middle[:, 0])
    own = (np.sign(points[:, 0]) == sign) & (points[:, 2] > centre[2] - 5)
    return with_inner_parts(template, np.where(own[:, None], moved - points, 0.0))


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
    """Values given along a slit, for every vertex of the sheet by its column; 0 beside the slit.

    Further from the slit, neighbouring columns mix, so that lids fade out round their corners.
    """
    columns = template.sheet.angle[slit.upper]
    angle, column = np.unique(template.sheet.angle, return_inverse=True)
    exact = np.stack(
        [np.interp(angle, columns, value, left=0.0, right=0.0) for value in values.T], axis=-1
    )
    weights = bell((angle[:, None] - columns) / _BLUR) * np.gradient(columns)
    mixed = weights @ values / (_BLUR * np.sqrt(2 * np.pi))
    share = step(0.0, _MIXED, lid_coordinates(template.sheet)[1])[:, None]
    return exact[column] + share * (mixed - exact)[column]


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


def _turned_aside(points: Field, centre: np.ndarray, turn: Float[np.ndarray, "N"]) -> Field:
    """Turn points about the y axis through `centre`, to the subject's left for positive angles."""
    offset = points - centre
    cos, sin = np.cos(turn), np.sin(turn)
    x = cos * offset[:, 0] + sin * offset[:, 2]
    z = cos * offset[:, 2] - sin * offset[:, 0]
    return centre + np.stack([x, offset[:, 1], z], axis=-1)
