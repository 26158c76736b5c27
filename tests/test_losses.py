from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.losses import (
    LossSettings,
    example_weights,
    face_gram,
    loss_terms,
    multi_task_loss,
)
from e2far_jax.models import Prediction
from e2far_jax.morphable.model import neutral_shape, shape
from tests.random_faces import random_model

BATCH = 3


def random_prediction(key: jax.Array, identity: int = 5, expression: int = 4) -> Prediction:
    keys = jax.random.split(key, 5)
    angles = 0.5 * jax.random.normal(keys[2], (3, BATCH))
    camera = Camera(
        rotation=rotation_from_euler(*angles),
        scale=jax.random.uniform(keys[3], (BATCH,), minval=0.5, maxval=2.0),
        translation=100.0 * jax.random.normal(keys[4], (BATCH, 2)),
    )
    return Prediction(
        jax.random.normal(keys[0], (BATCH, identity)),
        jax.random.uniform(keys[1], (BATCH, expression)),
        camera,
    )


@pytest.fixture
def pair() -> tuple[Prediction, Prediction]:
    return random_prediction(jax.random.key(0)), random_prediction(jax.random.key(1))


def mean_square_distance(a: np.ndarray, b: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """The dense oracle: over vertices, in float64."""
    difference = np.asarray(a, np.float64) - np.asarray(b, np.float64)
    return (difference[:, mask] ** 2).sum(-1).mean(-1)


def test_shape_terms_equal_the_dense_norms(pair: tuple[Prediction, Prediction]) -> None:
    model = random_model()
    mask = np.asarray(model.regions["face"])
    terms = loss_terms(*pair, face_gram(model))
    neutral = [neutral_shape(model, side.identity) for side in pair]
    expressive = [shape(model, side.identity, side.expression) for side in pair]
    displacement = [e - n for e, n in zip(expressive, neutral, strict=True)]
    for found, (a, b) in (
        (terms.identity, neutral),
        (terms.expression, displacement),
        (terms.shape, expressive),
    ):
        np.testing.assert_allclose(found, mean_square_distance(a, b, mask), rtol=1e-4)


def test_camera_term_is_the_projected_distance_on_the_mean_face(
    pair: tuple[Prediction, Prediction],
) -> None:
    model = random_model()
    mask = np.asarray(model.regions["face"])
    points = jnp.broadcast_to(model.mean, (BATCH, *model.mean.shape))
    projected = [project(side.camera, points)[..., :2] for side in pair]
    expected = mean_square_distance(*projected, mask) / np.asarray(pair[1].camera.scale) ** 2
    found = loss_terms(*pair, face_gram(model)).camera
    np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_camera_term_does_not_see_the_shape(pair: tuple[Prediction, Prediction]) -> None:
    gram = face_gram(random_model())
    predicted, true = pair

    def camera_error(identity: jax.Array) -> jax.Array:
        return loss_terms(
            dataclasses.replace(predicted, identity=identity), true, gram
        ).camera.sum()

    np.testing.assert_array_equal(jax.grad(camera_error)(predicted.identity), 0.0)


@pytest.mark.parametrize("single_task", [False, True])
def test_weights(pair: tuple[Prediction, Prediction], single_task: bool) -> None:
    terms = loss_terms(*pair, face_gram(random_model()))
    settings = LossSettings(2.0, 3.0, 0.5, 0.25, 0.125, single_task)
    shape_loss = 2.0 * terms.shape if single_task else 2.0 * terms.identity + 3.0 * terms.expression
    expected = (
        shape_loss
        + 0.5 * terms.camera
        + 0.25 * np.mean((pair[0].identity - pair[1].identity) ** 2, axis=1)
        + 0.125 * np.mean((pair[0].expression - pair[1].expression) ** 2, axis=1)
    )
    np.testing.assert_allclose(multi_task_loss(terms, settings), expected, rtol=1e-5)


def test_the_robust_loss_grows_as_a_logarithm(pair: tuple[Prediction, Prediction]) -> None:
    terms = loss_terms(*pair, face_gram(random_model()))
    squares = np.float64(multi_task_loss(terms, LossSettings()))
    robust = multi_task_loss(terms, LossSettings(robust_scale=3.0))
    np.testing.assert_allclose(robust, 3.0 * np.log(1.0 + squares / 3.0), rtol=1e-5)
    nearly_squares = multi_task_loss(terms, LossSettings(robust_scale=1e9))
    np.testing.assert_allclose(nearly_squares, squares, rtol=1e-3)


@pytest.mark.parametrize("scale", [0.0, 0.5, 20.0])
def test_examples_weigh_what_the_loss_rises_by(
    pair: tuple[Prediction, Prediction], scale: float
) -> None:
    terms = loss_terms(*pair, face_gram(random_model()))
    squares = np.float64(multi_task_loss(terms, LossSettings()))

    def loss(identity_error: jax.Array) -> jax.Array:  # whose weight is 1
        moved = dataclasses.replace(terms, identity=identity_error)
        return multi_task_loss(moved, LossSettings(robust_scale=scale)).sum()

    weights = example_weights(terms, LossSettings(robust_scale=scale))
    np.testing.assert_allclose(weights, jax.grad(loss)(terms.identity), rtol=1e-5)
    expected = np.ones(BATCH) if scale == 0.0 else scale / (scale + squares)
    np.testing.assert_allclose(weights, expected, rtol=1e-5)


@pytest.mark.parametrize("scale", [-1.0, np.nan, np.inf])
def test_a_scale_that_is_no_scale(scale: float) -> None:
    with pytest.raises(ValueError, match=rf"loss.robust_scale is {scale}; expected mm"):
        LossSettings(robust_scale=scale)


def test_default_weights_are_the_papers() -> None:
    settings = LossSettings()
    assert (settings.identity, settings.expression) == (1.0, 5.0)


def test_loss_is_zero_at_the_truth_and_camera_may_be_absent(
    pair: tuple[Prediction, Prediction],
) -> None:
    gram = face_gram(random_model())
    settings = LossSettings(identity_coefficients=1.0, expression_coefficients=1.0)
    np.testing.assert_allclose(multi_task_loss(loss_terms(pair[0], pair[0], gram), settings), 0.0)
    without = dataclasses.replace(pair[0], camera=None)
    np.testing.assert_array_equal(loss_terms(without, pair[1], gram).camera, 0.0)


def test_gradient_equals_finite_differences() -> None:
    gram = face_gram(random_model())
    predicted, true = random_prediction(jax.random.key(2)), random_prediction(jax.random.key(3))
    settings = LossSettings(identity_coefficients=0.3, expression_coefficients=0.7)

    def loss(prediction: Prediction) -> jax.Array:
        return multi_task_loss(loss_terms(prediction, true, gram), settings).sum()

    gradient = jax.grad(loss)(predicted)
    with jax.enable_x64(True):
        exact = jax.tree.map(lambda leaf: jnp.asarray(np.asarray(leaf, np.float64)), predicted)
        leaves, structure = jax.tree.flatten(exact)
        for number, leaf in enumerate(leaves):
            index = (0,) * leaf.ndim
            step = 1e-5

            def moved(by: float, number: int = number, index: tuple[int, ...] = index) -> float:
                changed = leaves.copy()
                changed[number] = changed[number].at[index].add(by)
                return float(loss(structure.unflatten(changed)))

            slope = (moved(step) - moved(-step)) / (2 * step)
            np.testing.assert_allclose(
                jax.tree.leaves(gradient)[number][index], slope, rtol=2e-3, atol=1e-2
            )


def test_cost_does_not_depend_on_the_number_of_vertices(
    pair: tuple[Prediction, Prediction],
) -> None:
    def operations(vertices: int) -> float:
        gram = face_gram(random_model(vertices))
        return jax.jit(loss_terms).lower(*pair, gram).compile().cost_analysis()["flops"]

    assert operations(100) == operations(20_000) > 0


def test_nan_stays_in_its_own_example(pair: tuple[Prediction, Prediction]) -> None:
    predicted = dataclasses.replace(pair[0], identity=pair[0].identity.at[1].set(jnp.nan))
    losses = multi_task_loss(
        loss_terms(predicted, pair[1], face_gram(random_model())), LossSettings()
    )
    np.testing.assert_array_equal(np.isnan(losses), [False, True, False])
