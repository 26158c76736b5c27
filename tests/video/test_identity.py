from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from e2far_jax.video.identity import geometric_median, held_identity


@pytest.fixture
def random():
    return np.random.default_rng(5)


def _cost(point, points, weights):
    return float((weights * np.linalg.norm(points - point, axis=1)).sum())


def test_the_median_has_the_least_sum_of_distances(random):
    points, weights = random.normal(size=(30, 4)), random.uniform(0.1, 2.0, 30)
    exact = {"xatol": 1e-9, "fatol": 1e-12, "maxiter": 20000, "maxfev": 20000}
    best = minimize(_cost, points.mean(axis=0), (points, weights), "Nelder-Mead", options=exact)
    np.testing.assert_allclose(geometric_median(points, weights), best.x, atol=1e-5)


def test_of_one_dimension_it_is_the_median(random):
    points = random.normal(size=(31, 1))
    assert geometric_median(points, np.ones(31)) == pytest.approx(np.median(points), abs=1e-4)


def test_it_may_be_one_of_the_points():
    """Where a point's weight is more than the others can pull, it is the median itself."""
    points = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 4.0]])
    np.testing.assert_allclose(geometric_median(points, np.array([3.0, 1.0, 1.0])), 0.0, atol=1e-5)


def test_points_that_are_all_the_same_or_alone():
    same = np.full((4, 3), 7.0)
    np.testing.assert_array_equal(geometric_median(same, np.ones(4)), same[0])
    np.testing.assert_array_equal(geometric_median(same[:1], np.ones(1)), same[0])


def test_frames_that_are_wrong_do_not_carry_it_off(random):
    truth = random.normal(size=8)
    seen = truth + 0.1 * random.normal(size=(40, 8))
    seen[::3] = 30.0
    held = held_identity(seen, np.tile(np.eye(3), (40, 1, 1)), np.ones(40))
    assert np.linalg.norm(held - truth) < 0.3
    assert np.linalg.norm(seen.mean(axis=0) - truth) > 10.0


def test_frontal_and_sure_frames_weigh_more():
    two = np.array([[0.0], [0.0], [1.0], [1.0]])
    profile = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])
    rotations = np.stack([np.eye(3), np.eye(3), profile, profile])
    assert held_identity(two, rotations, np.ones(4)) == pytest.approx(0.0, abs=1e-3)
    facing = np.tile(np.eye(3), (4, 1, 1))
    scores = np.array([0.2, 0.2, 0.9, 0.9])
    assert held_identity(two, facing, scores) == pytest.approx(1.0, abs=1e-3)
