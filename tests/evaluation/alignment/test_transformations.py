"""Similarities against 4x4 matrices, scipy's rotations, and the project's float32 fit."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.alignment.transformations import (
    IDENTITY,
    Transformation,
    fit_transformation,
    rotation_from_vector,
    small_step,
)
from e2far_jax.geometry.alignment import fit_similarity
from tests.evaluation.alignment.shapes import motion


def matrix(transformation: Transformation) -> np.ndarray:
    result = np.eye(4)
    result[:3, :3] = transformation.scale * transformation.rotation
    result[:3, 3] = transformation.translation
    return result


def same(actual: Transformation, expected: Transformation, atol: float = 1e-10) -> None:
    np.testing.assert_allclose(matrix(actual), matrix(expected), atol=atol)


def test_composition_and_inverse_are_those_of_matrices():
    first, second = motion(0, scale=0.5), motion(1, scale=3.0)
    np.testing.assert_allclose(
        matrix(second.after(first)), matrix(second) @ matrix(first), atol=1e-12
    )
    np.testing.assert_allclose(matrix(first.inverse()), np.linalg.inv(matrix(first)), atol=1e-12)
    points = np.random.default_rng(2).normal(size=(5, 3))
    whole = np.concatenate([points, np.ones((5, 1))], axis=1) @ matrix(first).T
    np.testing.assert_allclose(first.apply(points), whole[:, :3], atol=1e-12)
    np.testing.assert_array_equal(IDENTITY.apply(points), points)


@pytest.mark.parametrize("scale", [0.001, 1.0, 40.0])
def test_an_exact_motion_is_found(scale: float):
    points, true = np.random.default_rng(3).normal(size=(7, 3)), motion(4, scale=scale)
    same(fit_transformation(points, true.apply(points), with_scale=True), true)


def test_noisy_points_as_by_scipy_and_in_single_precision():
    rng = np.random.default_rng(5)
    source = rng.normal(size=(30, 3))
    target = motion(6, scale=1.7).apply(source) + 0.2 * rng.normal(size=(30, 3))
    rigid = fit_transformation(source, target)
    expected, _ = Rotation.align_vectors(target - target.mean(0), source - source.mean(0))
    np.testing.assert_allclose(rigid.rotation, expected.as_matrix(), atol=1e-10)
    assert rigid.scale == 1.0
    for with_scale in (False, True):
        fit = fit_transformation(source, target, with_scale=with_scale)
        single = fit_similarity(jnp.array(source), jnp.array(target), with_scale=with_scale)
        np.testing.assert_allclose(fit.rotation, single.rotation, atol=1e-5)
        np.testing.assert_allclose(fit.scale, single.scale, rtol=1e-5)
        np.testing.assert_allclose(fit.translation, single.translation, atol=1e-4)


def test_a_mirrored_face_is_not_mirrored_back():
    points = np.random.default_rng(7).normal(size=(20, 3))
    fit = fit_transformation(points, points * [-1.0, 1.0, 1.0], with_scale=True)
    assert np.linalg.det(fit.rotation) == pytest.approx(1.0)
    assert np.abs(fit.apply(points) - points * [-1.0, 1.0, 1.0]).max() > 0.1


@pytest.mark.parametrize("count", [1, 5])
def test_points_that_coincide_are_only_moved(count: int):
    fit = fit_transformation(np.ones((count, 3)), np.full((count, 3), 4.0), with_scale=True)
    np.testing.assert_allclose(fit.apply(np.ones((1, 3))), 4.0)
    assert fit.scale == 1.0


def test_what_cannot_be_aligned():
    with pytest.raises(ValueError, match="no points"):
        fit_transformation(np.zeros((0, 3)), np.zeros((0, 3)))
    for bad in (np.nan, np.inf):
        with pytest.raises(ValueError, match="not finite"):
            fit_transformation(np.ones((3, 3)), np.full((3, 3), bad))


@pytest.mark.parametrize("angle", [0.0, 1e-12, 1e-5, 1.0, np.pi, 6.0])
def test_rotation_vectors_as_in_scipy(angle: float):
    vector = angle * np.array([2.0, -1.0, 2.0]) / 3.0
    expected = Rotation.from_rotvec(vector).as_matrix()
    np.testing.assert_allclose(rotation_from_vector(vector), expected, atol=1e-15)


@pytest.mark.parametrize("with_scale", [False, True])
def test_a_small_step_is_found_from_its_offsets(with_scale: bool):
    rng = np.random.default_rng(8)
    points = 60.0 * rng.normal(size=(200, 3)) + [0, 0, 500.0]
    normals = rng.normal(size=(200, 3))
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    vector, size = 1e-6 * rng.normal(size=3), 1.0 + 1e-6 * with_scale
    true = Transformation(size, Rotation.from_rotvec(vector).as_matrix(), 1e-5 * rng.normal(size=3))
    offsets = np.sum((true.apply(points) - points) * normals, axis=1)
    step = small_step(points, normals, offsets, with_scale=with_scale)
    np.testing.assert_allclose(step.apply(points), true.apply(points), atol=1e-8)


def test_damping_shortens_the_step():
    rng = np.random.default_rng(9)
    points, normals = rng.normal(size=(2, 50, 3))
    offsets = rng.normal(size=50)
    lengths = [
        np.linalg.norm(small_step(points, normals, offsets, damping=damping).apply(points) - points)
        for damping in (0.0, 1.0, 100.0, 1e6)
    ]
    assert lengths == sorted(lengths, reverse=True)
    assert lengths[-1] < 1e-4 * lengths[0]


def test_what_the_normals_do_not_say_stays():
    points = np.random.default_rng(10).normal(size=(40, 3)) * [50.0, 50.0, 0.0]
    up = np.tile([0.0, 0.0, 1.0], (40, 1))
    step = small_step(points, up, np.full(40, 3.0))
    np.testing.assert_allclose(step.apply(points), points + np.array([0, 0, 3.0]), atol=1e-9)
    nothing = small_step(points, np.zeros((40, 3)), np.full(40, 3.0))
    np.testing.assert_allclose(nothing.apply(points), points, atol=1e-12)
    alone = small_step(points[:1], up[:1], np.ones(1))
    np.testing.assert_allclose(alone.apply(points[:1]), points[:1] + up[:1], atol=1e-9)
