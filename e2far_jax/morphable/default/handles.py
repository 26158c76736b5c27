"""Named points of the skin that expressions move, and how the skin between them follows.

A handle is a landmark or a mixture of landmarks, brought to the skin, so that it goes where the
sculpture goes. The skin follows by Gaussian-process regression (kriging): handles that an
expression doesn't name stay, which keeps it local. Distances are measured with the mouth opened
wide, so that the lips, which touch in the mean face, don't drag each other along.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float, Int

from e2far_jax.morphable.default.curves import Number
from e2far_jax.morphable.default.template import Template

Vector = tuple[Number, Number, Number]
Moves = Mapping[str, Vector]
Weights = Mapping[str, Number]

# The subject's left half and the midline: shares of landmarks within the face (the jaw line's are
# defined in too many ways), and an offset in mm.
_PLACES: dict[str, tuple[dict[int, Number], Vector]] = {
    "brow_inner": ({21: 0.23, 22: 0.77}, (0, 0, 0)),
    "brow_middle": ({23: 0.5, 24: 0.5}, (0, 0, 0)),
    "brow_outer": ({25: 1}, (0, 0, 0)),
    "brow_end": ({26: 1}, (0, 0, 0)),
    "glabella": ({21: 0.5, 22: 0.5}, (0, 0, 3)),
    "forehead": ({21: 0.5, 22: 0.5}, (0, 26, -3)),
    "forehead_side": ({24: 1}, (0, 24, -6)),
    "temple": ({26: 1}, (11, 3, -27)),
    "lid_fold": ({43: 0.5, 44: 0.5}, (0, 7, 1)),
    "lid_above": ({43: 0.5, 44: 0.5}, (0, 0, 0)),
    "lid_below": ({46: 0.5, 47: 0.5}, (0, 0, 0)),
    "eye_inner": ({42: 1}, (0, 0, 0)),
    "eye_outer": ({45: 1}, (0, 0, 0)),
    "crow_foot": ({45: 1}, (9, -6, -10)),
    "nose_root": ({27: 1}, (0, 0, 0)),
    "nose_ridge": ({29: 1}, (0, 0, 0)),
    "nose_tip": ({30: 1}, (0, 0, 0)),
    "nose_base": ({33: 1}, (0, 0, 0)),
    "nose_wing": ({35: 1}, (3, 3, -3)),
    "nose_side": ({29: 0.6, 46: 0.4}, (0, 0, 0)),
    "under_eye": ({46: 0.35, 47: 0.35, 35: 0.3}, (2, 0, 0)),
    "cheek_bone": ({46: 1}, (5, -23, 1)),
    "cheek_bone_side": ({45: 1}, (17, -24, -14)),
    "cheek_inner": ({54: 1}, (10, 18, -2)),
    "cheek_middle": ({54: 1}, (25, 9, -17)),
    "cheek_side": ({54: 1}, (36, 14, -36)),
    "cheek_low": ({54: 1}, (7, -10, -2)),
    "fold": ({54: 0.6, 35: 0.4}, (6, 0, 0)),
    "jaw_side": ({54: 1}, (32, -10, -40)),
    "jaw_line": ({54: 1}, (18, -27, -28)),
    "jaw_front": ({54: 1}, (5, -34, -14)),
    "chin": ({57: 1}, (0, -32, -11)),
    "chin_boss": ({57: 1}, (0, -17, -4)),
    "chin_side": ({55: 1}, (-2, -16, 0)),
    "under_lip": ({57: 1}, (0, -9, -4)),
    "corner": ({54: 1}, (0, 0, 0)),
    "philtrum": ({33: 0.5, 51: 0.5}, (0, 0, 0)),
    "above_lip": ({35: 0.45, 53: 0.55}, (0, 0, 0)),
    "upper_border": ({51: 1}, (0, 0, 0)),
    "upper_border_side": ({53: 1}, (0, 0, 0)),
    "lower_border": ({57: 1}, (0, 0, 0)),
    "lower_border_side": ({55: 1}, (0, 0, 0)),
    "under_chin": ({57: 1}, (0, -38, -32)),
    "under_chin_side": ({57: 1}, (21, -34, -39)),
    "throat": ({57: 1}, (0, -44, -53)),
    "throat_side": ({57: 1}, (29, -35, -59)),
}
# The inner edges of the upper (1) and the lower (-1) lip, at a share of the mouth's half-width.
_EDGES: dict[str, tuple[int, Number]] = {
    "upper_edge": (1, 0),
    "upper_edge_side": (1, 0.45),
    "lower_edge": (-1, 0),
    "lower_edge_side": (-1, 0.45),
}
NAMES = (*_PLACES, *_EDGES)

# Standard deviations of the kernel's Gaussians, mm, and the observations' variance as a share.
_SCALES = (32.0, 16.0, 9.0)
_NOISE = 3e-3
# How far the lips are parted for measuring distances, mm, and how far from them this fades out.
_PARTED, _PARTED_REACH = 14.0, 45.0
# Mixtures lie under the skin: what is next to them is rather before them than beside them.
_LOOK = np.array([1.0, 1.0, 0.5])


@dataclasses.dataclass(frozen=True)
class Handles:
    """How the skin of a template follows its handles.

    Attributes:
      template: the mean face.
      influence: of each left or midline handle on the sheet's vertices.
      mirror: each sheet vertex's mirror image.
      midline: which handles have no mirror image.
    """

    template: Template
    influence: Float[np.ndarray, "S K"]
    mirror: Int[np.ndarray, "S"]
    midline: Bool[np.ndarray, "K"]

    def values(self, moves: Moves | Weights) -> Float[np.ndarray, "S D"]:
        """A smooth field on the skin with given values at the left half's handles, 0 at the others.

        Args:
          moves: handle -> value.
        Returns:
          Its values at the sheet's vertices.
        """
        size = np.size(next(iter(moves.values())))
        rows = np.zeros((len(NAMES), size))
        for name, move in moves.items():
            rows[NAMES.index(name)] = move
        return self.influence @ rows

    def both_values(self, moves: Moves | Weights) -> Float[np.ndarray, "S D"]:
        """The same with the right half as the left one's mirror image."""
        beside = {name: m for name, m in moves.items() if not self.midline[NAMES.index(name)]}
        return self.values(moves) + (self.mirrored(self.values(beside)) if beside else 0.0)

    def mirrored(self, field: Float[np.ndarray, "S D"]) -> Float[np.ndarray, "S D"]:
        """A field's mirror image; where it has three components, x changes its sign."""
        return field[self.mirror] * ([-1, 1, 1] if field.shape[1] == 3 else 1)


def build_handles(template: Template) -> Handles:
    """Place the handles on a template and regress its skin on them."""
    sheet = template.sheet
    chosen = handle_vertices(template)
    mirror = sheet.mirror
    midline = mirror[chosen] == chosen
    apart = part_lips(template)
    places = apart[np.concatenate([chosen, mirror[chosen[~midline]]])]
    gram = _kernel(places, places) + _NOISE * np.eye(len(places))
    weights = np.linalg.solve(gram, _kernel(places, apart)).T
    return Handles(template, weights[:, : len(chosen)], mirror, midline)


def handle_vertices(template: Template) -> Int[np.ndarray, "K"]:
    """The handles' vertices: landmarks themselves, what is next to them, and the lips' edges."""
    skin = template.points[: len(template.sheet.angle)]
    chosen = []
    for shares, offset in _PLACES.values():
        marks = template.landmarks[list(shares)]
        place = np.array(list(shares.values())) @ skin[marks] + offset
        alone = len(marks) == 1 and not any(offset)
        distance = np.linalg.norm((skin - place) * _LOOK, axis=1)
        chosen.append(marks[0] if alone else int(np.argmin(distance)))
    mouth = template.sheet.mouth
    for lip, share in _EDGES.values():
        edge = mouth.upper if lip > 0 else mouth.lower
        across = share * skin[mouth.upper[-1], 0]
        chosen.append(int(edge[np.argmin(np.abs(skin[edge, 0] - across))]))
    return np.array(chosen)


def part_lips(template: Template) -> Float[np.ndarray, "S 3"]:
    """The skin with its mouth opened wide, to measure distances on."""
    skin = template.points[: len(template.sheet.angle)].copy()
    corner, upper, lower = skin[template.landmarks[[64, 62, 66]]]
    across = np.clip(1 - (skin[:, 0] / corner[0]) ** 2, 0, 1) ** 0.7
    away = np.clip(1 - np.abs(skin[:, 1] - (upper[1] + lower[1]) / 2) / _PARTED_REACH, 0, 1)
    skin[:, 1] += _PARTED * template.sheet.side * across * away
    return skin


def _kernel(a: Float[np.ndarray, "A 3"], b: Float[np.ndarray, "B 3"]) -> Float[np.ndarray, "A B"]:
    square = (a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T
    return sum(np.exp(-0.5 * square / scale**2) for scale in _SCALES) / len(_SCALES)
