"""Correlations and slopes against scipy's."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
from scipy import stats

from e2far_jax.evaluation.metrics.coefficients import coefficient_statistics
from tests.evaluation.metrics.shapes import RNG, float32


def test_coefficient_statistics_agree_with_scipy():
    true = RNG.normal(size=(200, 5)) * [1, 10, 0.01, 1, 1] + [0, 0, 5, 0, 1]
    slopes = [0.5, -2.0, 1.0, 0.0, 0.9]
    predicted = true * slopes + [0.1, 3, 0, 0, 0] + RNG.normal(size=(200, 5)) * 0.01
    measured = coefficient_statistics(float32(predicted), float32(true))
    for k in range(5):
        line = stats.linregress(true[:, k], predicted[:, k])
        np.testing.assert_allclose(measured.correlation[k], line.rvalue, atol=1e-3)
        np.testing.assert_allclose(measured.slope[k], line.slope, atol=1e-3)


def test_constant_coefficients_count_as_not_recovered():
    varying = RNG.normal(size=(1000, 1)).astype(np.float32)
    constant = np.full((1000, 1), 0.1, np.float32)
    predicted = jnp.asarray(np.hstack([varying, constant, constant, 0 * constant]))
    true = jnp.asarray(np.hstack([constant, varying, constant, 0 * constant]))
    measured = coefficient_statistics(predicted, true)
    np.testing.assert_array_equal(measured.correlation, np.zeros(4))
    np.testing.assert_array_equal(measured.slope, np.zeros(4))


def test_a_perfect_and_a_broken_prediction():
    true = jnp.asarray(RNG.normal(size=(50, 2)), jnp.float32)
    measured = coefficient_statistics(true.at[3, 1].set(jnp.nan), true)
    np.testing.assert_allclose([measured.correlation[0], measured.slope[0]], 1.0, atol=1e-5)
    assert jnp.isnan(measured.correlation[1])
    assert jnp.isnan(measured.slope[1])


def test_statistics_are_a_pytree():
    measured = coefficient_statistics(jnp.ones((4, 3)), jnp.ones((4, 3)))
    doubled = jax.tree.map(lambda leaf: 2 * leaf, measured)
    assert [field.name for field in dataclasses.fields(doubled)] == ["correlation", "slope"]
