from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np

from e2far_jax.benchmarks.loss import dense_loss, gram_loss
from e2far_jax.losses import FaceGram
from e2far_jax.morphable.model import gram_matrix


def test_both_contestants_compute_the_same() -> None:
    keys = jax.random.split(jax.random.key(0), 4)
    sizes = (7, 4)
    bases = tuple(
        jax.random.normal(key, (50, 3, size)) for key, size in zip(keys[:2], sizes, strict=True)
    )
    difference = tuple(
        jax.random.normal(key, (5, size)) for key, size in zip(keys[2:], sizes, strict=True)
    )
    gram = FaceGram(*map(gram_matrix, bases), jnp.zeros((7, 4)), jnp.eye(4))
    ours, gradient = jax.value_and_grad(gram_loss)(difference, gram)
    dense, dense_gradient = jax.value_and_grad(dense_loss)(difference, bases)
    np.testing.assert_allclose(ours, dense, rtol=1e-5)
    for a, b in zip(gradient, dense_gradient, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-4)
