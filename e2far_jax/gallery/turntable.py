"""Shapes alone, without a scene: faces turned from side to side, and every expression."""

from __future__ import annotations

import math
from collections.abc import Iterator

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.gallery.sheet import Row, Tile, levels
from e2far_jax.gallery.studio import mesh_picture, turntable_camera, view_camera
from e2far_jax.keys import stream_key
from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.rendering.expressions import ExpressionRanges
from e2far_jax.rendering.scene import random_coefficients
from e2far_jax.rendering.settings import SceneConfig

YAWS = (-90, -60, -30, 0, 30, 60, 90)
THREE_QUARTER = math.radians(35.0)
HEAD_MARGIN, LANDMARK_MARGIN = 1.15, 1.5


def turntable_rows(model: MorphableModel, identities: int, seed: int, size: int) -> Iterator[Row]:
    """The mean face and random ones, each neutral and then with an expression, at all YAWS.

    Args:
      model: whose faces.
      identities: how many random faces.
      seed: of the random faces and of all expressions.
      size: of a picture, pixels.
    Returns:
      Two rows a face, one by one.
    """
    for number in range(identities + 1):
        identity, expression = _random_face(model, seed, number)
        name = f"identity {number}"
        if number == 0:
            identity, name = jnp.zeros_like(identity), "mean face"
        for weights, label in (
            (jnp.zeros_like(expression), "neutral"),
            (expression, describe_expression(model, expression, shown=4)),
        ):
            vertices = shape(model, identity, weights)
            yield Row(_turned_tiles(model, vertices, size), f"{name}, {label}")


def expression_tiles(model: MorphableModel, size: int) -> Iterator[Tile]:
    """The neutral mean face, then each expression at weight 1, in a three-quarter view.

    What the left side does ("_L") is seen from the left, all else from the right. "mouthClose",
    which undoes what the jaw opens, is shown with it.
    """
    names = expression_names(model)
    weights = [np.zeros(len(names), np.float32), *np.eye(len(names), dtype=np.float32)]
    for name, row in zip(("neutral", *names), weights, strict=True):
        if name == "mouthClose" and "jawOpen" in names:
            row[names.index("jawOpen")], name = 1.0, "mouthClose, jawOpen"
        yaw = -THREE_QUARTER if name.endswith("_L") else THREE_QUARTER
        camera = view_camera(model.landmarks.on(model.mean), yaw, size, LANDMARK_MARGIN)
        vertices = shape(model, jnp.zeros(model.identity_size), jnp.asarray(row))
        yield Tile(levels(mesh_picture(model, vertices, camera, size)), name)


def expression_names(model: MorphableModel) -> tuple[str, ...]:
    """The model's names, or numbers where it has none."""
    return model.expression_names or tuple(
        f"expression {number}" for number in range(1, model.expression_size + 1)
    )


def describe_expression(model: MorphableModel, expression: Float[Array, "E"], shown: int) -> str:
    """The strongest parts of an expression by name and weight, or "neutral"."""
    weights = dict(zip(expression_names(model), expression.tolist(), strict=True))
    strongest = sorted(weights, key=lambda name: -abs(weights[name]))[:shown]
    parts = [f"{name} {weights[name]:.1f}" for name in strongest if abs(weights[name]) >= 0.05]
    return ", ".join(parts) or "neutral"


def _turned_tiles(model: MorphableModel, vertices: Float[Array, "N 3"], size: int) -> list[Tile]:
    cameras = [turntable_camera(model.mean, math.radians(yaw), size, HEAD_MARGIN) for yaw in YAWS]
    return [Tile(levels(mesh_picture(model, vertices, camera, size))) for camera in cameras]


def _random_face(
    model: MorphableModel, seed: int, number: int
) -> tuple[Float[Array, "I"], Float[Array, "E"]]:
    """Coefficients of a face that moves, clearly where the model's expressions have names."""
    moving = SceneConfig(expression=ExpressionRanges(neutral_share=0.0, clear_share=1.0))
    return random_coefficients(stream_key(seed, "turntable", number), model, moving)
