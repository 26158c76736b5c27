"""The multi-task loss, per example, and the Gram matrices that make it cheap.

    E = w_I |U_I (a_I - a_I*)|^2 + w_E |U_E (a_E - a_E*)|^2,    w_I = 1, w_E = 5

With d = a - a*, |U d|^2 = d^T (U^T U) d: once the Gram matrices are there, the cost does not depend
on the number of vertices. Ours: squared norms are means over the vertices, in mm^2; the camera's
term and terms on the coefficients themselves stand beside the two.
"""

from __future__ import annotations

import dataclasses
import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.geometry.cameras import Camera
from e2far_jax.models.e2far import Prediction
from e2far_jax.morphable.model import MorphableModel, gram_matrix
from e2far_jax.pytrees import pytree_dataclass


@dataclasses.dataclass(frozen=True)
class LossSettings:
    """Weights of the loss's terms.

    Attributes:
      identity: weight of the neutral shape's error.
      expression: weight of the expression's error.
      camera: weight of the camera's error (ours).
      identity_coefficients: weight of the mean squared difference of identity coefficients (ours);
        unlike the vertex error it does not neglect the small modes.
      expression_coefficients: the same for expression coefficients (ours): a unit of jawOpen
        counts a hundred times a blink in the vertex error.
      single_task: one error of the whole expressive shape, weighted by `identity`, instead of the
        two tasks; for the paper's comparison.
      robust_scale: a picture's loss E becomes s log(1 + E / s), Cauchy's robust loss, with this s
        in mm^2 (ours): pictures that are read badly would have the most say under a sum of squares
        and teach the least. 0: it stays E.

    Raises:
      ValueError: where `robust_scale` is negative or not finite.
    """

    identity: float = 1.0
    expression: float = 5.0
    camera: float = 1.0
    identity_coefficients: float = 0.0
    expression_coefficients: float = 0.0
    single_task: bool = False
    robust_scale: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.robust_scale < math.inf:
            raise ValueError(
                f"loss.robust_scale is {self.robust_scale}; expected mm^2, or 0 for squares"
            )


@pytree_dataclass
class FaceGram:
    """What the loss needs to know of a morphable model, however many vertices that has.

    Attributes:
      identity: U_I^T U_I / N over the region, mm^2.
      expression: U_E^T U_E / N, mm^2.
      cross: U_I^T U_E / N, mm^2.
      moment: mean of [v; 1][v; 1]^T over the mean face's vertices, mm^2, mm and 1.
    """

    identity: Float[Array, "I I"]
    expression: Float[Array, "E E"]
    cross: Float[Array, "I E"]
    moment: Float[Array, "4 4"]


@pytree_dataclass
class LossTerms:
    """Unweighted terms of the loss, one number an example.

    Attributes:
      identity: mean squared vertex distance of the neutral shapes, mm^2.
      expression: the same of the expression displacements, mm^2.
      shape: the same of the expressive shapes, both parts together, mm^2.
      camera: mean squared distance of the mean face's vertices projected by either camera, divided
        by the true scale, mm^2; zero without a camera head.
      identity_coefficients: mean squared difference.
      expression_coefficients: mean squared difference.
    """

    identity: Float[Array, "*B"]
    expression: Float[Array, "*B"]
    shape: Float[Array, "*B"]
    camera: Float[Array, "*B"]
    identity_coefficients: Float[Array, "*B"]
    expression_coefficients: Float[Array, "*B"]


def face_gram(model: MorphableModel, region: str = "face") -> FaceGram:
    """The Gram matrices of a model over a region."""
    mask = model.regions[region]
    both = jnp.concatenate([model.identity_basis, model.expression_basis], axis=-1)
    gram = gram_matrix(both, mask)
    split = model.identity_size
    homogeneous = jnp.concatenate([model.mean, jnp.ones_like(model.mean[:, :1])], axis=-1)
    return FaceGram(
        identity=gram[:split, :split],
        expression=gram[split:, split:],
        cross=gram[:split, split:],
        moment=gram_matrix(homogeneous[:, None, :], mask),
    )


def loss_terms(predicted: Prediction, true: Prediction, gram: FaceGram) -> LossTerms:
    """Compare predictions with the truth, example by example.

    Args:
      predicted: the network's output; its camera may be None.
      true: the truth in the same form, with a camera.
      gram: of the morphable model that both speak of.
    Returns:
      The terms, unreduced and unweighted.
    """
    identity = predicted.identity - true.identity
    expression = predicted.expression - true.expression
    identity_error = _quadratic(identity, gram.identity, identity)
    expression_error = _quadratic(expression, gram.expression, expression)
    camera_error = jnp.zeros_like(identity_error)
    if predicted.camera is not None and true.camera is not None:
        camera_error = _projection_error(predicted.camera, true.camera, gram.moment)
    return LossTerms(
        identity=identity_error,
        expression=expression_error,
        shape=identity_error
        + expression_error
        + 2.0 * _quadratic(identity, gram.cross, expression),
        camera=camera_error,
        identity_coefficients=jnp.mean(identity**2, axis=-1),
        expression_coefficients=jnp.mean(expression**2, axis=-1),
    )


def multi_task_loss(terms: LossTerms, settings: LossSettings) -> Float[Array, "*B"]:
    """The weighted sum of the terms, robust where the settings say so.

    Args:
      terms: unweighted.
      settings: the terms' weights, and the scale of the robust loss.
    Returns:
      One number an example, mm^2.
    """
    total = _weighted_sum(terms, settings)
    if not settings.robust_scale:
        return total
    return settings.robust_scale * jnp.log1p(total / settings.robust_scale)


def example_weights(terms: LossTerms, settings: LossSettings) -> Float[Array, "*B"]:
    """What each example counts in least squares that are to lessen the loss: 1 / (1 + E / s).

    It is the loss's slope over the weighted sum of terms, as in iteratively reweighted least
    squares (Holland and Welsch, 1977); 1 where the loss is not robust.

    Args:
      terms: of the readings so far, unweighted.
      settings: the terms' weights, and the scale s in mm^2.
    Returns:
      More than 0, at most 1.
    """
    total = _weighted_sum(terms, settings)
    if not settings.robust_scale:
        return jnp.ones_like(total)
    return 1.0 / (1.0 + total / settings.robust_scale)


def _weighted_sum(terms: LossTerms, settings: LossSettings) -> Float[Array, "*B"]:
    if settings.single_task:
        shape_loss = settings.identity * terms.shape
    else:
        shape_loss = settings.identity * terms.identity + settings.expression * terms.expression
    return (
        shape_loss
        + settings.camera * terms.camera
        + settings.identity_coefficients * terms.identity_coefficients
        + settings.expression_coefficients * terms.expression_coefficients
    )


def _quadratic(
    left: Float[Array, "*B K"], matrix: Float[Array, "K M"], right: Float[Array, "*B M"]
) -> Float[Array, "*B"]:
    return jnp.sum((left @ matrix) * right, axis=-1)


def _projection_error(
    predicted: Camera, true: Camera, moment: Float[Array, "4 4"]
) -> Float[Array, "*B"]:
    """Mean squared distance between two projections of the mean face, in mm^2 on the face.

    The mean face stands for the true one, so the camera's term cannot pull on the shape.
    """
    difference = _projection_matrix(predicted) - _projection_matrix(true)
    return jnp.sum((difference @ moment) * difference, axis=(-2, -1)) / true.scale**2


def _projection_matrix(camera: Camera) -> Float[Array, "*B 2 4"]:
    flip = jnp.array([[1.0], [-1.0]])
    linear = camera.scale[..., None, None] * flip * camera.rotation[..., :2, :]
    return jnp.concatenate([linear, camera.translation[..., None]], axis=-1)
