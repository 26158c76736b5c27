"""Faces that tests make up."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from e2far_jax.models import NetworkSettings
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.surface_points import points_at_vertices

# The smallest network with all its parts, for the coefficients of `random_model`.
TINY_NETWORK = NetworkSettings(
    image_size=32,
    identity_size=5,
    expression_size=4,
    backbone="compact",
    compact_widths=(4, 4, 4, 4),
    compact_depths=(1, 1, 1, 1),
    fusion_channels=4,
    head_widths=(8,),
    camera_head_widths=(),
    pixel_scale=64.0,
)


def random_model(vertices: int = 90, identity: int = 5, expression: int = 4) -> MorphableModel:
    """A cloud of vertices with random bases; no face, but every formula holds for it."""
    keys = jax.random.split(jax.random.key(vertices), 4)
    triangles = jax.random.randint(keys[3], (2 * vertices, 3), 0, vertices)
    return MorphableModel(
        mean=60.0 * jax.random.normal(keys[0], (vertices, 3)),
        identity_basis=jax.random.normal(keys[1], (vertices, 3, identity)),
        expression_basis=jax.random.normal(keys[2], (vertices, 3, expression)),
        triangles=triangles,
        landmarks=points_at_vertices(range(68)),
        regions={"face": jnp.arange(vertices) % 3 > 0},
        name="random",
    )
