"""Backgrounds: plain and cluttered."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.background import (
    BackgroundRanges,
    draw_background,
    random_background,
)

KEYS = jax.random.split(jax.random.key(0), 40)
PARTS = ("foliage", "pattern", "shapes", "people", "lights")


def picture(background):
    return jnp.moveaxis(draw_background(background, 33), 0, -1)


DRAW = jax.jit(jax.vmap(picture))


def draw(ranges: BackgroundRanges):
    backgrounds, factors = jax.jit(jax.vmap(lambda key: random_background(key, ranges)))(KEYS)
    return backgrounds, factors, DRAW(backgrounds)


@pytest.fixture(scope="module")
def cluttered():
    return draw(BackgroundRanges())


@pytest.fixture(scope="module")
def plain():
    return draw(BackgroundRanges.off())


def test_backgrounds_are_pictures_and_differ(cluttered, plain):
    for _, _, pictures in (cluttered, plain):
        assert pictures.shape == (40, 33, 33, 3)
        assert jnp.isfinite(pictures).all()
        assert 0.0 <= pictures.min() < pictures.max() <= 1.0
        assert np.asarray(pictures.mean(axis=(1, 2))).std(axis=0).min() > 0.08


def test_a_plain_one_is_a_gradient(plain):
    parts, factors, pictures = plain
    low, high = parts.blend.min(axis=1), parts.blend.max(axis=1)
    assert (pictures >= low[:, None, None] - 1e-5).all()
    assert (pictures <= high[:, None, None] + 1e-5).all()
    inner = np.asarray(pictures)[:, 2:-2, 2:-2]  # the last line repeats where it was enlarged
    assert np.abs(np.diff(inner, n=2, axis=1)).max() < 1e-5
    assert not any(factors[f"background.{name}"].any() for name in (*PARTS, "noise"))


def test_clutter_has_edges(cluttered):
    curvature = np.abs(np.diff(np.asarray(cluttered[2]), n=2, axis=1)).max(axis=(1, 2, 3))
    assert np.median(curvature) > 0.05


@pytest.mark.parametrize("name", PARTS)
def test_each_part_shows_where_it_is_said_to_be(name, plain):
    ranges = dataclasses.replace(BackgroundRanges.off(), **{name: 0.5})
    _, factors, pictures = draw(ranges)
    changed = np.abs(np.asarray(pictures - plain[2])).max(axis=(1, 2, 3)) > 0.02
    present = np.asarray(factors[f"background.{name}"]) > 0
    assert not changed[~present].any()
    assert changed[present].mean() > 0.9
    assert 0.2 < present.mean() < 0.8


def test_softer_edges_are_softer():
    ranges = dataclasses.replace(BackgroundRanges.off(), shapes=1.0)
    sharp = draw(dataclasses.replace(ranges, softness=(0.01, 0.01)))[2]
    soft = draw(dataclasses.replace(ranges, softness=(0.2, 0.2)))[2]
    steps = [
        np.abs(np.diff(np.asarray(p), axis=1)).max(axis=(1, 2, 3)).mean() for p in (sharp, soft)
    ]
    assert steps[0] > 1.5 * steps[1]


def test_a_batch_is_its_backgrounds(cluttered):
    single = jax.jit(lambda key: picture(random_background(key, BackgroundRanges())[0]))
    for index in (0, 7):
        np.testing.assert_allclose(single(KEYS[index]), cluttered[2][index], atol=2e-3)
