"""Random expressions: normal coefficients, or blendshape weights in groups that go together."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.morphable.model import MorphableModel


def random_expression(
    key: Key[Array, ""], model: MorphableModel, scale: float = 1.0, neutral_share: float = 0.15
) -> Float[Array, "E"]:
    """Expression coefficients of a random face, neutral in a share of cases."""
    keys = jax.random.split(key, 3)
    size = model.expression_size
    if model.expression_prior == "normal":
        weights = scale * jax.random.normal(keys[0], (size,))
    else:
        active = jax.random.bernoulli(keys[0], 0.1, (size,))
        weights = scale * active * jax.random.uniform(keys[1], (size,))
    return jnp.where(jax.random.bernoulli(keys[2], neutral_share), 0.0, weights)
