"""What lies behind the skin: lids' rims and the mouth's cavity follow it, eyeballs stop it."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import bell
from e2far_jax.morphable.default.eyes import CENTRE, LID_THICKNESS, RADIUS
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]
SkinField = Float[np.ndarray, "S 3"]

# How far behind the lips the cavity follows them, mm.
_CAVITY_REACH = 12.0
# How far from the mouth's slit the skin gives way with it, mm.
_LIP_REACH = 6.0


def with_inner_parts(template: Template, skin_field: SkinField) -> Field:
    """A field on the skin for the whole mesh: what is behind the skin follows, the rest stays."""
    field = np.zeros_like(template.points)
    field[: len(skin_field)] = skin_field
    for rim, slit in zip(template.eye_rims, (template.sheet.right_eye, template.sheet.left_eye),
                         strict=True):  # fmt: skip
        field[rim] = skin_field[slit.ring]
    share = cavity_share(template)[..., None]
    field[template.cavity] = share * skin_field[template.sheet.mouth.ring]
    return field


def cavity_share(template: Template) -> Float[np.ndarray, "K M"]:
    """How much of the lips' movement each vertex of the cavity takes: less at depth."""
    lips = template.points[template.sheet.mouth.ring]
    depth = np.linalg.norm(template.points[template.cavity] - lips, axis=-1)
    return bell(np.maximum(depth - 3.0, 0.0) / _CAVITY_REACH)


def keep_off_eyeballs(template: Template, skin_field: SkinField) -> SkinField:
    """Let skin on the eyeballs slide over them: none comes nearer than it was."""
    skin = template.points[: len(skin_field)]
    moved = skin + skin_field
    for sign in (-1.0, 1.0):
        centre = CENTRE * [sign, 1, 1]
        before = np.linalg.norm(skin - centre, axis=1)
        offset = moved - centre
        after = np.linalg.norm(offset, axis=1)
        allowed = np.minimum(before, RADIUS + LID_THICKNESS)
        moved = np.where(
            (after < allowed)[:, None], centre + offset * (allowed / after)[:, None], moved
        )
    return moved - skin


def keep_lips_apart(template: Template, skin_field: SkinField) -> SkinField:
    """Where the lips would pass each other's edge, each goes half of the way back.

    The mean face's lips touch; fields that never close the gap between them can be added up.
    """
    sheet, skin = template.sheet, template.points[: len(skin_field)]
    upper, lower = sheet.mouth.upper, sheet.mouth.lower
    closing = np.maximum(skin_field[lower, 1] - skin_field[upper, 1], 0.0)
    edge, height = skin[upper], skin[:, 1]
    away = height - np.interp(skin[:, 0], edge[:, 0], edge[:, 1])
    amount = np.interp(skin[:, 0], edge[:, 0], closing, left=0.0, right=0.0)
    corrected = skin_field.copy()
    corrected[:, 1] += sheet.side * amount / 2 * bell(away / _LIP_REACH)
    return corrected
