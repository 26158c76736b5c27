"""Coefficients found again, and what regularisation and ranges do to them."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.morphable import MorphableModel, shape
from e2far_jax.morphable.fitting import fit_landmarks, fit_mesh


@pytest.fixture
def coefficients(small_model: MorphableModel) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    identity = rng.normal(size=small_model.identity_size).astype(np.float32)
    return identity, rng.uniform(0.2, 0.8, size=small_model.expression_size).astype(np.float32)


def test_the_coefficients_of_a_mesh_are_found_again(small_model, coefficients):
    vertices = shape(small_model, *map(jnp.asarray, coefficients))
    for found, true in zip(fit_mesh(small_model, vertices, 0.0), coefficients, strict=True):
        np.testing.assert_allclose(found, true, atol=1e-4)


def test_a_mesh_is_fitted_as_the_normal_equations_say(small_model, coefficients):
    """(U^T U + n c I) a = U^T d over n vertices, without ranges."""
    model = dataclasses.replace(small_model, expression_prior="normal")
    rng = np.random.default_rng(4)
    vertices = np.asarray(shape(model, *map(jnp.asarray, coefficients)))
    vertices = vertices + rng.normal(size=vertices.shape)
    region, cost = np.asarray(model.regions["face"]), 0.3
    basis = np.concatenate([model.identity_basis, model.expression_basis], axis=-1)[region]
    basis = basis.reshape(-1, 15).astype(np.float64)
    difference = (vertices - np.asarray(model.mean))[region].reshape(-1)
    normal = basis.T @ basis + cost * region.sum() * np.eye(15)
    expected = np.linalg.solve(normal, basis.T @ difference)
    found = np.concatenate(fit_mesh(model, vertices, cost, model.regions["face"]))
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_blendshapes_stay_in_their_range(small_model):
    expression = jnp.array([1.7, -0.4, 0.5])
    vertices = shape(small_model, jnp.zeros(small_model.identity_size), expression)
    _, found = fit_mesh(small_model, vertices, 0.0)
    np.testing.assert_allclose(found[:2], [1.0, 0.0], atol=1e-6)
    free = dataclasses.replace(small_model, expression_prior="normal")
    np.testing.assert_allclose(fit_mesh(free, vertices, 0.0)[1], expression, atol=1e-4)


def test_landmarks_are_fitted_wherever_they_are(small_model, coefficients):
    points = np.asarray(
        small_model.landmarks.on(shape(small_model, *map(jnp.asarray, coefficients)))
    )
    turned = Rotation.from_euler("xyz", [0.3, -0.8, 0.2]).apply(points) * 0.001 + [5.0, -2.0, 1.0]
    identity, expression = fit_landmarks(small_model, turned, 1e-6)
    face = shape(small_model, jnp.asarray(identity), jnp.asarray(expression))
    found = np.asarray(small_model.landmarks.on(face))
    plain = np.asarray(small_model.landmarks.on(small_model.mean))
    assert aligned_error(found, points) < 0.05 * aligned_error(plain, points)


def aligned_error(source: np.ndarray, target: np.ndarray) -> float:
    """After the best similarity, by scipy."""
    centred = source - source.mean(axis=0), target - target.mean(axis=0)
    rotation, _ = Rotation.align_vectors(centred[1], centred[0])
    turned = rotation.apply(centred[0])
    turned *= (turned * centred[1]).sum() / (turned**2).sum()
    return float(np.sqrt(((turned - centred[1]) ** 2).sum(axis=1).mean()))


@pytest.mark.parametrize(
    ("vertices", "cost", "message"),
    [
        (np.zeros((143, 3)), 0.0, r"vertices have shape \(143, 3\), expected \(144, 3\)"),
        (np.full((144, 3), np.nan), 0.0, "432 of the numbers of vertices are not finite"),
        (np.zeros((144, 3)), -1.0, "regularisation is -1.0, expected 0 or more"),
        (np.zeros((144, 3)), float("nan"), "regularisation is nan"),
    ],
)
def test_mistakes_are_named(small_model, vertices, cost, message):
    with pytest.raises(ValueError, match=message):
        fit_mesh(small_model, vertices, cost)
    with pytest.raises(ValueError, match="points have shape"):
        fit_landmarks(small_model, np.zeros((67, 3)))
