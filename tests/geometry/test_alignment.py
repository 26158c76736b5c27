"""Alignment against scipy's Kabsch solution and a numerical optimiser."""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.spatial.transform import Rotation

from e2far_jax.geometry.alignment import Similarity, apply_similarity, fit_similarity

RNG = np.random.default_rng(0)


def float32(array):
    return jnp.asarray(array, jnp.float32)


def residual(source, target, *, with_scale=True):
    fit = fit_similarity(float32(source), float32(target), with_scale=with_scale)
    return float(jnp.sum((apply_similarity(fit, float32(source)) - float32(target)) ** 2))


def noisy_pair(noise=5.0):
    source = RNG.normal(size=(40, 3)) * [60, 80, 40]
    turned = Rotation.random(rng=RNG).apply(source)
    return source, 1.3 * turned + [5, -200, 30] + noise * RNG.normal(size=(40, 3))


def test_a_known_similarity_is_recovered():
    source = RNG.normal(size=(5, 40, 3)) * 80
    rotation = Rotation.random(5, rng=4).as_matrix()
    scale = RNG.uniform(0.1, 10.0, 5)
    translation = RNG.normal(size=(5, 3)) * 100
    target = scale[:, None, None] * (source @ rotation.transpose(0, 2, 1)) + translation[:, None]
    fit = fit_similarity(float32(source), float32(target))
    np.testing.assert_allclose(fit.scale, scale, rtol=1e-5)
    np.testing.assert_allclose(fit.rotation, rotation, atol=1e-5)
    np.testing.assert_allclose(fit.translation, translation, atol=5e-3)


def test_rotation_and_scale_agree_with_scipy():
    source, target = noisy_pair()
    a, b = source - source.mean(0), target - target.mean(0)
    rotation = Rotation.align_vectors(b, a)[0].as_matrix()
    scale = np.sum(b * (a @ rotation.T)) / np.sum(a**2)
    similarity = fit_similarity(float32(source), float32(target))
    rigid = fit_similarity(float32(source), float32(target), with_scale=False)
    np.testing.assert_allclose(similarity.rotation, rotation, atol=1e-5)
    np.testing.assert_allclose(similarity.scale, scale, rtol=1e-5)
    np.testing.assert_allclose(rigid.rotation, rotation, atol=1e-5)
    assert rigid.scale == 1.0


def test_an_optimiser_finds_nothing_better():
    source, target = noisy_pair()

    def cost(parameters):
        turned = Rotation.from_rotvec(parameters[:3]).apply(source)
        return np.sum((np.exp(parameters[3]) * turned + parameters[4:] - target) ** 2)

    fit = fit_similarity(float32(source), float32(target))
    start = np.concatenate(
        [
            Rotation.from_matrix(np.asarray(fit.rotation)).as_rotvec() + 0.2,
            [np.log(float(fit.scale)) + 0.2],
            np.asarray(fit.translation) + 5.0,
        ]
    )
    best = minimize(cost, start, method="BFGS").fun
    np.testing.assert_allclose(residual(source, target), best, rtol=1e-4)


def test_a_mirror_image_is_not_matched_by_a_reflection():
    source = RNG.normal(size=(30, 3)) * [60, 80, 40]
    target = source * [-1, 1, 1]
    fit = fit_similarity(float32(source), float32(target))
    np.testing.assert_allclose(jnp.linalg.det(fit.rotation), 1.0, atol=1e-5)
    a, b = source - source.mean(0), target - target.mean(0)
    expected = Rotation.align_vectors(b, a)[0].as_matrix()
    np.testing.assert_allclose(fit.rotation, expected, atol=1e-4)
    # The scale is the best one for that proper rotation, not for the reflection.
    np.testing.assert_allclose(fit.scale, np.sum(b * (a @ expected.T)) / np.sum(a**2), rtol=1e-4)


def test_coplanar_points_get_a_proper_rotation():
    flat = RNG.normal(size=(20, 3)) * [50, 50, 0]
    rotation = Rotation.random(rng=5).as_matrix()
    fit = fit_similarity(float32(flat), float32(flat @ rotation.T))
    np.testing.assert_allclose(fit.rotation, rotation, atol=1e-5)


@pytest.mark.parametrize("count", [1, 2])
def test_few_points_are_matched(count):
    source, target = RNG.normal(size=(2, count, 3)) * 50
    assert residual(source, target) < 1e-4
    fit = fit_similarity(float32(source), float32(target))
    np.testing.assert_allclose(jnp.linalg.det(fit.rotation), 1.0, atol=1e-5)


def test_coinciding_points_are_only_moved():
    fit = fit_similarity(jnp.ones((6, 3)), jnp.full((6, 3), 4.0))
    assert fit.scale == 1.0
    np.testing.assert_allclose(apply_similarity(fit, jnp.ones((6, 3))), 4.0, atol=1e-6)


def test_far_from_the_origin_accuracy_holds():
    source = RNG.normal(size=(200, 3)) * 60
    target = Rotation.random(rng=6).apply(source) + 1000.0
    assert np.sqrt(residual(source, target) / 200) < 1e-3


def test_similarity_is_applied_as_documented():
    rotation = Rotation.random(rng=7).as_matrix()
    points = RNG.normal(size=(10, 3))
    similarity = Similarity(jnp.asarray(2.0), float32(rotation), float32([1.0, 2.0, 3.0]))
    expected = [2.0 * rotation @ point + [1.0, 2.0, 3.0] for point in points]
    np.testing.assert_allclose(apply_similarity(similarity, float32(points)), expected, atol=1e-5)
