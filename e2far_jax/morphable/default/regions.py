"""Named parts of the default face, as vertex masks."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.morphable.default.eyes import IRIS_EDGE, PUPIL_EDGE
from e2far_jax.morphable.default.grid import JAW_ROW
from e2far_jax.morphable.default.template import Template

HAIR_LINE = 98.0
_FACE_SIDE = np.radians(76.0)
_BROW_HALF_HEIGHT = 3.6


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
        "mouth_cavity": _among(count, template.cavity[1:]),
        "teeth": _among(count, np.concatenate(template.teeth)),
        "scalp": _scalp(template),
    }


def _face(template: Template) -> Bool[np.ndarray, "N"]:
    """The skin within the jaw line and the hair line, from ear to ear."""
    sheet = template.sheet
    inside = (np.abs(sheet.angle) <= _FACE_SIDE) & (sheet.height >= JAW_ROW - 1e-6)
    return _on_sheet(template, inside & (sheet.height < HAIR_LINE))


def _scalp(template: Template) -> Bool[np.ndarray, "N"]:
    """Where hair grows: above the hair line, and behind the ears down to the nape."""
    sheet = template.sheet
    line = np.interp(np.degrees(np.abs(sheet.angle)), [0, 35, 60, 75, 100, 180],
                     [HAIR_LINE, HAIR_LINE, 80, 45, 5, -60])  # fmt: skip
    return _on_sheet(template, sheet.height >= line)


def _lips(template: Template) -> Bool[np.ndarray, "N"]:
    """The red of the lips: within the outer lip landmarks, and the first ring inside."""
    outline = template.points[template.landmarks[48:60], :2]
    skin = template.points[: len(template.sheet.angle)]
    inside = _in_polygon(skin[:, :2], outline * 1.001) & (skin[:, 2] > 50)
    return _on_sheet(template, inside) | _among(len(template.points), template.cavity[:1])


def _brows(template: Template) -> Bool[np.ndarray, "N"]:
    """Bands along the brow landmarks, thinner outwards."""
    skin = template.points[: len(template.sheet.angle)]
    inside = np.zeros(len(skin), bool)
    for brow in (template.landmarks[17:22], template.landmarks[26:21:-1]):
        line = template.points[brow]
        x = np.abs(line[:, 0])[::-1]
        middle = np.interp(np.abs(skin[:, 0]), x, line[::-1, 1])
        half = np.interp(np.abs(skin[:, 0]), x, _BROW_HALF_HEIGHT * np.array([1, 1, 0.9, 0.7, 0.4]))
        across = (np.abs(skin[:, 0]) >= x[0] - 1) & (np.abs(skin[:, 0]) <= x[-1])
        band = across & (np.abs(skin[:, 1] - middle) < half)
        inside |= band & (skin[:, 2] > 50) & (np.sign(skin[:, 0]) == np.sign(line[0, 0]))
    return _on_sheet(template, inside)


def _on_sheet(template: Template, inside: Bool[np.ndarray, "S"]) -> Bool[np.ndarray, "N"]:
    return np.append(inside, np.zeros(len(template.points) - len(inside), bool))


def _among(count: int, vertices: np.ndarray) -> Bool[np.ndarray, "N"]:
    mask = np.zeros(count, bool)
    mask[vertices] = True
    return mask


def _in_polygon(points: Float[np.ndarray, "N 2"], polygon: np.ndarray) -> Bool[np.ndarray, "N"]:
    """Even-odd rule."""
    inside = np.zeros(len(points), bool)
    x, y = points.T
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        crosses = (y0 > y) != (y1 > y)
        with np.errstate(divide="ignore", invalid="ignore"):
            inside ^= crosses & (x < x0 + (y - y0) * (x1 - x0) / (y1 - y0))
    return inside
