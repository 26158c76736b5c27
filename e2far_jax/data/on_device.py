"""Training batches that are rendered inside the training step: no disk, no host, no picture twice.

A picture is what the seed, its number and its level make of it, whatever is beside it and on
however many devices. Numbered from 0, with their levels in turn, the first are those of the stored
data set, before JPEG; all others are new. So there is nothing to augment: pictures are not
mirrored, and their colours stay (ours).

Keys are made of 32 bits of a number, so the pictures begin anew after 2^32: a million steps of
4,096.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Int32, UInt32

from e2far_jax.data.augmentation import SMOOTHING
from e2far_jax.data.batch import Batch
from e2far_jax.data.rendering import example_keys, scene_at
from e2far_jax.data.settings import UNGRADED
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.rendering.ranges import LEVELS
from e2far_jax.rendering.scene import render_pairs
from e2far_jax.rendering.settings import SceneConfig


def levels_at(
    numbers: Int[np.ndarray, "B"], step: int, levels: Sequence[int], starts: Sequence[int] = ()
) -> Int32[np.ndarray, "B"]:
    """The levels of a step's examples: those that have started, in turn (ours).

    Without a curriculum these are the stored data set's.

    Args:
      numbers: of the examples.
      step: how many steps were taken before.
      levels: to be shown in turn; empty: all examples are ungraded.
      starts: a curriculum: the step from which on each level is shown, the first from 0 on; empty:
        all are shown always.
    """
    levels = levels or (UNGRADED,)
    starts = starts or (0,) * len(levels)
    shown = [level for level, start in zip(levels, starts, strict=True) if start <= step]
    return np.array(shown, np.int32)[numbers % len(shown)]


def rendered_batch(
    numbers: UInt32[Array, "B"],
    levels: Int32[Array, "B"],
    model: MorphableModel,
    scene: SceneConfig,
    seed: int,
    image_size: int,
) -> Batch:
    """Render training examples; a pure function, to be called inside a compiled one.

    Ranges are looked up while the program runs, so that it is one for all levels.

    Args:
      numbers: of the examples.
      levels: of the examples, 0 to 3 or `data.settings.UNGRADED`.
      model: whose faces are shown.
      scene: what ungraded pictures show, and how large and how finely all are drawn.
      seed: of the data set.
      image_size: side that pictures are brought to, pixels.
    Returns:
      Float32 arrays, and int32 `index`, which is negative from 2^31 on; all examples are valid.
    """
    index = numbers.astype(jnp.int32)  # of which JAX makes a key as of `numbers`
    scenes = _scenes_at(scene, levels)
    pairs = render_pairs(example_keys(seed, "train", index), model, scenes)
    factor = image_size / scene.image_size
    return Batch(
        image=jnp.clip(resized(pairs.image, image_size), 0.0, 1.0),
        identity=pairs.identity,
        expression=pairs.expression,
        rotation=pairs.camera.rotation,
        scale=pairs.camera.scale * factor,
        translation=pairs.camera.translation * factor,
        landmarks=pairs.landmarks * factor,
        index=index,
        level=levels,
        valid=jnp.ones(len(levels), bool),
    )


def resized(images: Float[Array, "B H H 3"], side: int) -> Float[Array, "B _S _S 3"]:
    """Pictures brought to another size as `augmentation.move_crop` does it."""
    if images.shape[1] == side:
        return images
    weights = jnp.array(_weights(images.shape[1], side), jnp.float32)
    return jnp.einsum("yh,bhwc,xw->byxc", weights, images, weights, precision="highest")


def _scenes_at(scene: SceneConfig, levels: Int32[Array, "B"]) -> SceneConfig:
    """What examples of these levels show, with an axis for the examples."""
    choices = [scene_at(scene, level) for level in (UNGRADED, *LEVELS)]
    table = jax.tree.map(lambda *numbers: jnp.array(numbers, jnp.float32), *choices)
    return jax.tree.map(lambda numbers: numbers[levels - UNGRADED], table)


def _weights(size: int, side: int) -> Float[np.ndarray, "_S _H"]:
    """How much of each old pixel is in each new one, along one axis."""
    centres = (np.arange(side) + 0.5) * (size / side) - 0.5
    centres = np.clip(centres, 0.0, size - 1.0)
    linear = np.maximum(1.0 - np.abs(centres[:, None] - np.arange(size)), 0.0)
    if side > size:
        return linear
    deviation = SMOOTHING * size / side
    radius = math.ceil(3.0 * deviation)
    bell = np.exp(-0.5 * (np.arange(-radius, radius + 1) / deviation) ** 2)
    around = np.pad(np.eye(size), ((radius, radius), (0, 0)), mode="reflect")
    smooth = sum(share * around[k : k + size] for k, share in enumerate(bell / bell.sum()))
    return linear @ smooth
