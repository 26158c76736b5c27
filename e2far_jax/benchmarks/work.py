"""How much a network has to compute, as XLA counts it."""

from __future__ import annotations

import jax
import jax.numpy as jnp

from e2far_jax.models import E2FAR, NetworkSettings


def inference_work(network: NetworkSettings) -> float:
    """GFLOP to predict one picture."""
    module, size = E2FAR(network), network.image_size
    images = jax.ShapeDtypeStruct((1, size, size, 3), jnp.float32)
    variables = jax.eval_shape(module.init, jax.random.key(0), images)
    return jax.jit(module.apply).lower(variables, images).cost_analysis()["flops"] / 1e9


def training_work(network: NetworkSettings) -> float:
    """GFLOP to learn from one picture: going back costs twice as much as going forward."""
    return 3 * inference_work(network)
