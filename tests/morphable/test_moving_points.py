"""A morphable model at a few points, against all of it."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable.model import MorphableModel, shape
from e2far_jax.morphable.moving_points import moving_landmarks, points_over_the_face
from e2far_jax.morphable.spread_points import spread_points
from tests.random_faces import random_model
from tests.reconstruction.conftest import dome


@pytest.fixture(scope="module")
def model() -> MorphableModel:
    return random_model(vertices=300)


def test_points_are_the_landmarks_and_then_spread(model: MorphableModel) -> None:
    vertices = spread_points(model, 100)
    np.testing.assert_array_equal(vertices[:68], np.arange(68))
    assert len(set(vertices.tolist())) == 100
    face = np.flatnonzero(np.asarray(model.regions["face"]))
    assert set(vertices[68:].tolist()) <= set(face.tolist())
    mean = np.asarray(model.mean)
    between = np.linalg.norm(mean[:, None] - mean[vertices[:68]][None], axis=-1).min(axis=1)
    assert vertices[68] == face[between[face].argmax()]  # the farthest from all landmarks


def test_impossible_numbers_of_points_are_refused(model: MorphableModel) -> None:
    free = int(np.asarray(model.regions["face"])[68:].sum())
    assert len(spread_points(model, 68 + free)) == 68 + free
    for count in (67, 69 + free):
        with pytest.raises(ValueError, match=f"{count} points on a face; expected 68 to"):
            points_over_the_face(model, count)
    assert points_over_the_face(model, 0) is None


def test_points_move_as_the_model_does(model: MorphableModel) -> None:
    identity = jax.random.normal(jax.random.key(0), (2, 5))
    expression = jax.random.normal(jax.random.key(1), (2, 4))
    points = points_over_the_face(model, 80)
    assert points is not None
    vertices = spread_points(model, 80)
    for found, expected in (
        (points.on(identity, expression), shape(model, identity, expression)),
        (points.neutral(identity), shape(model, identity, 0.0 * expression)),
    ):
        np.testing.assert_allclose(found, expected[:, vertices], rtol=1e-5, atol=1e-4)


def test_landmarks_move_as_the_models_own() -> None:
    model = dome()
    identity = jax.random.normal(jax.random.key(0), (5,))
    expression = jax.random.normal(jax.random.key(1), (4,))
    found = moving_landmarks(model).on(identity, expression)
    expected = model.landmarks.on(shape(model, identity, expression))
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert jnp.ptp(found - model.landmarks.on(model.mean)) > 0.1
