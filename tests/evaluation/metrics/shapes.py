"""Random faces to measure, and a slow way to align them."""

import jax.numpy as jnp
import numpy as np
from scipy.spatial.transform import Rotation

RNG = np.random.default_rng(0)
REGION = RNG.random(300) < 0.6


def float32(array):
    return jnp.asarray(array, jnp.float32)


def faces(count=4):
    true = RNG.normal(size=(count, 300, 3)) * [60, 80, 40] + [3, -200, 50]
    return true + 4.0 * RNG.normal(size=true.shape), true


def slow_distances(predicted, true, region, *, with_scale=True, weights=None):
    """Kabsch by scipy on the region's own points, in float64; distances of all vertices."""
    weights = np.ones(len(true)) if weights is None else weights
    parts = weights[region]
    p_centre = np.average(predicted[region], axis=0, weights=parts)
    q_centre = np.average(true[region], axis=0, weights=parts)
    a, b = predicted - p_centre, true - q_centre
    turned = Rotation.align_vectors(b[region], a[region], weights=parts)[0].apply(a)
    size = np.sum(parts[:, None] * a[region] ** 2)
    scale = np.sum(parts[:, None] * b[region] * turned[region]) / size if with_scale else 1.0
    return np.linalg.norm(scale * turned - b, axis=-1)
