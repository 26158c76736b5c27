"""Named parts of the default face, as vertex masks."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.morphable.default.curves import Number, curve
from e2far_jax.morphable.default.eyes import IRIS_EDGE, PUPIL_EDGE
from e2far_jax.morphable.default.grid import BROW_ROW, JAW_ROW, LOWER_LIP_ROW, UPPER_LIP_ROW
from e2far_jax.morphable.default.template import Template

# Lines across the side of the head: heights, mm, by degrees round it. Hair grows above the first:
# forehead, temple, whisker, round the ear, nape. A beard grows below the second, which runs from
# under the nose over the cheek to the whisker.
_HAIR_LINE = {
    0: 101, 25: 99.5, 38: 96, 48: 88, 55: 76, 62: 62, 69: 46, 75: 24, 80: 14, 84: 14, 89: 44,
    98: 52,
    108: 47, 114: 22, 120: -20, 130: -42, 150: -52, 180: -56,
}  # fmt: skip
_BEARD_LINE = {
    0: -14, 8: -14.5, 13: -18, 18: -25, 26: -31, 38: -30, 52: -20, 64: -6, 74: 12, 80: 22, 84: 24,
    88: -6, 96: -34, 110: -60,
}  # fmt: skip
_BEARD_END = -98.0
_FACE_SIDE = np.radians(100.0)


def region_masks(template: Template) -> dict[str, Bool[np.ndarray, "N"]]:
    """The masks, by the names that `MorphableModel` knows."""
    count = len(template.points)
    masks = {name: np.zeros(count, bool) for name in ("eyes", "irises", "pupils")}
    for ball in template.eyeballs:
        masks["eyes"][ball] = True
        masks["irises"][ball[template.sight_angles < IRIS_EDGE]] = True
        masks["pupils"][ball[template.sight_angles < PUPIL_EDGE]] = True
    lips, scalp = _lips(template), _scalp(template)
    ears = _among(count, np.stack(template.ears))
    return {
        "face": _face(template),
        **masks,
        "lips": lips,
        "brows": _brows(template),
        "mouth_cavity": _among(count, np.append(template.cavity[1:], template.tongue)),
        "teeth": _among(count, np.concatenate(template.teeth)),
        "scalp": scalp,
        "ears": ears,
        "neck": _on_sheet(template, template.sheet.height < JAW_ROW - 1e-6),
        "beard": _beard(template) & ~lips & ~scalp,
        "skin": (_on_sheet(template, np.ones(len(template.sheet.angle), bool)) | ears) & ~lips,
    }


def _face(template: Template) -> Bool[np.ndarray, "N"]:
    """The skin within the jaw line and the hair line, from ear to ear."""
    sheet = template.sheet
    inside = (np.abs(sheet.angle) <= _FACE_SIDE) & (sheet.height >= JAW_ROW - 1e-6)
    return _on_sheet(template, inside & (sheet.height < _HAIR_LINE[0]))


def _scalp(template: Template) -> Bool[np.ndarray, "N"]:
    """Where hair grows: above the hair line, and behind the ears down to the nape."""
    return _on_sheet(template, _above(template, _HAIR_LINE) > 0)


def _beard(template: Template) -> Bool[np.ndarray, "N"]:
    """Where beards grow: round the mouth, on the cheeks and the chin, and under the jaw."""
    grows = (_above(template, _BEARD_LINE) < 0) & (template.sheet.height > _BEARD_END)
    return _on_sheet(template, grows & (np.abs(template.sheet.angle) < np.radians(92.0)))


def _above(template: Template, line: Mapping[Number, Number]) -> Float[np.ndarray, "S"]:
    """How far the skin's vertices lie above a line across the side of the head, mm."""
    angle = template.sheet.angle
    return template.points[: len(angle), 1] - curve(line, np.degrees(np.abs(angle)))


def _lips(template: Template) -> Bool[np.ndarray, "N"]:
    """The red of the lips: the rows within their borders, and the first ring inside."""
    sheet = template.sheet
    corner = np.abs(sheet.angle[template.landmarks[48]])
    inside = (sheet.height <= UPPER_LIP_ROW) & (sheet.height >= LOWER_LIP_ROW)
    inside &= np.abs(sheet.angle) <= corner
    return _on_sheet(template, inside) | _among(len(template.points), template.cavity[:1])


def _brows(template: Template) -> Bool[np.ndarray, "N"]:
    """Bands of rows along the brow landmarks, thinner outwards."""
    sheet = template.sheet
    angle = np.abs(sheet.angle)
    outer, tapering, inner = (abs(sheet.angle[template.landmarks[i]]) for i in (17, 18, 21))
    above, below = BROW_ROW + 3.5, BROW_ROW - 3.5
    band = (sheet.height < above) & (sheet.height > np.where(angle > tapering, BROW_ROW, below))
    band &= (angle <= outer) & (angle >= inner)
    return _on_sheet(template, band)


def _on_sheet(template: Template, inside: Bool[np.ndarray, "S"]) -> Bool[np.ndarray, "N"]:
    return np.append(inside, np.zeros(len(template.points) - len(inside), bool))


def _among(count: int, vertices: np.ndarray) -> Bool[np.ndarray, "N"]:
    mask = np.zeros(count, bool)
    mask[vertices] = True
    return mask
