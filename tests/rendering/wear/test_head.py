"""Heads: that places lie where the shape has them, on whole heads and on masks."""

from __future__ import annotations

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.morphable.operations import crop
from e2far_jax.rendering.wear.head import head_of
from tests.rendering.heads import ball_head

SKULL = np.array([78.0, 105.0, 90.0])  # the ball head's half axes


@pytest.fixture(scope="module")
def ball():
    model = ball_head()
    return dataclasses.replace(model, regions=model.regions | {"scalp": model.mean[:, 1] > 30.0})


@pytest.fixture(scope="module")
def mask(ball):
    return crop(ball, ball.mean[:, 2] > -1.0)


def test_the_skull_is_the_scalp_s(ball):
    head = head_of(ball.mean, ball)
    ends = head.centre + head.radii
    assert head.whole == 1.0
    np.testing.assert_allclose(ends[1], 105.0, atol=1.0)
    np.testing.assert_allclose(head.centre[2] - head.radii[2], -80.0, atol=6.0)
    np.testing.assert_allclose(head.centre[0], 0.0, atol=1.0)


def test_a_mask_gets_a_skull_behind_it(mask):
    head = head_of(mask.mean, mask)
    assert head.whole == 0.0
    depth = head.centre[2] + head.radii[2] - (head.centre[2] - head.radii[2])
    assert 150.0 < depth < 220.0
    assert head.centre[2] < 20.0
    assert head.eyes[0, 1] + 80.0 < head.centre[1] + head.radii[1]


def test_places_are_in_order(ball, mask):
    for model in (ball, mask):
        head = head_of(model.mean, model)
        assert head.eyes[0, 0] < head.bridge[0] < head.eyes[1, 0]
        assert head.ears[0, 0] < head.eyes[0, 0] < head.eyes[1, 0] < head.ears[1, 0]
        assert (head.ears[:, 2] < head.eyes[:, 2] - 50.0).all()
        heights = [head.neck[1], head.chin[1], head.nose_tip[1], head.bridge[1], head.brow]
        heights += [head.hairline, head.centre[1] + head.radii[1]]
        assert (np.diff(np.array(heights)) > 0.0).all()


def test_all_grows_with_the_face(ball):
    small, large = (head_of(size * ball.mean, ball) for size in (1.0, 1.3))
    for name in ("unit", "centre", "radii", "eyes", "brow", "hairline", "neck", "neck_radius"):
        np.testing.assert_allclose(
            getattr(large, name), 1.3 * getattr(small, name), rtol=0.05, atol=1.5
        )


def test_samples_are_vertices_of_the_upper_head(ball):
    head = head_of(ball.mean, ball)
    distance = np.abs(np.asarray(head.samples)[:, None] - np.asarray(ball.mean)).sum(-1).min(1)
    assert distance.max() == 0.0
    in_front = np.asarray(head.samples[:, 2] > head.eyes[0, 2] - 20.0)
    assert (np.asarray(head.samples)[in_front, 1] > head.brow).all()


def test_moves_with_the_shape_and_maps(ball):
    shift = jnp.array([3.0, -5.0, 8.0])
    shapes = jnp.stack([ball.mean, ball.mean + shift])
    heads = jax.jit(jax.vmap(lambda shape: head_of(shape, ball)))(shapes)
    for name in ("centre", "ears", "eyes", "bridge", "chin", "neck"):
        moved = getattr(heads, name)
        np.testing.assert_allclose(moved[1], moved[0] + shift, atol=1e-3)
    assert jnp.allclose(heads.centre[0], head_of(ball.mean, ball).centre, atol=1e-4)
