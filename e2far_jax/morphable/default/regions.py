"""Named parts of the default face, as vertex masks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool

from e2far_jax.morphable.default.eyes import IRIS_EDGE, PUPIL_EDGE
from e2far_jax.morphable.default.grid import BROW_ROW, JAW_ROW, LOWER_LIP_ROW, UPPER_LIP_ROW
from e2far_jax.morphable.default.template import Template

# The hair line: degrees round the head, and the height on the midline from there on, mm.
_HAIR_LINES = ((0, 99), (58, 75), (70, 50), (78, 12), (100, -50))
_FACE_SIDE = np.radians(76.0)


def region_masks(template: Template) -> dict[str, Bool[np.ndarray, "N"]]:
    """The masks, by the names that `MorphableModel` knows."""
    count = len(template.points)
    masks = {name: np.zeros(count, bool) for name in ("eyes", "irises", "pupils")}
    for ball in template.eyeballs:
        masks["eyes"][ball] = True
        masks["irises"][ball[template.sight_angles < IRIS_EDGE]] = True
        masks["pupils"][ball[template.sight_angles < PUPIL_EDGE]] = True
    return {
        "face": _face(template),
        **masks,
        "lips": _lips(template),
        "brows": _brows(template),
        "mouth_cavity": _among(count, np.append(template.cavity[1:], template.tongue)),
        "teeth": _among(count, np.concatenate(template.teeth)),
        "scalp": _scalp(template),
    }


def _face(template: Template) -> Bool[np.ndarray, "N"]:
    """The skin within the jaw line and the hair line, from ear to ear."""
    sheet = template.sheet
    inside = (np.abs(sheet.angle) <= _FACE_SIDE) & (sheet.height >= JAW_ROW - 1e-6)
    return _on_sheet(template, inside & (sheet.height < _HAIR_LINES[0][1]))


def _scalp(template: Template) -> Bool[np.ndarray, "N"]:
    """Where hair grows: above the hair line, and behind the ears down to the nape."""
    sheet = template.sheet
    degrees = np.degrees(np.abs(sheet.angle))
    hair = np.zeros(len(degrees), bool)
    for behind, line in _HAIR_LINES:
        hair |= (degrees >= behind) & (sheet.height >= line)
    return _on_sheet(template, hair)


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
