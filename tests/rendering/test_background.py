"""Backgrounds: plain and cluttered."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.background import BackgroundRanges, draw_background, random_background


@pytest.fixture(scope="module", params=[True, False], ids=["clutter", "plain"])
def backgrounds(request):
    def one(key):
        ranges = BackgroundRanges() if request.param else BackgroundRanges.off()
        background, _ = random_background(key, ranges)
        return background, draw_background(background, 32)

    keys = jax.random.split(jax.random.key(0), 20)
    return request.param, *jax.jit(jax.vmap(one))(keys)


def test_backgrounds_are_pictures_and_differ(backgrounds):
    _, _, pictures = backgrounds
    assert pictures.shape == (20, 32, 32, 3)
    assert jnp.isfinite(pictures).all()
    assert 0.0 <= pictures.min() < pictures.max() <= 1.0
    assert np.asarray(pictures.mean(axis=(1, 2))).std(axis=0).min() > 0.1


def test_a_plain_one_is_a_gradient_and_clutter_has_edges(backgrounds):
    clutter, parts, pictures = backgrounds
    low, high = parts.blend.min(axis=1), parts.blend.max(axis=1)
    within = (pictures >= low[:, None, None] - 1e-6) & (pictures <= high[:, None, None] + 1e-6)
    curvature = np.abs(np.diff(np.asarray(pictures), n=2, axis=1)).max(axis=(1, 2, 3))
    if clutter:
        assert np.median(curvature) > 0.1
        assert not within.all()
    else:
        assert curvature.max() < 1e-6
        assert within.all()
