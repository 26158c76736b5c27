"""The sheet that the head is made of: a rectangular grid with three slits, symmetric about x = 0.

Columns are angles round the head, rows are heights on the midline. Along the eye row and the mouth
row the grid is slit: the vertices between the corners are there twice, once for the cells above and
once for those below, so that lids and lips can part.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from jaxtyping import Float, Int

# Rows that features follow: heights on the midline, mm.
BROW_ROW = 58.0
EYE_ROW = 33.5
UPPER_LIP_ROW = -25.0
MOUTH_ROW = -33.5
LOWER_LIP_ROW = -43.5
JAW_ROW = -78.5

# Degrees from the middle of the face to the back of the head, subject's left side.
EYE_CORNERS = (13.4, 32.4)
MOUTH_CORNER = 14.86
_COLUMNS = np.concatenate(
    [
        np.linspace(0.0, 13.4, 11, endpoint=False),
        np.linspace(13.4, 32.4, 13, endpoint=False),
        32.4 + 42.6 * np.linspace(0.0, 1.0, 11, endpoint=False) ** 1.25,
        np.linspace(75.0, 117.0, 9, endpoint=False),
        np.linspace(117.0, 180.0, 7),
    ]
)

# Heights on the midline, mm, from the crown to the neck.
_ROWS = np.concatenate(
    [
        [144.85, 144.2, 142.8, 140.4, 136.6, 131.5, 125.0, 117.5, 109.5, 101.5, 93.5, 86.0],
        [79.0, 73.0, 68.0, 64.0, 61.0, BROW_ROW, 55.0, 52.0],
        np.linspace(49.0, EYE_ROW, 10),
        np.linspace(EYE_ROW, 18.0, 9)[1:],
        np.linspace(18.0, 4.0, 6)[1:],
        np.linspace(4.0, -1.0, 4)[1:],
        np.linspace(-1.0, -11.0, 11)[1:],
        np.linspace(-11.0, UPPER_LIP_ROW, 8)[1:],
        np.linspace(UPPER_LIP_ROW, MOUTH_ROW, 7)[1:],
        np.linspace(MOUTH_ROW, LOWER_LIP_ROW, 8)[1:],
        np.linspace(LOWER_LIP_ROW, -54.0, 6)[1:],
        np.linspace(-54.0, JAW_ROW, 8)[1:],
        [-81.0, -83.5, -86.5, -90.5, -96.0, -103.5, -112.5, -122.0, -131.0, -140.0],
    ]
)


@dataclasses.dataclass(frozen=True)
class Slit:
    """A cut along a part of a row.

    Attributes:
      upper: the vertices along the cut, from one corner to the other, as the cells above see them.
      lower: the same for the cells below; the corners are shared.
    """

    upper: Int[np.ndarray, "K"]
    lower: Int[np.ndarray, "K"]

    @property
    def ring(self) -> Int[np.ndarray, "R"]:
        """Once round the opening: along the upper side and back along the lower one."""
        return np.concatenate([self.upper, self.lower[-2:0:-1]])

    @property
    def ring_mirror(self) -> Int[np.ndarray, "R"]:
        """The places of the ring's mirror images on the ring across the face, or on itself."""
        return (len(self.upper) - 1 - np.arange(len(self.ring))) % len(self.ring)


@dataclasses.dataclass(frozen=True)
class Sheet:
    """The slit grid's vertices and cells.

    Attributes:
      angle: of each vertex round the head, radians, positive on the subject's left.
      height: of each vertex's row on the midline, mm.
      side: +1 above the mouth row or on the upper lip's side of the slit, -1 below.
      above: the vertex at each row and column as the cells above see it; the first and the last
        column are the same, at the back of the head.
      below: the same for the cells below.
      right_eye, left_eye, mouth: the slits, from the subject's right to the left.
    """

    angle: Float[np.ndarray, "N"]
    height: Float[np.ndarray, "N"]
    side: Float[np.ndarray, "N"]
    above: Int[np.ndarray, "R C"]
    below: Int[np.ndarray, "R C"]
    right_eye: Slit
    left_eye: Slit
    mouth: Slit

    @property
    def mirror(self) -> Int[np.ndarray, "N"]:
        """The mirror image of each vertex."""
        mirror = np.zeros(len(self.angle), int)
        mirror[self.above] = self.above[:, ::-1]
        mirror[self.below] = self.below[:, ::-1]
        return mirror


def build_sheet() -> Sheet:
    """The sheet of the default face."""
    columns = np.radians(np.concatenate([-_COLUMNS[:0:-1], _COLUMNS]))
    count = len(columns) - 1
    above = np.arange(len(_ROWS))[:, None] * count + np.arange(len(columns)) % count
    below = above.copy()
    angle = np.tile(columns[:-1], len(_ROWS))
    height = np.repeat(_ROWS, count)
    side = np.where(height >= MOUTH_ROW, 1.0, -1.0)

    slits = []
    inner, outer = EYE_CORNERS
    for row_height, start, end in (
        (EYE_ROW, -outer, -inner),
        (EYE_ROW, inner, outer),
        (MOUTH_ROW, -MOUTH_CORNER, MOUTH_CORNER),
    ):
        row = int(np.argmin(np.abs(_ROWS - row_height)))
        first, last = (int(np.argmin(np.abs(columns - np.radians(x)))) for x in (start, end))
        doubled = slice(first + 1, last)
        copies = len(angle) + np.arange(last - first - 1)
        below[row, doubled] = copies
        angle = np.append(angle, columns[doubled])
        height = np.append(height, np.full(len(copies), row_height))
        side = np.append(side, np.full(len(copies), 1.0 if row_height > MOUTH_ROW else -1.0))
        slits.append(Slit(above[row, first : last + 1], below[row, first : last + 1]))
    return Sheet(angle, height, side, above, below, *slits)
