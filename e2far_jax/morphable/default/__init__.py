"""The embedded face: a Gaussian-process morphable model over a template that is built in code."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from e2far_jax.morphable.default.expressions import expression_fields
from e2far_jax.morphable.default.identity import identity_modes
from e2far_jax.morphable.default.regions import region_masks
from e2far_jax.morphable.default.template import build_template
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.surface_points import points_at_vertices


def default_model() -> MorphableModel:
    """Build the embedded morphable face: no download, no scan data.

    Returns:
      A model of a whole head with 199 whitened identity modes and named "unit" expressions.
    """
    template = build_template()
    regions = region_masks(template)
    expressions = expression_fields(template)
    return MorphableModel(
        mean=jnp.asarray(template.points, jnp.float32),
        identity_basis=jnp.asarray(identity_modes(template, regions["face"]), jnp.float32),
        expression_basis=jnp.asarray(np.stack(list(expressions.values()), axis=-1), jnp.float32),
        triangles=jnp.asarray(template.triangles, jnp.int32),
        landmarks=points_at_vertices(template.landmarks),
        regions={name: jnp.asarray(mask) for name, mask in regions.items()},
        texture_coordinates=jnp.asarray(template.texture_coordinates, jnp.float32),
        texture_triangles=jnp.asarray(template.texture_triangles, jnp.int32),
        name="default",
        licence="Apache-2.0, part of e2far_jax",
        expression_names=tuple(expressions),
        expression_prior="unit",
    )
