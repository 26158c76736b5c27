"""The mean face: the sculpted head, its openings, and what is behind them, as one mesh."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
from jaxtyping import Float, Int

from e2far_jax.morphable.default.brows import bend_brows
from e2far_jax.morphable.default.charts import (
    Chart,
    closing_chart,
    merge,
    sheet_chart,
    strip_chart,
    tube_chart,
)
from e2far_jax.morphable.default.ears import ear, ear_chart
from e2far_jax.morphable.default.eyes import drape, eyeball, open_lids, rim
from e2far_jax.morphable.default.features import add_features
from e2far_jax.morphable.default.grid import Sheet, build_sheet
from e2far_jax.morphable.default.landmarks import choose_landmarks
from e2far_jax.morphable.default.mouth import cavity, gather_lips, teeth
from e2far_jax.morphable.default.skull import skull
from e2far_jax.morphable.default.tongue import lying_tongue


@dataclasses.dataclass(frozen=True)
class Template:
    """The mean face and what the modes and regions need to know of its parts.

    Vertices come in the order sheet, eye rims, cavity, teeth, tongue, eyeballs, ears.

    Attributes:
      points: mm.
      sheet: the skin.
      landmarks: the 68 points' vertices.
      eye_rims: the right and the left eye's inner lid edges, one a vertex of the slit's ring.
      cavity: rings behind the lips, one vertex a vertex of the mouth slit's ring.
      teeth: the grids of the upper and the lower row.
      tongue: rings from its root to its tip.
      eyeballs: the right and the left eye.
      sight_angles: the eyeballs' vertices' angles from the line of sight, degrees.
      ears: rings of the right and the left ear, from the opening to the rim and behind it.
      triangles: the whole mesh's.
      texture_coordinates: v up.
      texture_triangles: indices into `texture_coordinates`.
    """

    points: Float[np.ndarray, "N 3"]
    sheet: Sheet
    landmarks: Int[np.ndarray, "68"]
    eye_rims: tuple[Int[np.ndarray, "R"], Int[np.ndarray, "R"]]
    cavity: Int[np.ndarray, "K M"]
    teeth: tuple[Int[np.ndarray, "2 C"], Int[np.ndarray, "2 C"]]
    tongue: Int[np.ndarray, "G H"]
    eyeballs: tuple[Int[np.ndarray, "S"], Int[np.ndarray, "S"]]
    sight_angles: Float[np.ndarray, "S"]
    ears: tuple[Int[np.ndarray, "V W"], Int[np.ndarray, "V W"]]
    triangles: Int[np.ndarray, "F 3"]
    texture_coordinates: Float[np.ndarray, "T 2"]
    texture_triangles: Int[np.ndarray, "F 3"]

    @functools.cached_property
    def mirror(self) -> Int[np.ndarray, "N"]:
        """The mirror image of each vertex, on the other side of the face."""
        mirror = np.arange(len(self.points))
        mirror[: len(self.sheet.angle)] = self.sheet.mirror
        mirror[self.cavity] = self.cavity[:, self.sheet.mouth.ring_mirror]
        for row in self.teeth:
            mirror[row] = row[:, ::-1]
        mirror[self.tongue] = self.tongue[:, -np.arange(self.tongue.shape[1])]
        right_rim, left_rim = self.eye_rims
        across = self.sheet.right_eye.ring_mirror
        for right, left in (self.eyeballs, self.ears, (right_rim, left_rim[across])):
            mirror[right], mirror[left] = left, right
        return mirror


def sculpt(sheet: Sheet) -> tuple[Float[np.ndarray, "N 3"], Int[np.ndarray, "68"]]:
    """The skin's vertices and the 68 landmarks among them."""
    heights = bend_brows(gather_lips(open_lids(sheet.height, sheet), sheet), sheet)
    points = drape(add_features(skull(sheet.angle, heights)))
    return points, choose_landmarks(points, sheet)


def build_template() -> Template:
    """Sculpt the face and put its parts together."""
    sheet = build_sheet()
    skin, landmarks = sculpt(sheet)
    pieces, charts = [skin], [sheet_chart(sheet).placed((0.0, 0.3), (1.0, 0.7))]

    def add(points: np.ndarray) -> np.ndarray:
        first = sum(len(piece) for piece in pieces)
        pieces.append(points.reshape(-1, 3))
        return first + np.arange(points[..., 0].size).reshape(points.shape[:-1])

    charts.append(_crown(sheet).placed((0.63, 0.07), (0.2, 0.02)))
    rims = []
    for slit, u in ((sheet.right_eye, 0.0), (sheet.left_eye, 0.21)):
        rims.append(add(rim(skin[slit.ring])))
        charts.append(_tube(np.stack([slit.ring, rims[-1]]), u))
    mouth_ring = sheet.mouth.ring
    rings = add(cavity(skin[mouth_ring], len(sheet.mouth.upper)))
    charts.append(_tube(np.concatenate([mouth_ring[None], rings]), 0.42))
    charts.append(
        closing_chart(rings[-1], len(sheet.mouth.upper)).placed((0.42, 0.08), (0.2, 0.02))
    )
    lip_centre = skin[landmarks[[62, 66]]].mean(axis=0)
    upper, lower = (add(row) for row in teeth(lip_centre))
    tongue = add(lying_tongue(lip_centre))
    charts.append(tube_chart(tongue).placed((0.84, 0.08), (0.15, 0.2)))
    for row, u in ((upper, 0.63), (lower, 0.84)):
        charts.append(strip_chart(row).placed((u, 0.01), (0.15, 0.05)))
    balls = []
    for sign, u in ((-1.0, 0.0), (1.0, 0.21)):
        points, chart, sight_angles = eyeball(sum(len(piece) for piece in pieces), sign)
        balls.append(add(points))
        charts.append(chart.placed((u, 0.09), (0.2, 0.2)))
    ears = []
    for sign, u in ((-1.0, 0.42), (1.0, 0.63)):
        ears.append(add(ear(sign)))
        shell, opening = ear_chart(ears[-1], sign)
        charts.append(shell.placed((u, 0.11), (0.2, 0.18)))
        charts.append(opening.placed((u, 0.1), (0.2, 0.005)))
    triangles, texture_coordinates, texture_triangles = merge(charts)
    return Template(
        np.concatenate(pieces), sheet, landmarks, (rims[0], rims[1]), rings, (upper, lower), tongue,
        (balls[0], balls[1]), sight_angles, (ears[0], ears[1]), triangles, texture_coordinates,
        texture_triangles,
    )  # fmt: skip


def _crown(sheet: Sheet) -> Chart:
    """The small hole at the top of the head, closed."""
    ring = sheet.above[0, :0:-1]
    return closing_chart(np.roll(ring, len(ring) // 4), len(ring) // 2 + 1)


def _tube(rings: Int[np.ndarray, "R C"], u: float) -> Chart:
    return tube_chart(rings).placed((u, 0.01), (0.2, 0.06))
