"""Shapes against a slow loop, Gram matrices against dense products."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np

from e2far_jax.morphable import clip_expression, gram_matrix, neutral_shape, shape

RNG = np.random.default_rng(0)


def test_shape_agrees_with_a_loop(small_model):
    identity = RNG.normal(size=(2, 12)).astype(np.float32)
    expression = RNG.uniform(size=(2, 3)).astype(np.float32)
    expected = np.tile(np.asarray(small_model.mean, np.float64), (2, 1, 1))
    for b in range(2):
        for k in range(12):
            expected[b] += identity[b, k] * np.asarray(small_model.identity_basis[..., k])
    neutral = neutral_shape(small_model, jnp.asarray(identity))
    np.testing.assert_allclose(neutral, expected, atol=1e-4)
    for b in range(2):
        for k in range(3):
            expected[b] += expression[b, k] * np.asarray(small_model.expression_basis[..., k])
    full = shape(small_model, jnp.asarray(identity), jnp.asarray(expression))
    np.testing.assert_allclose(full, expected, atol=1e-4)


def test_batch_axes_are_free(small_model):
    identity, expression = jnp.zeros((2, 0, 12)), jnp.zeros((2, 0, 3))
    assert shape(small_model, identity, expression).shape == (2, 0, 144, 3)
    alone = shape(small_model, jnp.zeros(12), jnp.zeros(3))
    np.testing.assert_array_equal(alone, small_model.mean)


def test_the_model_passes_through_jit(small_model):
    compiled = jax.jit(neutral_shape)(small_model, jnp.ones(12))
    np.testing.assert_allclose(compiled, neutral_shape(small_model, jnp.ones(12)), atol=1e-5)


def test_gram_matrix_measures_vertex_distances(small_model):
    difference = RNG.normal(size=12)
    for region in (None, small_model.regions["face"]):
        mask = np.ones(144, bool) if region is None else np.asarray(region)
        moved = np.asarray(small_model.identity_basis, np.float64)[mask] @ difference
        expected = np.mean(np.sum(moved**2, -1))
        gram = np.asarray(gram_matrix(small_model.identity_basis, region), np.float64)
        np.testing.assert_allclose(difference @ gram @ difference, expected, rtol=1e-5)
        dense = np.einsum("nck,ncl->kl", *[np.asarray(small_model.identity_basis)[mask]] * 2)
        np.testing.assert_allclose(gram, dense / mask.sum(), atol=1e-4)


def test_only_blendshape_weights_are_clipped(small_model):
    coefficients = jnp.array([-1.0, 0.5, 2.0])
    np.testing.assert_array_equal(clip_expression(small_model, coefficients), [0, 0.5, 1])
    whitened = dataclasses.replace(small_model, expression_prior="normal")
    np.testing.assert_array_equal(clip_expression(whitened, coefficients), coefficients)


def test_sizes(small_model):
    assert (small_model.identity_size, small_model.expression_size) == (12, 3)
