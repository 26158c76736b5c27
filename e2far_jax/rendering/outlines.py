"""Distances from vertices to outlines through landmarks, all seen from the front."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def line_distance(points: Float[Array, "N 3"], line: Float[Array, "K 3"]) -> Float[Array, "N"]:
    """Distance to an open line through corners."""
    x, y, x0, y0 = points[:, :1], points[:, 1:2], line[:-1, 0], line[:-1, 1]
    step_x, step_y = jnp.diff(line[:, 0]), jnp.diff(line[:, 1])
    square = jnp.maximum(step_x**2 + step_y**2, 1e-12)
    along = jnp.clip(((x - x0) * step_x + (y - y0) * step_y) / square, 0.0, 1.0)
    rest_x, rest_y = x - x0 - along * step_x, y - y0 - along * step_y
    return jnp.sqrt((rest_x**2 + rest_y**2).min(axis=-1))


def polygon_distance(
    points: Float[Array, "N 3"], polygon: Float[Array, "K 3"]
) -> Float[Array, "N"]:
    """Signed distance to a closed polygon, negative inside (a ray crosses it an odd number)."""
    x, y = points[:, :1], points[:, 1:2]
    x0, y0 = polygon[:, 0], polygon[:, 1]
    x1, y1 = jnp.roll(x0, -1), jnp.roll(y0, -1)
    spans = (y0 > y) != (y1 > y)
    crossing = x0 + (y - y0) * (x1 - x0) / jnp.where(y1 == y0, 1.0, y1 - y0)
    inside = jnp.sum(spans & (x < crossing), axis=-1) % 2 == 1
    closed = jnp.concatenate([polygon, polygon[:1]])
    return line_distance(points, closed) * jnp.where(inside, -1.0, 1.0)


def within(
    distance: Float[Array, "N"], radius: Float[Array, ""], edge: Float[Array, ""]
) -> Float[Array, "N"]:
    """1 well within the radius, 0 well outside, a logistic step about `edge` wide between."""
    return jax.nn.sigmoid((radius - distance) * 4.0 / edge)


def bump(
    points: Float[Array, "N 3"], centre: Float[Array, "3"], radius: Float[Array, ""]
) -> Float[Array, "N"]:
    """A Gaussian bell in space with this standard deviation."""
    return jnp.exp(-jnp.sum((points - centre) ** 2, axis=-1) / (2.0 * radius**2))
