"""Ranges: what is refused, and that a compiled program serves all of them."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.ranges import LEVELS, Range, Ranges, between, number, share, size
from e2far_jax.rendering.settings import FAMILIES, SceneConfig


@dataclasses.dataclass(frozen=True)
class Example(Ranges):
    side: int = size(4)
    often: float = share(0.5)
    warmth: Range = number((1, 3.0), smallest=-2.0, largest=10.0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"side": 0}, "Example.side is 0; expected 1 to inf"),
        ({"often": 1.5}, "Example.often is 1.5; expected 0 to 1"),
        ({"often": float("nan")}, "Example.often is nan"),
        ({"warmth": (3.0, 1.0)}, "expected -2 to 10, the smaller one first"),
        ({"warmth": (-3.0, 1.0)}, r"Example.warmth is \(-3.0, 1.0\)"),
    ],
)
def test_impossible_ranges_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Example(**change)


def test_one_program_serves_all_ranges_of_a_size():
    traces = []

    @jax.jit
    def draw(ranges):
        traces.append(ranges.side)
        return between(jnp.linspace(0.0, 1.0, ranges.side), ranges.warmth) * ranges.often

    np.testing.assert_allclose(draw(Example(3)), [0.5, 1.0, 1.5])
    np.testing.assert_allclose(draw(Example(3, 1.0, (0, 10))), [0.0, 5.0, 10.0])
    assert traces == [3]
    draw(Example(2))
    assert traces == [3, 2]


def test_ranges_pass_through_jax_unchanged():
    config = SceneConfig.at_level(1, 64)
    leaves, structure = jax.tree.flatten(config)
    assert jax.tree.unflatten(structure, leaves) == config
    assert all(isinstance(leaf, float) for leaf in leaves)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_can_be_graded_and_left_out(family):
    kind = type(getattr(SceneConfig(), family))
    assert kind.at_level(LEVELS[-1]) == kind(), "the defaults are the whole range"
    assert kind.off() != kind()
    assert all(isinstance(kind.at_level(level), kind) for level in LEVELS)
