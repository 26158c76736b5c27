"""The ears: shells in polar coordinates about the opening, and the head's skin behind them.

Angles are degrees in the side view, from the front (0) over the top (90) to the back. The figures
were measured on, or fitted to, the mean face of ICT-FaceKit (MIT licence), rounded to 0.5 mm, the
hollow made shallower; those of the relief are control values of a smooth surface (see `splines`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from e2far_jax.morphable.default.charts import Chart, closing_chart, tube_chart
from e2far_jax.morphable.default.curves import Number, step
from e2far_jax.morphable.default.splines import spline, spline_table

Points = Float[np.ndarray, "N 3"]
Values = Float[np.ndarray, "..."]

# The opening, left ear: up and forward, mm; how far out the relief's zero is.
_HEIGHT, _FORWARD, _OUT = 8.0, 2.0, 70.0
# From the opening to the ear's outline, mm, by angle.
_OUTLINE = {
    0: 12.5, 15: 13, 30: 14.5, 45: 16, 60: 19.5, 70: 24, 80: 26.5, 90: 27.5, 105: 28.7, 120:
    28, 135: 25.7, 150: 22.5, 165: 20, 180: 17.3, 195: 16, 210: 16.3, 225: 16.8, 240: 18,
    255: 20.5, 270: 22.5, 280: 25, 287: 28, 296: 29.8, 305: 28.5, 315: 24.5, 330: 17.5,
    345: 13.5,
}  # fmt: skip
# mm outwards: by angle, at these shares of the way to the outline: opening, hollow, antihelix, rim.
_SHARES = (0, 0.15, 0.3, 0.45, 0.6, 0.72, 0.82, 0.9, 0.96, 1)
_RELIEF = {
    0: (0.5, -0.5, -1.5, -2, -2, 3.5, 6.5, 5, 5.5, 5),
    15: (0.5, 0, 0, 1, 2.5, 6.5, 4.5, 4.5, 4.5, 4),
    30: (0.5, 0.5, 0.5, 3, 4, 3.5, 3.5, 4, 3.5, 3.5),
    45: (0.5, 1, 2, 3, 3.5, 4, 4.5, 4.5, 4.5, 5),
    60: (0.5, 1.5, 3.5, 5, 7, 8.5, 7.5, 7, 8, 8),
    75: (0.5, 3, 2, 2.5, 4.5, 9.5, 14, 13.5, 11, 7.5),
    90: (0.5, 1.5, 0.5, 6, 5, 5, 12, 19, 17.5, 15),
    105: (0.5, 0, 3, 13, 11.5, 13, 16, 21.5, 20, 18.5),
    120: (0.5, -1.5, 5.5, 17.5, 14.5, 15, 19, 23.5, 19.5, 17),
    135: (0.5, -1.5, 6, 19, 15, 15.5, 20.5, 22.5, 19, 15.5),
    150: (0.5, -0.5, 2.5, 19, 15.5, 16.5, 21, 21.5, 18, 14),
    165: (0.5, 1, 0.5, 19, 16.5, 16.5, 20.5, 20, 16.5, 13.5),
    180: (0.5, 2, -1.5, 15, 18, 15.5, 18, 19.5, 18.5, 16),
    195: (0.5, 2, -1.5, 9.5, 18.5, 15, 17, 18, 18.5, 17.5),
    210: (0.5, 1, -1.5, 6, 19, 15, 17, 17.5, 16.5, 14.5),
    225: (0.5, 0.5, -1.5, 6, 18, 14, 16, 16, 16, 14.5),
    240: (0.5, 0, -2, 4.5, 16.5, 13, 15, 15, 14.5, 14),
    255: (0.5, -0.5, -2, 7, 14, 11, 13, 13, 12.5, 11),
    270: (0.5, -1.5, -2, 7, 11.5, 9.5, 11, 11.5, 12, 11.5),
    285: (0.5, -2, -2, 11, 9.5, 8, 10, 9.5, 8.5, 7),
    300: (0.5, -2, -2, 7, 8, 4, 3, 2, 0, -1),
    315: (0.5, -2, -2, -2, -0.5, 2, 0.5, 0, 0, -0.5),
    330: (0.5, -2, -2, -2, -2, 1, 5.5, 3, 3, 2.5),
    345: (0.5, -1.5, -2, -2, -2, 0, 7.5, 5, 5.5, 5),
}  # fmt: skip

# The grid: rings at these shares, then behind the rim: share, and share of the way back to the
# head's side.
_SPOKES = 32
_FRONT_RINGS = np.array([0.06, 0.2, 0.33, 0.45, 0.55, 0.65, 0.74, 0.82, 0.89, 0.95, 0.99])
_BACK_RINGS = ((0.99, 0.15), (0.95, 0.4), (0.86, 0.75), (0.76, 1.15))
_HEAD_SIDE = 68.0
# How far the head's skin gives way behind the ear, mm.
_BED = 9.0


def ear(sign: float) -> Float[np.ndarray, "R C 3"]:
    """Rings of vertices from the opening to the rim, and behind it back to the head.

    Args:
      sign: +1 for the subject's left ear, -1 for the right one.
    """
    degrees = _spokes()
    rings = [_surface(np.full(_SPOKES, share), degrees) for share in _FRONT_RINGS]
    rim = rings[-1][:, 0]
    for share, back in _BACK_RINGS:
        ring = _surface(np.full(_SPOKES, share), degrees)
        ring[:, 0] = rim + back * (np.minimum(_HEAD_SIDE, rim - 4.0) - rim)
        rings.append(ring)
    return np.stack(rings) * [sign, 1, 1]


def ear_chart(rings: np.ndarray, sign: float) -> tuple[Chart, Chart]:
    """The shell's chart and that of the small hole in the opening."""
    outwards = rings[::-1] if sign > 0 else rings[::-1, ::-1]
    half = rings.shape[1] // 2 + 1
    return tube_chart(outwards), closing_chart(outwards[-1], half)


def ear_bed(points: Points) -> Points:
    """The head's skin gives way where the ear's hollow lies deeper."""
    up, forward = points[:, 1] - _HEIGHT, points[:, 2] - _FORWARD
    share = np.hypot(up, forward) / _outline(np.degrees(np.arctan2(up, forward)))
    depth = _BED * step(0.8, 0.42, share) * (np.abs(points[:, 0]) > 50.0)
    return np.stack([-np.sign(points[:, 0]) * depth, 0 * depth, 0 * depth], axis=-1)


def _spokes() -> Float[np.ndarray, "C"]:
    """Angles that divide the outline into equal parts."""
    fine = np.linspace(0.0, 360.0, 721)
    radius, turn = _outline(fine), np.radians(fine)
    outline = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1)
    length = np.cumsum(np.append(0.0, np.linalg.norm(np.diff(outline, axis=0), axis=1)))
    return np.interp(np.arange(_SPOKES) / _SPOKES * length[-1], length, fine)


def _surface(share: Values, degrees: Values) -> Values:
    """The left ear's points at shares of the way to its outline, mm."""
    out = _OUT + spline_table(_round(_RELIEF), _SHARES, degrees, share)
    radius, turn = share * _outline(degrees), np.radians(degrees)
    return np.stack(
        [out, _HEIGHT + radius * np.sin(turn), _FORWARD + radius * np.cos(turn)], axis=-1
    )


def _outline(degrees: Values) -> Values:
    return spline(_round(_OUTLINE), degrees % 360.0)


def _round(table: Mapping[Number, Number | tuple[Number, ...]]) -> dict:
    """A table by angle, continued beyond a full turn."""
    before = {angle - 360: value for angle, value in table.items() if angle >= 300}
    return (
        before | dict(table) | {angle + 360: value for angle, value in table.items() if angle < 60}
    )
