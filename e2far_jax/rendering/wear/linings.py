"""What shows through the openings and behind the edge of a face model that is a mask.

Behind each pair of lids lies a flat cap that eyes are painted on, behind the lips a dark hollow.
Models with eyeballs or the inside of a mouth need neither; where a surface closes the opening, as
in most scans, it hides them. A model whose scalp ends early gets a bare skull.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.features import HIDDEN, places_on_face
from e2far_jax.rendering.wear.grids import grid_triangles
from e2far_jax.rendering.wear.head import Head
from e2far_jax.rendering.wear.piece import Piece

_RINGS = (slice(36, 42), slice(42, 48), slice(60, 68))  # landmarks around eyes and mouth, clockwise
_COUNTS = tuple(ring.stop - ring.start + 1 for ring in _RINGS)  # a middle and an edge
_WIDER = (1.35, 1.35, 1.2)
_EDGE_BEHIND, _MIDDLE_BEHIND = (4.5, 4.5, 7.0), (1.5, 1.5, 22.0)  # mm of a usual face
_HOLLOW = (0.05, 0.017, 0.013)  # linear reflectance
_ROWS, _COLUMNS = 9, 20  # of the skull
_BEHIND, _SMALLER = 5.0, 0.96  # mm and share that keep it under the face
_LOWEST = 140.0  # degrees from the crown down the back


def lining_triangles() -> Int[np.ndarray, "F 3"]:
    """Fans, each of the middle of an opening and two neighbours on its edge; and the skull."""
    parts, first = [], 0
    for count in _COUNTS:
        edge = first + np.arange(1, count)
        parts.append(np.stack([np.full(count - 1, first), np.roll(edge, -1), edge], axis=1))
        first += count
    parts.append(grid_triangles(_ROWS, _COLUMNS, first, closed=True))
    return np.concatenate(parts).astype(np.int32)


def lining(
    model: MorphableModel, landmarks: Float[Array, "68 3"], head: Head, skin: Float[Array, "3"]
) -> Piece:
    """The linings of one face.

    Args:
      model: whose mean face says where on it they are, and whose regions which are needed.
      landmarks: of the face, mm.
      head: of the same face.
      skin: linear reflectance; painted eyes are a multiple of it.
    Returns:
      Caps of both eyes, the mouth's and the skull, the face's axes, mm; NaN where not needed. The
      coordinates are those of `features.face_coordinates`.
    """
    needed = (*(_missing(model, name) for name in ("eyes", "eyes", "mouth_cavity")), head.whole < 1)
    skull = _skull(head)
    counts = (*_COUNTS, len(skull))
    part = np.repeat(np.arange(len(counts)), counts)
    is_eye, is_mouth = jnp.asarray(part < 2), jnp.asarray(part == 2)[:, None]
    vertices = jnp.concatenate([_caps(landmarks), skull])
    on_mean = places_on_face(_caps(model.landmarks.on(model.mean)), model)
    places = jnp.concatenate([on_mean, jnp.zeros_like(skull)])
    return Piece(
        vertices=jnp.where(jnp.stack(needed)[part][:, None], vertices, jnp.nan),
        colours=jnp.where(is_mouth, jnp.array(_HOLLOW), skin),
        gloss=jnp.where(is_eye, 2.0, 0.5) * ~is_mouth[:, 0],
        coordinates=jnp.where(is_eye[:, None], places, places.at[:, 2].set(HIDDEN)),
    )


def _caps(landmarks: Float[Array, "68 3"]) -> Float[Array, "K 3"]:
    """A middle and an edge for each opening."""
    unit = jnp.linalg.norm(landmarks[45] - landmarks[36]) / 90.0  # 1 for a usual face in mm
    forward = jnp.array([0.0, 0.0, 1.0]) * unit
    caps = []
    settings = zip(_RINGS, _WIDER, _EDGE_BEHIND, _MIDDLE_BEHIND, strict=True)
    for ring, wider, edge_behind, middle_behind in settings:
        middle = landmarks[ring].mean(axis=0)
        edge = middle + wider * (landmarks[ring] - middle) - edge_behind * forward
        caps += [(middle - middle_behind * forward)[None], edge]
    return jnp.concatenate(caps)


def _skull(head: Head) -> Float[Array, "K 3"]:
    """Rows from the crown down, in front to over the brows, behind to the neck."""
    azimuth = 2.0 * math.pi * np.arange(_COLUMNS) / _COLUMNS
    over_brows = (head.brow + 20.0 * head.unit - head.centre[1]) / head.radii[1]
    front = jnp.arccos(jnp.clip(over_brows, -0.9, 0.9))
    backward = jnp.asarray(np.sqrt(0.5 - 0.5 * np.cos(azimuth)))
    last = front + backward * (math.radians(_LOWEST) - front)
    polar = jnp.linspace(0.05, 1.0, _ROWS)[:, None] * last
    wide, high = jnp.sin(polar), jnp.cos(polar)
    ball = jnp.stack([wide * np.sin(azimuth), high, wide * np.cos(azimuth)], axis=-1)
    points = head.centre + _SMALLER * head.radii * ball
    return points.at[..., 2].add(-_BEHIND * head.unit).reshape(-1, 3)


def _missing(model: MorphableModel, region: str) -> Bool[Array, ""]:
    return ~model.regions[region].any() if region in model.regions else jnp.array(True)
