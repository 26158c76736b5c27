"""Pictures for the one who watches: inputs, what the network makes of them, how far that is off."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.gallery.error_views import error_scale, error_view
from e2far_jax.gallery.studio import lay_over, opaque_triangles, view_camera
from e2far_jax.geometry.alignment import apply_similarity, fit_similarity
from e2far_jax.geometry.cameras import transform_image
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, clip_expression, shape
from e2far_jax.rendering.preview import render_mesh

VIEW_SIZE = 128  # pixels
_MARGIN = 1.9  # the view's side, in longer sides of the landmarks' box


def comparison_picture(
    images: Float[Array, "B H W 3"], predicted: Prediction, true: Prediction, model: MorphableModel
) -> Float[np.ndarray, "h w 3"]:
    """Crops in a row, below each the predicted mesh laid over it, and that coloured by its error.

    The error is each vertex's distance to the true expressive shape after a similarity fit over the
    face, in the colours of `gallery.error_views`; their scale is below. Without
    predicted cameras no mesh is laid over the crops.

    Args:
      images: crops in [0, 1].
      predicted: for these crops.
      true: what they show.
      model: the morphable model.
    Returns:
      One picture in [0, 1], B views wide.
    """
    vertices = shape(model, predicted.identity, clip_expression(model, predicted.expression))
    expected = shape(model, true.identity, true.expression)
    squares = jax.image.resize(images, (len(images), VIEW_SIZE, VIEW_SIZE, 3), "linear")
    rows = [_row(np.clip(squares, 0.0, 1.0))]
    if predicted.camera is not None:
        rows.append(
            _row(_overlays(np.asarray(squares), vertices, predicted, model, images.shape[1]))
        )
    rows.append(_row(_error_views(vertices, expected, model)))
    rows.append(error_scale(rows[0].shape[1]))
    return np.concatenate(rows, axis=0).astype(np.float32)


def _overlays(
    squares: Float[np.ndarray, "B S S 3"],
    vertices: Float[Array, "B N 3"],
    predicted: Prediction,
    model: MorphableModel,
    side: int,
) -> list[Float[np.ndarray, "S S 3"]]:
    triangles, views = opaque_triangles(model), []
    for number, square in enumerate(squares):
        camera = jax.tree.map(lambda leaf, number=number: leaf[number], predicted.camera)
        larger = transform_image(camera, jnp.float32(VIEW_SIZE / side), jnp.zeros(2))
        mesh = render_mesh(vertices[number], triangles, larger, VIEW_SIZE, VIEW_SIZE)
        views.append(lay_over(square, np.asarray(mesh)))
    return views


def _error_views(
    vertices: Float[Array, "B N 3"], expected: Float[Array, "B N 3"], model: MorphableModel
) -> list[Float[np.ndarray, "S S 3"]]:
    triangles, face = opaque_triangles(model), np.asarray(model.regions["face"])
    camera = view_camera(model.landmarks.on(model.mean), 0.0, VIEW_SIZE, _MARGIN)
    views = []
    for found, wanted in zip(vertices, expected, strict=True):
        fitted = apply_similarity(fit_similarity(found[face], wanted[face]), found)
        errors = np.linalg.norm(np.asarray(fitted - wanted), axis=-1)
        views.append(error_view(fitted, triangles, errors, camera, VIEW_SIZE))
    return views


def _row(views: list[np.ndarray] | np.ndarray) -> Float[np.ndarray, "S w 3"]:
    return np.concatenate([np.asarray(view) for view in views], axis=1)
