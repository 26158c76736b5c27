"""Metrics against float64 loops with scipy, and what they must not depend on."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.metrics import (
    aligned_rmse,
    coefficient_statistics,
    normalised_mean_error,
    rotation_error,
)

RNG = np.random.default_rng(0)
REGION = RNG.random(300) < 0.6


def float32(array):
    return jnp.asarray(array, jnp.float32)


def faces(count=4):
    true = RNG.normal(size=(count, 300, 3)) * [60, 80, 40] + [3, -200, 50]
    return true + 4.0 * RNG.normal(size=true.shape), true


def slow_rmse(predicted, true, *, with_scale=True):
    """Kabsch by scipy on the region's own points, in float64."""
    a, b = predicted[REGION], true[REGION]
    a, b = a - a.mean(0), b - b.mean(0)
    turned = Rotation.align_vectors(b, a)[0].apply(a)
    scale = np.sum(b * turned) / np.sum(a**2) if with_scale else 1.0
    return np.sqrt(np.mean(np.sum((scale * turned - b) ** 2, -1)))


@pytest.mark.parametrize("with_scale", [True, False])
def test_rmse_agrees_with_a_slow_one(with_scale):
    predicted, true = faces()
    expected = [
        slow_rmse(p, t, with_scale=with_scale) for p, t in zip(predicted, true, strict=True)
    ]
    actual = aligned_rmse(
        float32(predicted), float32(true), jnp.asarray(REGION), with_scale=with_scale
    )
    np.testing.assert_allclose(actual, expected, atol=1e-3)


def test_rmse_ignores_pose_and_size_and_the_other_vertices():
    predicted, true = faces()
    before = aligned_rmse(float32(predicted), float32(true), jnp.asarray(REGION))
    turned = np.stack([Rotation.random(rng=b).apply(face) for b, face in enumerate(predicted)])
    moved = 0.7 * turned + [10.0, 20.0, -300.0]
    moved[:, ~REGION] = 1e4 * RNG.normal(size=(4, (~REGION).sum(), 3))
    after = aligned_rmse(float32(moved), float32(true), jnp.asarray(REGION))
    np.testing.assert_allclose(after, before, atol=1e-3)


def test_a_rigid_fit_does_not_forgive_the_size():
    _, true = faces(1)
    region = jnp.asarray(REGION)
    larger = float32(1.1 * true)
    assert aligned_rmse(larger, float32(true), region)[0] < 1e-3
    centred = true[0][REGION] - true[0][REGION].mean(0)
    expected = 0.1 * np.sqrt(np.mean(np.sum(centred**2, -1)))
    rigid = aligned_rmse(larger, float32(true), region, with_scale=False)
    np.testing.assert_allclose(rigid, [expected], rtol=1e-4)


def test_a_mirrored_face_is_wrong():
    _, true = faces(1)
    mirrored = float32(true * [-1, 1, 1])
    assert aligned_rmse(mirrored, float32(true), jnp.asarray(REGION))[0] > 10.0


def test_rmse_is_exact_on_many_vertices():
    true = RNG.normal(size=(1, 30_000, 3)) * [60, 80, 40]
    moved = Rotation.random(rng=1).apply(true[0])[None] + 100.0
    region = jnp.ones(30_000, bool)
    assert aligned_rmse(float32(moved), float32(true), region)[0] < 1e-3


def test_rmse_of_one_face_and_of_none():
    predicted, true = faces(2)
    region = jnp.asarray(REGION)
    both = aligned_rmse(float32(predicted), float32(true), region)
    one = aligned_rmse(float32(predicted[1:]), float32(true[1:]), region)
    np.testing.assert_allclose(one, both[1:], rtol=1e-5)
    assert aligned_rmse(jnp.zeros((0, 300, 3)), jnp.zeros((0, 300, 3)), region).shape == (0,)


def test_a_broken_prediction_shows():
    predicted, true = faces(2)
    predicted[0, np.flatnonzero(REGION)[0], 1] = np.nan
    errors = aligned_rmse(float32(predicted), float32(true), jnp.asarray(REGION))
    assert jnp.isnan(errors[0])
    assert jnp.isfinite(errors[1])


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


def test_rotation_error_in_degrees():
    true = Rotation.random(3, rng=2)
    predicted = Rotation.from_rotvec(np.deg2rad([[0, 0, 0], [0, 10, 0], [0, 90, 0]])) * true
    errors = rotation_error(float32(predicted.as_matrix()), float32(true.as_matrix()))
    np.testing.assert_allclose(errors, [0.0, 10.0, 90.0], atol=1e-3)


def test_landmark_error_agrees_with_a_loop():
    true = RNG.uniform(0, 200, (3, 68, 2))
    predicted = true + RNG.normal(size=true.shape)
    expected = []
    for p, t in zip(predicted, true, strict=True):
        size = np.sqrt(np.prod(t.max(0) - t.min(0)))
        expected.append(100 * sum(np.hypot(*(p[i] - t[i])) for i in range(68)) / 68 / size)
    actual = normalised_mean_error(float32(predicted), float32(true))
    np.testing.assert_allclose(actual, expected, rtol=1e-4)


def test_landmark_error_does_not_depend_on_the_resolution():
    true = RNG.uniform(0, 200, (2, 68, 2))
    predicted = true + 1.0
    small = normalised_mean_error(float32(predicted), float32(true))
    large = normalised_mean_error(float32(10 * predicted + 7), float32(10 * true + 7))
    np.testing.assert_allclose(small, large, rtol=1e-4)
