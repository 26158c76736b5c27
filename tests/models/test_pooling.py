from __future__ import annotations

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.models.pooling import max_pool


@pytest.mark.parametrize("height", [2, 5, 8])
@pytest.mark.parametrize("width", [3, 6])
def test_pooling_and_its_gradient_are_those_of_flax(height: int, width: int) -> None:
    features = jax.random.normal(jax.random.key(0), (2, height, width, 3))

    def flax_pool(features):
        return nn.max_pool(features, (2, 2), strides=(2, 2))

    np.testing.assert_array_equal(max_pool(features), flax_pool(features))
    ours, plain = (
        jax.grad(lambda features, pool=pool: jnp.sum(jnp.sin(pool(features))))(features)
        for pool in (max_pool, flax_pool)
    )
    np.testing.assert_allclose(ours, plain, atol=1e-6)


def test_equal_maxima_share_the_gradient() -> None:
    gradient = jax.grad(lambda features: jnp.sum(max_pool(features)))(jnp.ones((1, 2, 2, 1)))
    np.testing.assert_allclose(gradient.sum(), 1.0)
