"""Models of fewer vertices."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.spatial import cKDTree

from e2far_jax.morphable import MorphableModel, open_morphable_model, shape
from e2far_jax.morphable.decimation import decimate

BUDGET = 3_000


@pytest.fixture(scope="module")
def face() -> MorphableModel:
    return open_morphable_model("default")


@pytest.fixture(scope="module")
def small(face: MorphableModel) -> MorphableModel:
    return decimate(face, BUDGET)


def opened(model: MorphableModel) -> np.ndarray:
    """A person with an open mouth."""
    identity = jnp.zeros(model.identity_size).at[:5].set(jnp.array([1.0, -1.0, 0.5, 2.0, -0.5]))
    expression = jnp.zeros(model.expression_size).at[model.expression_names.index("jawOpen")].set(1)
    return np.asarray(shape(model, identity, expression))


def test_the_budget_is_kept_and_nearly_used(small: MorphableModel):
    assert 0.9 * BUDGET < len(small.mean) <= BUDGET
    used = np.unique(np.asarray(small.triangles))
    np.testing.assert_array_equal(used, np.arange(len(small.mean)))


def test_vertices_are_old_ones_with_all_that_they_had(face: MorphableModel, small: MorphableModel):
    distance, old = cKDTree(np.asarray(face.mean)).query(np.asarray(small.mean))
    assert distance.max() == 0.0
    twins = np.unique(np.asarray(face.mean), axis=0, return_counts=True)[1] > 1
    assert twins.mean() < 0.05  # so that a place tells the vertex, but for these
    same = (np.asarray(small.identity_basis) == np.asarray(face.identity_basis)[old]).all((1, 2))
    assert same.mean() > 0.95
    skin = np.asarray(small.regions["skin"]) == np.asarray(face.regions["skin"])[old]
    assert skin.mean() > 0.95


def test_the_surface_stays(face: MorphableModel, small: MorphableModel):
    """Also where expressions move it: old vertices near the new triangles' corners and middles."""
    corners = opened(small)[np.asarray(small.triangles)]
    shares = np.random.default_rng(0).dirichlet(np.ones(3), size=(len(corners), 30))
    surface = np.einsum("fsk,fkc->fsc", shares, corners).reshape(-1, 3)
    front = opened(face)[np.asarray(face.regions["face"])]
    distance, _ = cKDTree(surface).query(front)
    assert np.median(distance) < 0.5
    assert np.percentile(distance, 99) < 2.0


def test_landmarks_stay_on_their_own_lip(face: MorphableModel, small: MorphableModel):
    before, after = (np.asarray(model.landmarks.on(opened(model))) for model in (face, small))
    assert np.linalg.norm(before - after, axis=1).max() < 1.5
    np.testing.assert_allclose(np.asarray(small.landmarks.weights).sum(axis=1), 1.0, atol=1e-5)


@pytest.mark.parametrize("budget", [0, 99, 11_873, 10**9])
def test_an_impossible_budget_is_refused(face: MorphableModel, budget: int):
    with pytest.raises(ValueError, match=rf"budget is {budget}; 'default' can have 100 to 11872"):
        decimate(face, budget)
