"""The RMSE on a device against scipy in float64, and what it must not depend on."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.metrics.batches import aligned_rmse
from tests.evaluation.metrics.shapes import REGION, RNG, faces, float32, slow_distances


@pytest.mark.parametrize("with_scale", [True, False])
def test_rmse_agrees_with_a_slow_one(with_scale):
    predicted, true = faces()
    expected = [
        np.sqrt(np.mean(slow_distances(p, t, REGION, with_scale=with_scale)[REGION] ** 2))
        for p, t in zip(predicted, true, strict=True)
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
