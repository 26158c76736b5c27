"""Expressions of brows, cheeks, nose and lips: bells around the moved point, mirrored by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import Number, bell, step
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]
# Where (x, y), standard deviations (across, along), movement (x, y, z), all in mm for the subject's
# left side, and which lip it moves: +1 the upper, -1 the lower, 0 both.
Pull = tuple[tuple[Number, Number], tuple[Number, Number], tuple[Number, Number, Number], int]

_ONE_SIDED: dict[str, Sequence[Pull]] = {
    "browDown": [((22, 58), (14, 8), (-2, -6, 0), 0), ((45, 58), (10, 7), (0, -3, 0), 0)],
    "browInnerUp": [((13, 60), (10, 11), (0, 7, 0), 0)],
    "browOuterUp": [((46, 60), (13, 11), (0, 7, 0), 0)],
    "cheekSquint": [((36, 14), (14, 8), (0, 4, 2), 0)],
    "cheekPuff": [((42, -22), (15, 17), (6, 0, 11), 0)],
    "mouthDimple": [((28, -34), (8, 8), (4, 1, -5), 0)],
    "mouthFrown": [((24, -35), (9, 9), (1, -8, -2), 0)],
    "mouthLowerDown": [((11, -38), (9, 7), (1, -7, 1), -1)],
    "mouthPress": [((16, -34), (10, 7), (1, 0, -2.5), 0)],
    "mouthSmile": [((25, -34), (12, 11), (9, 10, -5), 0), ((38, -4), (14, 11), (2, 5, 4), 0)],
    "mouthStretch": [((25, -36), (12, 11), (9, -4, -5), 0)],
    "mouthUpperUp": [((11, -28), (9, 8), (0, 6, 1), 1)],
    "noseSneer": [((13, -2), (8, 9), (1, 5, 0), 0), ((10, 28), (7, 10), (-1, 2, 2), 0)],
}
_ACROSS: dict[str, Sequence[Pull]] = {
    "mouthLeft": [((0, -34), (20, 14), (9, 0, -1), 0)],
    "mouthRight": [((0, -34), (20, 14), (-9, 0, -1), 0)],
}
# These act on both sides at once.
_BOTH_SIDES: dict[str, Sequence[Pull]] = {
    "mouthFunnel": [((22, -34), (10, 12), (-7, 0, 4), 0), ((0, -28), (14, 7), (0, 2, 3), 1),
                    ((0, -39), (14, 7), (0, -2.5, 3), -1)],
    "mouthPucker": [((22, -34), (11, 12), (-10, 0, 4), 0), ((0, -34), (12, 10), (0, 0, 3), 0)],
}  # fmt: skip


def muscle_fields(template: Template) -> dict[str, Field]:
    """All the expressions that pull soft tissue."""
    fields = {}
    for name, pulls in _ONE_SIDED.items():
        for side, sign in (("L", 1.0), ("R", -1.0)):
            fields[f"{name}_{side}"] = sum(_pull(template, pull, sign) for pull in pulls)
    for name, pulls in _ACROSS.items():
        fields[name] = sum(_pull(template, pull, 1.0) for pull in pulls)
    for name, pulls in _BOTH_SIDES.items():
        fields[name] = sum(_pull(template, pull, sign) for pull in pulls for sign in (1.0, -1.0))
    return fields


def _pull(template: Template, pull: Pull, sign: float) -> Field:
    """One pull on one side, cavity following the lips."""
    (x, y), (across, along), movement, lip = pull
    sheet, points = template.sheet, template.points
    skin = points[: len(sheet.angle)]
    amount = bell((sign * skin[:, 0] - x) / across) * bell((skin[:, 1] - y) / along)
    amount *= step(20.0, 60.0, skin[:, 2])
    if lip:
        amount *= _own_lip(template, lip)
    field = np.zeros_like(points)
    field[: len(skin)] = amount[:, None] * (np.array(movement) * [sign, 1, 1])
    field[template.cavity] = field[sheet.mouth.ring]
    return field


def _own_lip(template: Template, lip: int) -> Float[np.ndarray, "N"]:
    """1 on one side of the mouth line, fading to 0 beyond the corners and across them."""
    own = template.sheet.side * lip > 0
    corner = np.abs(template.points[template.sheet.mouth.upper[0], 0])
    across = np.abs(template.points[: len(own), 0])
    return np.where(own, step(corner, 0.55 * corner, across), 0.0)
