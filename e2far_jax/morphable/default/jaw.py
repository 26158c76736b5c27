"""Expressions of the jaw: it turns about the joints before the ears, or slides."""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.curves import step
from e2far_jax.morphable.default.grid import MOUTH_CORNER
from e2far_jax.morphable.default.template import Template

Field = Float[np.ndarray, "N 3"]

_JOINT = np.array([0.0, 12.0, 22.0])
_OPENING = np.radians(20.0)
_SLIDES = {"jawForward": (0, -1, 6), "jawLeft": (7, 0, 0), "jawRight": (-7, 0, 0)}
_CORNER_WEIGHT = 0.42


def jaw_fields(template: Template) -> dict[str, Field]:
    """The opening jaw and its slides."""
    weight = jaw_weight(template)[:, None]
    offset = template.points - _JOINT
    cos, sin = np.cos(_OPENING), np.sin(_OPENING)
    y = cos * offset[:, 1] - sin * offset[:, 2]
    z = cos * offset[:, 2] + sin * offset[:, 1]
    turned = np.stack([offset[:, 0], y, z], axis=-1)
    fields = {"jawOpen": weight * (turned - offset)}
    for name, slide in _SLIDES.items():
        fields[name] = weight * np.array(slide, float)
    return fields


def jaw_weight(template: Template) -> Float[np.ndarray, "N"]:
    """How much of the jaw's movement each vertex takes: 1 on the chin and the lower lip's middle,
    0 on the upper face, about half at the corners of the mouth.
    """
    sheet, points = template.sheet, template.points
    weight = np.zeros(len(points))
    skin = points[: len(sheet.angle)]
    angle = np.degrees(np.abs(sheet.angle))
    # Beside the mouth: by the height below the cheek.
    beside = step(-4.0, -62.0, sheet.height) * step(88.0, 62.0, angle)
    corner = np.clip(angle / MOUTH_CORNER, 0, 1)
    below_lip = 1 - (1 - _CORNER_WEIGHT) * corner**3
    above_lip = _CORNER_WEIGHT * corner**4 * step(-14.0, -33.5, sheet.height)
    outside = step(MOUTH_CORNER, MOUTH_CORNER + 14.0, angle)
    at_mouth = np.where(sheet.side < 0, below_lip, above_lip)
    at_mouth = at_mouth + (beside - at_mouth) * step(-40.0, -70.0, sheet.height) * (sheet.side < 0)
    weight[: len(skin)] = at_mouth * (1 - outside) + beside * outside
    weight[: len(skin)] *= step(-125.0, -80.0, sheet.height) * step(-40.0, 10.0, skin[:, 2])
    weight[template.cavity] = weight[sheet.mouth.ring]
    weight[template.teeth[1]] = 1.0
    return weight
