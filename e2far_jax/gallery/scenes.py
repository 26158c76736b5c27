"""Pictures of random scenes: of one difficulty, or one family of factors at a time."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import jax
import jax.numpy as jnp
import numpy as np

from e2far_jax.gallery.sheet import Row, Tile, levels
from e2far_jax.gallery.turntable import describe_expression
from e2far_jax.keys import stream_key
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.scene import Pair, render_pairs
from e2far_jax.rendering.settings import FAMILIES, SceneConfig

BATCH_SIZE = 6  # scenes drawn at once; the last batch is filled up, so that one size is compiled


def scene_tiles(
    model: MorphableModel, config: SceneConfig, seed: int, count: int
) -> Iterator[Tile]:
    """Random scenes with what they show; the first ones stay the same whatever the count.

    Args:
      model: whose faces.
      config: the ranges of all factors.
      seed: of the scenes.
      count: how many.
    Returns:
      Pictures, captioned by number, yaw in degrees and strongest expression.
    """
    for start in range(0, count, BATCH_SIZE):
        numbers = start + jnp.arange(BATCH_SIZE)
        keys = jax.vmap(lambda number: stream_key(seed, "gallery", number))(numbers)
        pairs = render_pairs(keys, model, config)
        for row in range(min(BATCH_SIZE, count - start)):
            pair = jax.tree.map(lambda leaf, row=row: leaf[row], pairs)
            picture = levels(np.asarray(pair.image))
            yield Tile(picture, f"{start + row} · {_caption(model, pair)}")


def family_rows(model: MorphableModel, seed: int, count: int, size: int) -> Iterator[Row]:
    """A row for each family of factors: that one at its full range, all others easy or absent.

    A column shows one person, so that rows can be compared.

    Args:
      model: whose faces.
      seed: of the scenes.
      count: pictures in a row.
      size: of a picture, pixels.
    Returns:
      Rows in the order of `FAMILIES`.
    """
    for family in FAMILIES:
        config = family_scene(family, size)
        tiles = [Tile(tile.picture) for tile in scene_tiles(model, config, seed, count)]
        yield Row(tiles, family.replace("_", " "))


def family_scene(family: str, size: int) -> SceneConfig:
    """Scenes with one family at its full range; pose and crop are easy, the others left out."""
    easy = SceneConfig.at_level(LEVELS[0], size).only(family)
    full = SceneConfig.at_level(LEVELS[-1], size)
    return dataclasses.replace(easy, **{family: getattr(full, family)})


def _caption(model: MorphableModel, pair: Pair) -> str:
    towards = pair.camera.rotation[2]
    yaw = math.degrees(math.atan2(-towards[0], towards[2]))
    return f"yaw {yaw:z.0f} · {describe_expression(model, pair.expression, shown=1)}"
