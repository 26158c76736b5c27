from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from e2far_jax.training.least_squares import NormalEquations, no_rows, solution, with_rows

RANDOM = np.random.default_rng(0)
INPUTS = np.float32(RANDOM.normal(size=(300, 7)) + 2.0)
OUTPUTS = np.float32(INPUTS @ RANDOM.normal(size=(7, 3)) + RANDOM.normal(size=(300, 3)) - 1.0)
WEIGHTS = np.float32(RANDOM.uniform(0.1, 2.0, 300))


def equations(*pieces: slice) -> NormalEquations:
    found = no_rows(7, 3)
    for piece in pieces:
        rows = (jnp.asarray(array[piece]) for array in (INPUTS, OUTPUTS, WEIGHTS))
        found = with_rows(found, *rows)
    return found


def test_the_solution_is_that_of_all_rows_at_once() -> None:
    kernel, bias = solution(equations(slice(0, 100), slice(100, 101), slice(101, 300)), 1e-9)
    root = np.sqrt(WEIGHTS)[:, None]
    rows = np.concatenate([INPUTS, np.ones((300, 1))], axis=1)
    expected = np.linalg.lstsq(root * rows, root * OUTPUTS)[0]
    np.testing.assert_allclose(kernel, expected[:-1], atol=1e-4)
    np.testing.assert_allclose(bias, expected[-1], atol=1e-3)


def test_a_penalty_is_as_rows_that_want_nothing() -> None:
    """A row of one input alone for each, its square the penalty; the bias is not among them."""
    ridge = 0.1
    kernel, bias = solution(equations(slice(0, 300)), ridge)
    root = np.sqrt(WEIGHTS)[:, None]
    squares = (WEIGHTS[:, None] * INPUTS**2).sum(axis=0).mean()
    still = np.concatenate([np.sqrt(ridge * squares) * np.eye(7), np.zeros((7, 1))], axis=1)
    rows = np.concatenate([root * INPUTS, root], axis=1)
    together = np.concatenate([rows, still]), np.concatenate([root * OUTPUTS, np.zeros((7, 3))])
    expected = np.linalg.lstsq(*together)[0]
    np.testing.assert_allclose(kernel, expected[:-1], atol=1e-4)
    np.testing.assert_allclose(bias, expected[-1], atol=1e-3)


def test_inputs_that_say_nothing_are_given_nothing() -> None:
    """A filter that never fires makes no equations without a solution."""
    rows = jnp.asarray(np.concatenate([INPUTS, np.zeros((300, 1))], axis=1), jnp.float32)
    found = with_rows(no_rows(8, 3), rows, jnp.asarray(OUTPUTS), jnp.asarray(WEIGHTS))
    kernel, _ = solution(found, 1e-3)
    np.testing.assert_array_equal(kernel[-1], 0.0)
    assert np.isfinite(kernel).all()
