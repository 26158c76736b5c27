from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.evaluation.metrics.coefficients import coefficient_statistics
from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.training.stretch import Stretch, WantedSlopes, needed_stretch, stretched
from tests.random_faces import TINY_NETWORK

LOOKING = dataclasses.replace(
    TINY_NETWORK, look_points=70, look_samples=4, look_channels=3, looks=2
)
HEADS = dataclasses.replace(TINY_NETWORK, head_widths=(5,))
BOTH = dataclasses.replace(TINY_NETWORK, single_task=True)


def read_with(correlations: list[float], slopes: list[float]) -> tuple[jax.Array, jax.Array]:
    """Predictions and truths with these correlations and slopes, exactly, and means of 3 and 1."""
    draws = np.random.default_rng(0).standard_normal((500, 2 * len(correlations)))
    draws, _ = np.linalg.qr(draws - draws.mean(axis=0))
    true, noise = np.split(draws * np.sqrt(500), 2, axis=1)
    r, slope = np.array(correlations), np.array(slopes)
    predicted = slope * true + slope * np.sqrt(1 / r**2 - 1) * noise
    return jnp.asarray(predicted + 3.0, jnp.float32), jnp.asarray(true + 1.0, jnp.float32)


def test_slopes_are_lifted_to_what_is_wanted_or_can_be_had() -> None:
    predicted, true = read_with([0.9, 0.9, 0.6, 0.4], [0.8, 0.5, 0.3, 0.1])
    stretch = needed_stretch(predicted, true, 0.65)
    again = stretch.mean + stretch.gain * (predicted - stretch.mean)
    found = coefficient_statistics(again, true)
    np.testing.assert_allclose(found.slope, [0.8, 0.65, 0.6, 0.1], atol=1e-4)
    np.testing.assert_allclose(found.correlation, [0.9, 0.9, 0.6, 0.4], atol=1e-4)
    np.testing.assert_allclose(again.mean(axis=0), 3.0, atol=1e-4)
    np.testing.assert_allclose(again.std(axis=0)[2], true.std(axis=0)[2], rtol=1e-4)


def test_slopes_are_those_of_what_is_left_after_clipping() -> None:
    predicted, true = read_with([0.9, 0.6], [0.5, 0.2])
    predicted, true = predicted - 3.0, true - 1.0  # half of what is said is below 0

    def clip(expression: jax.Array) -> jax.Array:
        return jnp.clip(expression, 0.0, None)

    stretch = needed_stretch(predicted, true, 0.4, clip=clip)
    again = clip(stretch.mean + stretch.gain * (predicted - stretch.mean))
    np.testing.assert_allclose(coefficient_statistics(again, true).slope, 0.4, atol=1e-4)


def test_some_slopes_are_lifted_whatever_the_spread() -> None:
    predicted, true = read_with([0.6, 0.6, 0.4], [0.3, 0.3, 0.1])
    names = ["jawOpen", "eyeBlink_L", "eyeBlink_R"]
    wanted = WantedSlopes(0.8, {"eyeBlink": 0.9}).of(names)
    stretch = needed_stretch(predicted, true, *wanted)
    again = stretch.mean + stretch.gain * (predicted - stretch.mean)
    found = coefficient_statistics(again, true)
    np.testing.assert_allclose(found.slope, [0.6, 0.9, 0.1], atol=1e-4)


def test_which_slopes_are_wanted() -> None:
    names = ["jawOpen", "eyeBlink_L", "eyeBlink_R", "eyeBlinking"]
    slopes, at_any_spread = WantedSlopes(0.7, {"eyeBlink": 0.9, "jawOpen": 0.2}).of(names)
    np.testing.assert_allclose(slopes, [0.2, 0.9, 0.9, 0.7])
    np.testing.assert_array_equal(at_any_spread, [True, True, True, False])


@pytest.mark.parametrize(
    ("named", "message"),
    [
        ({"eyeBlonk": 0.9}, "no expression 'eyeBlonk'; the choices are jawOpen, eyeBlink_L"),
        ({"jawOpen": 1.2}, "the slope of jawOpen is 1.2; expected 0 to 1"),
        ({"jawOpen": float("nan")}, "the slope of jawOpen is nan; expected 0 to 1"),
    ],
)
def test_slopes_that_are_none(named: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        WantedSlopes(0.7, named).of(["jawOpen", "eyeBlink_L"])


def test_nothing_wanted_or_nothing_said_leaves_all_as_it_is() -> None:
    predicted, true = read_with([0.9, 0.6], [0.5, 0.3])
    np.testing.assert_array_equal(needed_stretch(predicted, true, 0.0).gain, 1.0)
    still = jnp.zeros_like(predicted)
    np.testing.assert_array_equal(needed_stretch(still, true, 0.65).gain, 1.0)


@pytest.mark.parametrize("network", [TINY_NETWORK, HEADS, BOTH, LOOKING])
def test_a_stretched_network_says_what_was_said_stretched(network: NetworkSettings) -> None:
    images = jax.random.uniform(jax.random.key(0), (3, 32, 32, 3))
    variables = E2FAR(network).init(jax.random.key(1), images)
    keys = iter(jax.random.split(jax.random.key(2), 100))
    variables = jax.tree.map(
        lambda leaf: leaf + 0.1 * jax.random.normal(next(keys), leaf.shape), variables
    )
    size = network.expression_size
    stretch = Stretch(jnp.linspace(-1.0, 1.0, size), jnp.linspace(1.0, 2.0, size))

    before = E2FAR(network).apply(variables, images)
    after = E2FAR(network).apply(stretched(variables, network, stretch), images)
    expected = stretch.mean + stretch.gain * (before.expression - stretch.mean)
    assert np.abs(after.expression - before.expression).max() > 0.01
    np.testing.assert_allclose(after.expression, expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(after.identity, before.identity, rtol=1e-5)
    np.testing.assert_allclose(after.camera.rotation, before.camera.rotation, atol=1e-5)
