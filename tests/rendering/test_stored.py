"""That what is computed once is the same."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.stored import joined, stored


@pytest.mark.parametrize("known", [0.0, -3.5, 1e30, jnp.inf])
def test_stored_values_are_the_same_to_the_last_bit(known):
    planes = jax.random.normal(jax.random.key(0), (5, 7)), jnp.array([[jnp.inf, -0.0, 1e-30]])
    number = jnp.float32(2.0)
    kept = jax.jit(stored)((*planes, number), jnp.float32(known))
    for one, other in zip(kept, (*planes, number), strict=True):
        np.testing.assert_array_equal(one, other)


def test_joined_channels_are_a_stack():
    channels = tuple(jax.random.normal(jax.random.key(0), (3, 4, 5)))
    np.testing.assert_array_equal(jax.jit(joined)(channels), jnp.stack(channels))
    single = jnp.float32(1.0), jnp.float32(2.0)
    np.testing.assert_array_equal(joined(single), jnp.array([1.0, 2.0]))
