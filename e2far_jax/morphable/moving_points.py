"""A morphable model at a few points of its surface, where all of it would take time and memory."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from e2far_jax.morphable.model import MorphableModel, displacement
from e2far_jax.morphable.spread_points import spread_points
from e2far_jax.pytrees import pytree_dataclass


@pytree_dataclass
class MovingPoints:
    """Points that move as the face does.

    Attributes:
      mean: mm.
      identity: mm per unit of each identity coefficient.
      expression: mm per unit of each expression coefficient.
    """

    mean: Float[Array, "P 3"]
    identity: Float[Array, "P 3 I"]
    expression: Float[Array, "P 3 E"]

    def neutral(self, identity: Float[Array, "*B I"]) -> Float[Array, "*B P 3"]:
        """Where the points are on a face without expression, mm."""
        return self.mean + displacement(self.identity, identity)

    def on(
        self, identity: Float[Array, "*B I"], expression: Float[Array, "*B E"]
    ) -> Float[Array, "*B P 3"]:
        """Where the points are on a face, mm."""
        return self.neutral(identity) + displacement(self.expression, expression)


def moving_landmarks(model: MorphableModel) -> MovingPoints:
    """The 68 landmarks of a morphable model."""

    def of(basis: Float[Array, "N 3 K"]) -> Float[Array, "68 3 K"]:
        return jnp.moveaxis(model.landmarks.on(jnp.moveaxis(basis, -1, 0)), 0, -1)

    mean = model.landmarks.on(model.mean)
    return MovingPoints(mean, of(model.identity_basis), of(model.expression_basis))


def points_over_the_face(model: MorphableModel, count: int) -> MovingPoints | None:
    """A morphable model at vertices that are spread over the face, the landmarks' first.

    Args:
      model: a morphable model.
      count: how many vertices, at least 68; None is returned for 0.
    Raises:
      ValueError: for another number, or more than the face has.
    """
    if not count:
        return None
    vertices = spread_points(model, count)
    parts = model.mean, model.identity_basis, model.expression_basis
    return MovingPoints(*(jnp.asarray(np.asarray(part)[vertices]) for part in parts))
