"""Wider networks that begin as narrow ones."""

from __future__ import annotations

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.models import E2FAR, NetworkSettings
from e2far_jax.training.growth import grown
from tests.exporting.networks import random_variables
from tests.random_faces import TINY_NETWORK

WIDE = dataclasses.replace(TINY_NETWORK, compact_widths=(7, 4, 9, 6))
LINEAR_HEADS = {"head_widths": (), "camera_head_widths": (5,)}
CASES = {
    "hidden heads": ({}, {}),
    "linear heads": (LINEAR_HEADS, {}),
    "no fusion": ({"image_size": 64, "fusion": False}, {}),
    "wider fusion": (LINEAR_HEADS | {"image_size": 64}, {"fusion_channels": 7}),
    "three taps": ({"fusion_taps": ("pool3", "pool4", "pool5")}, {"fusion_channels": 5}),
    "wider heads": ({"image_size": 64}, {"head_widths": (11,)}),
    "single task": ({"image_size": 64, "single_task": True}, {"fusion_channels": 6}),
}


def shapes(settings: NetworkSettings) -> Any:
    images = jnp.zeros((1, settings.image_size, settings.image_size, 3))
    return jax.eval_shape(E2FAR(settings).init, jax.random.key(0), images)


@pytest.mark.parametrize("case", CASES)
def test_a_wide_network_says_what_the_narrow_one_said(case: str) -> None:
    both, wider = CASES[case]
    narrow = dataclasses.replace(TINY_NETWORK, **both)
    wide = dataclasses.replace(WIDE, **both | wider)
    variables = random_variables(narrow)
    bigger = grown(variables, shapes(wide), jax.random.key(0))
    assert jax.tree.map(jnp.shape, bigger) == jax.tree.map(jnp.shape, shapes(wide))
    images = jax.random.uniform(jax.random.key(1), (2, narrow.image_size, narrow.image_size, 3))
    expected = E2FAR(narrow).apply(variables, images)
    found = E2FAR(wide).apply(bigger, images)
    for one, other in zip(jax.tree.leaves(expected), jax.tree.leaves(found), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_new_channels_compute_something_else_of_the_same_size_and_get_gradients() -> None:
    variables = random_variables(TINY_NETWORK)
    bigger = grown(variables, shapes(WIDE), jax.random.key(0))
    kernel = bigger["params"]["backbone"]["conv2_1"]["kernel"]
    old, new = kernel[..., :4], kernel[..., 4:]
    np.testing.assert_array_equal(old, variables["params"]["backbone"]["conv2_1"]["kernel"])
    assert 0.6 < np.std(new) / np.std(old) < 1.4
    likeness = np.corrcoef(new.reshape(-1, 3).T, old[..., :3].reshape(-1, 3).T)[:3, 3:]
    assert 0.4 < np.mean(np.diag(likeness)) < 0.95

    def loss(variables: Any) -> jax.Array:
        images = jax.random.uniform(jax.random.key(1), (4, 32, 32, 3))
        return jnp.sum((E2FAR(WIDE).apply(variables, images).identity - 1.0) ** 2)

    gradient = jax.grad(loss)(bigger)["params"]["backbone"]["conv2_2"]["kernel"]
    assert np.abs(gradient[:, :, 4:]).max() > 0.0  # by what nothing reads yet


def test_layer_normalisation_changes_little() -> None:
    narrow = dataclasses.replace(
        TINY_NETWORK, compact_norms=True, compact_widths=(32, 32, 32, 32), **LINEAR_HEADS
    )
    wide = dataclasses.replace(narrow, compact_widths=(48, 48, 48, 48))
    variables = random_variables(narrow)
    images = jax.random.uniform(jax.random.key(1), (16, 32, 32, 3))
    expected = E2FAR(narrow).apply(variables, images).identity
    bigger = grown(variables, shapes(wide), jax.random.key(0))
    found = E2FAR(wide).apply(bigger, images).identity
    assert np.corrcoef(expected.ravel(), found.ravel())[0, 1] > 0.8


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"compact_widths": (3, 4, 4, 4)}, r"conv2_1/bias has the shape .*; .* no wider form"),
        ({"compact_depths": (1, 2, 1, 1)}, r"conv3_3/bias is in one of the networks only"),
        ({"fusion_patches": True}, r"fusion/conv6/kernel has the shape \(5, 5, 4, 4\); \(2, 2"),
        ({"identity_size": 9}, r"identity_head/read_out/bias has the shape \(5,\); \(9,\) is no"),
        ({"image_size": 64}, r"head/.*/kernel has the shape .*; .* is no wider form"),
    ],
)
def test_other_networks_are_refused(changes: dict[str, Any], message: str) -> None:
    other = shapes(dataclasses.replace(TINY_NETWORK, **changes))
    with pytest.raises(ValueError, match=message):
        grown(random_variables(TINY_NETWORK), other, jax.random.key(0))
