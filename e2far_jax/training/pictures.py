"""Pictures for the one who watches: inputs above what the network makes of them."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, clip_expression, shape
from e2far_jax.rendering.preview import render_mesh


def comparison_picture(
    images: Float[Array, "B H W 3"], predicted: Prediction, model: MorphableModel
) -> Float[np.ndarray, "h w 3"]:
    """Crops in a row, and below each the predicted mesh laid over it.

    Without predicted cameras the picture shows the crops alone.

    Args:
      images: crops in [0, 1].
      predicted: for these crops.
      model: the morphable model.
    Returns:
      One picture in [0, 1], two crops high and B wide.
    """
    rows = [np.concatenate(list(np.asarray(images)), axis=1)]
    if predicted.camera is not None:
        vertices = shape(model, predicted.identity, clip_expression(model, predicted.expression))
        size = images.shape[1]
        meshes = [
            render_mesh(
                vertices[i],
                model.triangles,
                jax.tree.map(lambda array, i=i: array[i], predicted.camera),
                size,
                size,
            )
            for i in range(len(images))
        ]
        mesh = jnp.stack(meshes)
        alpha = mesh[..., 3:]
        laid_over = mesh[..., :3] * alpha + images * (1.0 - alpha)
        rows.append(np.concatenate(list(np.asarray(laid_over)), axis=1))
    return np.concatenate(rows, axis=0)
