"""Cheap random patterns in the plane: hashed lattices, without tables, made for each pixel.

All are between -1 and 1 with zero mean, and `fade` takes them away where pixels are too coarse.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int, UInt32


def fade(wave: Float[Array, "*#P"] | float, pixels: Float[Array, "*P"]) -> Float[Array, "*P"]:
    """1 where a wave is longer than four pixels, 0 where shorter than two; pixels a millimetre."""
    return jnp.clip(0.5 * wave * pixels - 1.0, 0.0, 1.0)


def ramp(distance: Float[Array, "*P"], slope: Float[Array, "*#P"] | float) -> Float[Array, "*P"]:
    """From 0 to 1 around 0."""
    return jnp.clip(0.5 + distance * slope, 0.0, 1.0)


def bell(distance: Float[Array, "*P"]) -> Float[Array, "*P"]:
    """Nearly exp(-d^2), of finite width, without what is dear to compute."""
    square = jnp.maximum(1.0 - distance * distance / 4.0, 0.0) ** 2
    return square * square


def value_noise(
    across: Float[Array, "*P"], up: Float[Array, "*P"], seed: UInt32[Array, ""]
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Two independent smooth random functions with one feature per unit square.

    Random numbers at the corners of the unit lattice, joined by smooth steps.
    """
    left, below = jnp.floor(across), jnp.floor(up)
    s, t = _smooth(across - left), _smooth(up - below)
    column, row = left.astype(jnp.int32), below.astype(jnp.int32)
    corners = [hashed(column + i, row + j, seed) for j in (0, 1) for i in (0, 1)]
    results = []
    for part in (0, 1):
        a, b, c, d = (fraction(corner, part) for corner in corners)
        low, high = a + s * (b - a), c + s * (d - c)
        results.append(2.0 * (low + t * (high - low)) - 1.0)
    return results[0], results[1]


def cell_spots(
    across: Float[Array, "*P"], up: Float[Array, "*P"], seed: UInt32[Array, ""]
) -> tuple[Float[Array, "*P"], Float[Array, "*P"]]:
    """Distance to the one random point in this unit square, and a number that belongs to it.

    The points keep 0.25 from the borders, so that smaller spots about them are whole.
    """
    left, below = jnp.floor(across), jnp.floor(up)
    cell = hashed(left.astype(jnp.int32), below.astype(jnp.int32), seed)
    dx = across - left - 0.25 - 0.5 * fraction(cell, 0)
    dy = up - below - 0.25 - 0.5 * fraction(cell, 1)
    return jnp.sqrt(dx * dx + dy * dy), fraction(cell, 2)


def hashed(
    column: Int[Array, "*P"], row: Int[Array, "*P"], seed: UInt32[Array, ""]
) -> UInt32[Array, "*P"]:
    """32 bits that look random for each cell of a lattice."""
    a = column.astype(jnp.uint32) * jnp.uint32(0x8DA6B343)
    bits = a ^ (row.astype(jnp.uint32) * jnp.uint32(0xD8163841)) ^ seed
    bits = (bits ^ (bits >> 15)) * jnp.uint32(0x2C1B3C6D)
    bits = (bits ^ (bits >> 12)) * jnp.uint32(0x297A2D39)
    return bits ^ (bits >> 15)


def fraction(bits: UInt32[Array, "*P"], part: int) -> Float[Array, "*P"]:
    """One of three independent numbers in [0, 1) from 32 bits."""
    return ((bits >> jnp.uint32(10 * part)) & 1023).astype(jnp.float32) / 1024.0


def _smooth(share: Float[Array, "*P"]) -> Float[Array, "*P"]:
    return share * share * (3.0 - 2.0 * share)
