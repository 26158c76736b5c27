"""Shadows where geometry says, and none on what is convex."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.rendering.shadows import light_visibility, openness
from tests.rendering.heads import sphere

TICKS = np.linspace(-80.0, 80.0, 81)
PLANE = np.stack([*np.meshgrid(TICKS, TICKS), np.zeros((81, 81))]).astype(np.float32)
FACING = np.broadcast_to(np.float32([0, 0, 1])[:, None, None], PLANE.shape)
visibility = jax.jit(light_visibility)


def unit(*vector: float) -> jnp.ndarray:
    return jnp.asarray(np.array(vector) / np.linalg.norm(vector), jnp.float32)


def square(half: float, height: float) -> tuple[jnp.ndarray, jnp.ndarray]:
    corners = [[-half, -half], [half, -half], [half, half], [-half, half]]
    vertices = np.concatenate([np.array(corners), np.full((4, 1), height)], axis=1)
    return jnp.asarray(vertices, jnp.float32), jnp.array([[0, 1, 2], [0, 2, 3]])


@pytest.fixture(scope="module")
def ball():
    directions, triangles = sphere(4)
    return jnp.asarray(90.0 * directions, jnp.float32), jnp.asarray(triangles, jnp.int32)


@pytest.fixture(scope="module")
def seen_ball():
    x, y = np.meshgrid(np.linspace(-95, 95, 160), np.linspace(95, -95, 160))
    height = np.sqrt(np.maximum(90.0**2 - x**2 - y**2, 0.0))
    points = np.stack([x, y, height]) * (height > 0)
    return jnp.asarray(points, jnp.float32), jnp.asarray(points / 90.0, jnp.float32)


@pytest.mark.parametrize("light", [(0, 0, 1), (0.5, 0.2, 0.7), (-0.9, 0.3, 0.6), (0, -1, 0.8)])
def test_a_square_throws_its_shadow_where_the_light_goes_through_it(light):
    direction = unit(*light)
    shaded = 1.0 - np.asarray(visibility(*square(30.0, 40.0), direction, PLANE, FACING))
    crossing = PLANE[:2] + 40.0 * np.asarray(direction[:2] / direction[2])[:, None, None]
    inside = 30.0 - np.abs(crossing).max(axis=0)  # mm from the shadow's edge
    assert shaded[inside > 12.0].min(initial=1.0) > 0.99
    assert shaded[inside < -12.0].max() < 0.01
    edge = shaded[np.abs(inside) < 1.0]
    assert 0.3 < edge.mean() < 0.7, "half of the light at the edge"


@pytest.mark.parametrize("light", [(0, 0, 1), (0.8, 0.3, 0.5), (-1, 0, 0.1), (0.3, -0.9, -0.2)])
def test_a_ball_has_no_shadow_on_its_lit_side(light, ball, seen_ball):
    points, normals = seen_ball
    direction = unit(*light)
    seen = np.asarray(visibility(*ball, direction, points, normals))
    cosine = np.einsum("c...,c", normals, direction)
    assert seen[cosine > 0.3].min() > 0.98
    assert seen[(cosine < -0.6) & (np.abs(normals).sum(axis=0) > 0)].max(initial=0.0) < 0.01


def test_what_is_missing_throws_no_shadow(ball):
    vertices, triangles = square(30.0, 40.0)
    absent = jnp.full_like(vertices, jnp.nan)
    seen = visibility(absent, triangles, unit(0, 0, 1), PLANE, FACING)
    np.testing.assert_array_equal(seen, 1.0)


def test_a_batch_is_its_scenes(ball, seen_ball):
    directions = jnp.stack([unit(0, 0, 1), unit(1, 1, 0.2)])
    batch = jax.vmap(lambda one: light_visibility(*ball, one, *seen_ball))(directions)
    for index, direction in enumerate(directions):
        single = visibility(*ball, direction, *seen_ball)
        np.testing.assert_allclose(batch[index], single, atol=1e-3)


def test_a_groove_is_closed_and_a_ball_is_open(seen_ball):
    points, normals = seen_ball
    depth = jnp.where(jnp.abs(normals).sum(axis=0) > 0, points[2], -jnp.inf)
    scale = jnp.float32(160 / 190)
    assert openness(depth, normals, scale).min() > 0.85
    groove = jnp.where(jnp.abs(jnp.arange(80) - 40) < 5, -15.0, 0.0) * jnp.ones((80, 1))
    closed = openness(groove, jnp.asarray(FACING[:, :80, :80]), scale)
    assert closed[40, 40] < 0.7
    assert closed[40, 10] > 0.99
