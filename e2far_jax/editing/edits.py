"""A face with something changed; pure functions from faces to faces."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import jax.numpy as jnp
import numpy as np

from e2far_jax.editing.names import EditError
from e2far_jax.faces.face import Face
from e2far_jax.morphable.model import clip_expression


def neutral(face: Face) -> Face:
    """The face without expression."""
    return dataclasses.replace(face, expression=np.zeros_like(face.expression))


def with_weights(face: Face, weights: Mapping[str, float]) -> Face:
    """The face with some expression coefficients set, the others as they are.

    Args:
      face: what to change.
      weights: by the model's names; blendshape weights are brought into 0..1.
    """
    changed = np.asarray([*(face.expression_weights | dict(weights)).values()], np.float32)
    clipped = clip_expression(face.model, jnp.asarray(changed))
    return dataclasses.replace(face, expression=np.asarray(clipped))


def with_expression_of(face: Face, other: Face) -> tuple[Face, list[str]]:
    """The face with another's expression, carried over by the names that both models have.

    Returns:
      The new face, whose expressions that the other model lacks are 0; and the names of the
      other's that are not zero and could not be carried over.
    Raises:
      EditError: where the models name no expression alike, or mean different things by a number.
    """
    ours, theirs = face.expression_weights, other.expression_weights
    shared = [name for name in theirs if name in ours]
    named = face.model.expression_names and other.model.expression_names
    if not shared or (not named and face.model.name != other.model.name):
        raise EditError(
            f"the models {face.model.name!r} and {other.model.name!r} have no expression in common"
        )
    if face.model.expression_prior != other.model.expression_prior:
        raise EditError("one model's expressions are weights in 0..1, the other's deviations")
    lost = [name for name, weight in theirs.items() if name not in ours and weight != 0.0]
    return with_weights(neutral(face), {name: theirs[name] for name in shared}), lost


def with_identity_of(face: Face, other: Face) -> Face:
    """The face with another person's neutral shape.

    Raises:
      EditError: for faces of two morphable models.
    """
    if face.model_settings != other.model_settings:
        raise EditError(
            f"the faces belong to two morphable models, {face.model.name!r} and "
            f"{other.model.name!r}, or to different modes of one"
        )
    return dataclasses.replace(face, identity=other.identity)
