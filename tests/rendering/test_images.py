"""Whole-picture steps against plain formulas."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from scipy.ndimage import convolve1d

from e2far_jax.rendering.images import encode_gamma, expose, shrink, soften, uniform_noise


def test_gamma_is_the_power_law():
    linear = jnp.array([[-1.0, 0.0, 0.25, 0.5, 1.0, 7.0]])
    expected = np.clip([[-1.0, 0.0, 0.25, 0.5, 1.0, 7.0]], 0, 1) ** (1 / 2.2)
    np.testing.assert_allclose(encode_gamma(linear), expected, atol=2e-3)


def test_shrink_averages_blocks():
    image = jnp.arange(24.0).reshape(4, 6, 1)
    np.testing.assert_allclose(shrink(image, 2)[..., 0], [[3.5, 5.5, 7.5], [15.5, 17.5, 19.5]])


def test_soften_is_a_binomial_filter():
    image = np.asarray(jax.random.uniform(jax.random.key(0), (9, 7, 3)))
    expected = image
    for axis in (0, 1):
        expected = convolve1d(expected, [0.25, 0.5, 0.25], axis=axis, mode="nearest")
    np.testing.assert_allclose(soften(jnp.asarray(image), jnp.float32(1.0)), expected, atol=1e-6)
    np.testing.assert_array_equal(soften(jnp.asarray(image), jnp.float32(0.0)), image)


def test_noise_has_unit_variance_and_independent_colours():
    noise = np.asarray(uniform_noise(jax.random.key(0), 200, 200)).reshape(-1, 3)
    np.testing.assert_allclose(noise.mean(axis=0), 0.0, atol=0.03)
    np.testing.assert_allclose(np.cov(noise.T), np.eye(3), atol=0.03)


def test_exposure_is_straight_then_a_soft_shoulder():
    linear = jnp.linspace(0.0, 6.0, 400)[:, None]
    exposed = np.asarray(expose(linear, jnp.float32(2.0)))[:, 0]
    line = 2.0 * np.asarray(linear)[:, 0]
    np.testing.assert_allclose(exposed[line < 0.7], line[line < 0.7], atol=1e-6)
    slope = np.diff(exposed) / np.diff(line)
    assert (slope > -1e-6).all()
    assert (np.diff(slope) < 1e-4).all(), "no corner and no bump"
    assert 0.99 < exposed.max() <= 1.0
