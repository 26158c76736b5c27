"""Glasses: rims about the eyes, a bridge on the nose, temples to the ears, dark lenses or none.

Everything is built in the frame's own axes: along the line through both eyes, up, and forward.
"""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share
from e2far_jax.rendering.shading import normalise
from e2far_jax.rendering.wear.grids import grid_triangles
from e2far_jax.rendering.wear.head import Head
from e2far_jax.rendering.wear.piece import Piece, shown

KINDS = ("none", "clear", "sun")
_OUTLINE, _TUBE, _BRIDGE, _TEMPLE = 24, 4, 5, 6  # points along and around
# Half width and half height of a lens in mm, its corners' exponent (2 round, more is squarer), how
# far its outer lower part droops, and how much thinner its lower half's rim is.
SHAPES = ("round", "oval", "rectangular", "aviator", "half rim")
_SHAPES = (
    (22.0, 21.0, 2.0, 0.0, 0.0),
    (25.0, 17.0, 2.3, 0.05, 0.0),
    (26.5, 17.0, 4.5, 0.0, 0.0),
    (27.0, 22.0, 2.8, 0.25, 0.0),
    (26.0, 15.5, 3.5, 0.0, 0.85),
)
_FRAMES = (
    (0.012, 0.012, 0.014), (0.08, 0.035, 0.015), (0.25, 0.24, 0.23), (0.35, 0.24, 0.09),
    (0.30, 0.02, 0.03), (0.03, 0.06, 0.22), (0.55, 0.50, 0.42),
)  # fmt: skip
_LENSES = ((0.010, 0.010, 0.012), (0.045, 0.028, 0.014), (0.012, 0.028, 0.022))
Axis = tuple[float, float, float]
_UP, _RIGHT = (0.0, 1.0, 0.0), (-1.0, 0.0, 0.0)  # right of the wearer
_FORWARD, _BACK = (0.0, 0.0, 1.0), (0.0, 0.0, -1.0)
_VERTEX_DISTANCE = 15.0  # mm from the lids to the lenses
_FRAME_GLOSS, _LENS_GLOSS = 2.5, 6.0


@dataclasses.dataclass(frozen=True)
class GlassesRanges(Ranges):
    """Who wears glasses, and which.

    Attributes:
      clear: probability of glasses that can be seen through.
      sun: probability of sun-glasses.
      size: least and most size of the lenses, 1 is usual.
      thickness: least and most breadth of the rims, mm.
    """

    clear: float = share(0.18)
    sun: float = share(0.07)
    size: Range = number((0.85, 1.2), smallest=0.3, largest=2.0)
    thickness: Range = number((1.2, 4.0), smallest=0.2, largest=10.0)

    @classmethod
    def off(cls) -> GlassesRanges:
        """Nobody."""
        return cls(clear=0.0, sun=0.0)

    @classmethod
    def at_level(cls, level: int) -> GlassesRanges:
        """None at 0, a few thin frames at 1, sun-glasses from 2 on."""
        thin = cls(0.06, 0.0, (0.9, 1.1), (1.2, 2.0))
        return (cls.off(), thin, cls(0.12, 0.03, (0.9, 1.15), (1.2, 3.0)), cls())[level]


@pytree_dataclass
class _Style:
    """What one pair of glasses is like."""

    kind: Float[Array, ""]
    shape: Float[Array, "5"]
    size: Float[Array, ""]
    thickness: Float[Array, ""]
    frame: Float[Array, "3"]
    lens: Float[Array, "3"]
    fading: Float[Array, ""]


def random_glasses(
    key: Key[Array, ""], head: Head, ranges: GlassesRanges
) -> tuple[Piece, dict[str, Float[Array, ""]]]:
    """Glasses on a head, or none.

    Args:
      key: decides everything.
      head: who wears them.
      ranges: of what is worn.
    Returns:
      The glasses, and "glasses.kind" (0 none, 1 clear, 2 sun) and "glasses.shape" (its number
      in `SHAPES`, -1 for none).
    """
    numbers = jax.random.uniform(key, (9,))
    sun = numbers[0] < ranges.sun
    clear = ~sun & (numbers[0] < ranges.sun + ranges.clear)
    kind = jnp.where(sun, 2.0, jnp.where(clear, 1.0, 0.0))
    shape = jnp.floor(numbers[1] * len(SHAPES)).astype(jnp.int32)
    style = _Style(
        kind=kind,
        shape=jnp.array(_SHAPES)[shape],
        size=between(numbers[2], ranges.size) * jnp.where(sun, 1.1, 1.0),
        thickness=between(numbers[3], ranges.thickness),
        frame=_chosen(numbers[4], _FRAMES),
        lens=_chosen(numbers[5], _LENSES),
        fading=6.0 * numbers[6],
    )
    factors = {"glasses.kind": kind, "glasses.shape": jnp.where(kind > 0, 1.0 * shape, -1.0)}
    return shown(_glasses(head, style), kind > 0), factors


def glasses_triangles() -> Int[np.ndarray, "F 3"]:
    """The triangles: rims, bridge, temples, lenses; the wearer's right before the left."""
    pieces, first = [], 0
    for points, closed in ((_OUTLINE, True),) * 2 + ((_BRIDGE, False),) + ((_TEMPLE, False),) * 2:
        pieces.append(_tube_triangles(points, closed) + first)
        first += points * _TUBE
    for _ in range(2):
        ring = np.arange(_OUTLINE)
        fan = np.stack([np.full(_OUTLINE, _OUTLINE), ring, (ring + 1) % _OUTLINE], axis=-1)
        pieces.append(fan + first)
        first += _OUTLINE + 1
    return np.concatenate(pieces)


def _chosen(uniform: Float[Array, ""], colours: tuple) -> Float[Array, "3"]:
    return jnp.array(colours)[jnp.floor(uniform * len(colours)).astype(jnp.int32)]


def _glasses(head: Head, style: _Style) -> Piece:
    """Build all parts in the frame's axes, then put them on the head."""
    right, up, forward, origin = _axes(head)
    axes = jnp.stack([right, up, forward])
    eyes, ears = (head.eyes - origin) @ axes.T, (head.ears - origin) @ axes.T
    outlines = [_outline(eyes[side], sign, head.unit, style) for side, sign in ((0, -1), (1, 1))]
    half = 0.5 * style.thickness * head.unit
    tubes = [_rim(outline, eyes[side], half, style) for side, outline in enumerate(outlines)]
    tubes.append(_bridge(outlines, half))
    tubes += [
        _temple(outlines[side], ears[side], sign, half, head.unit)
        for side, sign in ((0, -1.0), (1, 1.0))
    ]
    lenses = [
        jnp.concatenate([outline, outline.mean(axis=0, keepdims=True)]) for outline in outlines
    ]
    frame = jnp.concatenate([tube.reshape(-1, 3) for tube in tubes])
    glass = jnp.where(style.kind > 1.5, jnp.concatenate(lenses), jnp.nan)
    height = jnp.concatenate(lenses)[:, 1] / (20.0 * head.unit)
    tint = style.lens * jnp.exp(style.fading * jnp.clip(-0.2 - height, 0.0, 0.6))[:, None]
    vertices = jnp.concatenate([frame, glass])
    return Piece(
        vertices=vertices @ axes + origin,
        colours=jnp.concatenate([jnp.broadcast_to(style.frame, frame.shape), tint]),
        gloss=jnp.where(jnp.arange(len(vertices)) < len(frame), _FRAME_GLOSS, _LENS_GLOSS),
        coordinates=jnp.zeros_like(vertices),
    )


def _axes(head: Head) -> tuple[Float[Array, "3"], ...]:
    """Along the eyes, up and forward; and the middle of the frame, before lids and bridge."""
    right = normalise(head.eyes[1] - head.eyes[0])
    forward = normalise(jnp.array([0.0, 0.0, 1.0]) - right[2] * right)
    up = jnp.cross(forward, right)
    middle = head.eyes.mean(axis=0)
    lids = (middle @ forward) + _VERTEX_DISTANCE * head.unit
    nose = head.bridge @ forward + 3.0 * head.unit
    distance = jnp.maximum(lids, nose) - middle @ forward
    return right, up, forward, middle + distance * forward


def _outline(
    eye: Float[Array, "3"], sign: int, unit: Float[Array, ""], style: _Style
) -> Float[Array, "P 3"]:
    """A lens's edge, counter-clockwise as seen by who looks at the face; bent round the face."""
    width, height, exponent, droop, _ = style.shape
    angle = 2.0 * math.pi * np.arange(_OUTLINE) / _OUTLINE
    cosine, sine = jnp.array(np.cos(angle)), jnp.array(np.sin(angle))
    outward = cosine * sign
    across, along = (
        jnp.sign(part) * jnp.maximum(jnp.abs(part), 1e-6) ** (2.0 / exponent)
        for part in (cosine, sine)
    )
    along = along * (1.0 + droop * jnp.maximum(outward, -0.3) * (sine < 0))
    scale = unit * style.size
    widest = jnp.abs(eye[0]) + 1.5 * unit - 10.5 * unit  # leaves room for the nose
    x = eye[0] + sign * 1.5 * unit + jnp.minimum(width * scale, widest) * across
    y = height * scale * along - 2.0 * unit
    wrap = -7.0 * unit * (x / (62.0 * unit)) ** 2
    tilt = 0.10 * y
    return jnp.stack([x, y, wrap + tilt], axis=-1)


def _rim(
    outline: Float[Array, "P 3"], eye: Float[Array, "3"], half: Float[Array, ""], style: _Style
) -> Float[Array, "P 4 3"]:
    offset = outline.at[:, 2].set(0.0) - eye.at[2].set(0.0)
    below = jnp.clip(-offset[:, 1] / 6.0, 0.0, 1.0)
    breadth = half * (1.0 - style.shape[4] * below)
    return _tube(outline, normalise(offset.T).T, _FORWARD, breadth)


def _bridge(outlines: list[Float[Array, "P 3"]], half: Float[Array, ""]) -> Float[Array, "Q 4 3"]:
    """An arc between the lenses' inner edges."""
    inner = [outlines[0][2], outlines[1][_OUTLINE // 2 - 2]]
    t = jnp.linspace(0.0, 1.0, _BRIDGE)[:, None]
    arc = inner[0] + t * (inner[1] - inner[0])
    arc = arc + 4.0 * t * (1.0 - t) * half * jnp.array([0.0, 1.5, 0.8])
    return _tube(arc, _UP, _BACK, jnp.broadcast_to(half, (_BRIDGE,)))


def _temple(
    outline: Float[Array, "P 3"],
    ear: Float[Array, "3"],
    sign: float,
    half: Float[Array, ""],
    unit: Float[Array, ""],
) -> Float[Array, "Q 4 3"]:
    """From the lens's upper outer edge to the top of the ear, bowed away from the head."""
    start = outline[2] if sign > 0 else outline[_OUTLINE // 2 - 2]
    beside = ear * jnp.array([1.0, 0.0, 1.0])
    end = beside + unit * jnp.array([-sign * 11.0, 6.0, 10.0])
    t = jnp.linspace(0.0, 1.0, _TEMPLE)[:, None] ** 1.5
    path = start + t * (end - start)
    bow = jnp.sqrt(t) * (1.0 - t) * 14.0 * sign * unit
    path = path + bow * jnp.array([1.0, 0.0, 0.0])
    breadth = jnp.broadcast_to(jnp.maximum(0.7 * half, 0.8 * unit), (_TEMPLE,))
    return _tube(path, _UP, _RIGHT, breadth)


def _tube(
    path: Float[Array, "P 3"],
    first: Float[Array, "P 3"] | Axis,
    second: Axis,
    half: Float[Array, "P"],
) -> Float[Array, "P 4 3"]:
    """A square section along a path, its corners on two axes; first x second is against the path.

    Otherwise its outside would be inside.
    """
    first, second = (jnp.broadcast_to(jnp.array(axis), path.shape) for axis in (first, second))
    sides = jnp.stack([first, second, -first, -second], axis=1)
    return path[:, None] + half[:, None, None] * sides


def _tube_triangles(points: int, closed: bool) -> Int[np.ndarray, "F 3"]:
    rows = points + 1 if closed else points
    triangles = grid_triangles(rows, _TUBE, closed=True)
    return triangles % (points * _TUBE)
