"""A morphable model at a glance: its mean face, its first modes, every expression."""

from __future__ import annotations

import math
from collections.abc import Iterator

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.gallery.sheet import Row, Tile, levels
from e2far_jax.gallery.studio import mesh_picture, turntable_camera, view_camera
from e2far_jax.gallery.turntable import HEAD_MARGIN, LANDMARK_MARGIN, YAWS, expression_tiles
from e2far_jax.morphable.model import MorphableModel, neutral_shape, shape

COLUMNS = len(YAWS)
DEVIATIONS = (-3, 0, 3)


def model_rows(model: MorphableModel, size: int) -> Iterator[Row]:
    """The mean face from all sides, identity modes, expressions.

    Args:
      model: any.
      size: of a picture, pixels.
    Returns:
      Rows of up to seven pictures. Modes are shown at -3, 0 and +3 standard deviations; blendshapes
      one by one at weight 1.
    """
    yield Row(_turned(model, size), "mean face")
    yield from _mode_rows(model, "identity", model.identity_size, size)
    if model.expression_prior == "normal":
        yield from _mode_rows(model, "expression", model.expression_size, size)
    elif model.expression_size:
        tiles = list(expression_tiles(model, size))
        for start in range(0, len(tiles), COLUMNS):
            label = "" if start else "expressions at weight 1"
            yield Row(tiles[start : start + COLUMNS], label)


def row_count(model: MorphableModel) -> int:
    """How many rows `model_rows` makes."""
    if model.expression_prior == "normal":
        return 4 + len(DEVIATIONS) * (model.expression_size > 0)
    return 4 + math.ceil((model.expression_size + 1) / COLUMNS) * (model.expression_size > 0)


def _turned(model: MorphableModel, size: int) -> list[Tile]:
    tiles = []
    for yaw in YAWS:
        camera = turntable_camera(model.mean, math.radians(yaw), size, HEAD_MARGIN)
        tiles.append(Tile(levels(mesh_picture(model, model.mean, camera, size)), f"{yaw}°"))
    return tiles


def _mode_rows(model: MorphableModel, kind: str, modes: int, size: int) -> Iterator[Row]:
    camera = view_camera(model.landmarks.on(model.mean), 0.0, size, LANDMARK_MARGIN)
    for deviation in DEVIATIONS if modes else ():
        tiles = []
        for mode in range(min(COLUMNS, modes)):
            vertices = _moved(model, kind, mode, deviation)
            picture = levels(mesh_picture(model, vertices, camera, size))
            tiles.append(Tile(picture, f"mode {mode + 1}"))
        yield Row(tiles, f"{kind} at {deviation:+d} deviations" if deviation else f"{kind} at 0")


def _moved(model: MorphableModel, kind: str, mode: int, deviation: int) -> Float[Array, "N 3"]:
    identity = np.zeros(model.identity_size, np.float32)
    if kind == "identity":
        identity[mode] = deviation
        return neutral_shape(model, jnp.asarray(identity))
    expression = np.zeros(model.expression_size, np.float32)
    expression[mode] = deviation
    return shape(model, jnp.asarray(identity), jnp.asarray(expression))
