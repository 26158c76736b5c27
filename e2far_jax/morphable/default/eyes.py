"""Lids, their rims, and the eyeballs behind them."""

from __future__ import annotations

import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.morphable.default.charts import Chart
from e2far_jax.morphable.default.curves import Number
from e2far_jax.morphable.default.eye_relief import LOWER_EDGE, UPPER_EDGE
from e2far_jax.morphable.default.grid import EYE_CORNERS, EYE_ROW, Sheet
from e2far_jax.morphable.default.skull import skull
from e2far_jax.morphable.default.splines import spline

Points = Float[np.ndarray, "N 3"]

# The left eyeball; the right one mirrors it. mm.
CENTRE = np.array([31.2, 35.4, 79.6])
RADIUS = 14.0
LID_THICKNESS = 1.4

# How far from the slit rows give way to the opening, mm.
UPPER_REACH, LOWER_REACH = 16.0, 14.0

# Rings of the eyeball's grid: degrees from the line of sight.
_RINGS = np.array([4.5, 8.5, 10.0, 15.0, 20.0, 24.5, 26.5, 33.0, 42.0, 54.0, 74.0, 100.0])
_SEGMENTS = 24
PUPIL_EDGE, IRIS_EDGE = 9.0, 25.0


def open_lids(heights: Float[np.ndarray, "N"], sheet: Sheet) -> Float[np.ndarray, "N"]:
    """Part the eye slits: rows above give way upwards, those below downwards."""
    along, away, lower = lid_coordinates(sheet)
    across = np.abs(skull(sheet.angle, np.full_like(heights, EYE_ROW))[:, 0])
    between = (along > 0) & (along < 1)
    up = (spline(UPPER_EDGE, across) - EYE_ROW) * lid_reach(away, UPPER_REACH)
    down = (spline(LOWER_EDGE, across) - EYE_ROW) * lid_reach(away, LOWER_REACH)
    return heights + np.where(between, np.where(lower, down, up), 0.0)


def lid_coordinates(
    sheet: Sheet,
) -> tuple[Float[np.ndarray, "N"], Float[np.ndarray, "N"], Bool[np.ndarray, "N"]]:
    """Where vertices are about the eyes.

    Returns:
      How far along the eye, 0 at the inner corner, 1 at the outer one, clipped; how far above or
      below the eye row, mm; whether on the lower lid's side.
    """
    inner, outer = np.radians(EYE_CORNERS)
    along = np.clip((np.abs(sheet.angle) - inner) / (outer - inner), 0.0, 1.0)
    lower = sheet.height < EYE_ROW
    for slit in (sheet.right_eye, sheet.left_eye):
        lower[slit.lower[1:-1]] = True
    return along, np.abs(sheet.height - EYE_ROW), lower


def lid_reach(away: Float[np.ndarray, "N"], reach: Number) -> Float[np.ndarray, "N"]:
    """The share of the lid's edge's movement at a distance from the slit."""
    return np.clip(1 - away / reach, 0.0, 1.0) ** 1.3


def drape(points: Points, radius: float = RADIUS + LID_THICKNESS) -> Points:
    """Push what would lie inside the eyeballs out to a sphere around them."""
    draped = points.copy()
    for sign in (-1.0, 1.0):
        centre = CENTRE * [sign, 1, 1]
        offset = draped - centre
        distance = np.linalg.norm(offset, axis=1, keepdims=True)
        inside = (distance < radius) & (draped[:, 2:] > centre[2] - radius)
        draped = np.where(inside, centre + offset * radius / distance, draped)
    return draped


def rim(edge: Float[np.ndarray, "R 3"]) -> Float[np.ndarray, "R 3"]:
    """The lids' inner edges: the opening's edge brought just under the eyeball's surface."""
    centre = CENTRE * [np.sign(edge[:, 0].mean()), 1, 1]
    offset = edge - centre
    return centre + offset * (RADIUS - 0.6) / np.linalg.norm(offset, axis=1, keepdims=True)


def eyeball(first: int, sign: float) -> tuple[Points, Chart, Float[np.ndarray, "N"]]:
    """A cap of the eyeball that looks along +z.

    Args:
      first: the number of its first vertex.
      sign: +1 for the subject's left eye, -1 for the right one.
    Returns:
      Its vertices, its chart, and each vertex's angle from the line of sight in degrees.
    """
    turn = sign * np.linspace(0, 2 * np.pi, _SEGMENTS, endpoint=False)
    tilt = np.repeat(np.radians(_RINGS), _SEGMENTS)
    round_ = np.tile(turn, len(_RINGS))
    ring = np.stack(
        [sign * np.sin(tilt) * np.cos(sign * round_), np.sin(tilt) * np.sin(sign * round_),
         np.cos(tilt)], axis=-1,
    )  # fmt: skip
    unit = np.concatenate([[[0.0, 0.0, 1.0]], ring])
    tilts = np.concatenate([[0.0], np.degrees(tilt)])
    cornea = 0.85 * np.clip(1 - (tilts / IRIS_EDGE) ** 2, 0, 1)
    points = CENTRE * [sign, 1, 1] + unit * (RADIUS + cornea)[:, None]
    flat = unit[:, :2] / np.maximum(np.linalg.norm(unit[:, :2], axis=1, keepdims=True), 1e-9)
    coordinates = 0.5 + 0.5 * flat * (tilts / _RINGS[-1])[:, None]
    triangles = _disc_triangles()
    if sign < 0:
        triangles = triangles[:, ::-1]
    return points, Chart(first + np.arange(len(points)), triangles, coordinates), tilts


def _disc_triangles() -> Int[np.ndarray, "F 3"]:
    """A fan round vertex 0, and bands between the rings after it."""
    ring = np.arange(_SEGMENTS)
    after = (ring + 1) % _SEGMENTS
    fan = np.stack([0 * ring, 1 + ring, 1 + after], axis=-1)
    bands = []
    for k in range(len(_RINGS) - 1):
        inner, outer = 1 + k * _SEGMENTS, 1 + (k + 1) * _SEGMENTS
        bands.append(np.stack([inner + ring, outer + ring, outer + after], axis=-1))
        bands.append(np.stack([inner + ring, outer + after, inner + after], axis=-1))
    return np.concatenate([fan, *bands])
