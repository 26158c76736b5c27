"""Strands of hair, stitches and threads, made for each pixel of a head's hair or hat."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.rendering.noise import value_noise
from e2far_jax.rendering.shading import normalise
from e2far_jax.rendering.stored import joined, stored

_SEED = 0x51F15EED


def hair_detail(
    coordinates: Float[Array, "3 *P"], normals: Float[Array, "3 *P"], known: Float[Array, ""]
) -> tuple[Float[Array, "3 *P"], Float[Array, "3 *P"]]:
    """Streaks along strands, in colour and in which way they face; ribs on knit hats.

    Args:
      coordinates: across the strands and along them, mm, and the material: 0 to 1 for hair from
        smooth to rough, 1 to 2 for knit, 2 and over for plain cloth.
      normals: unit vectors, the camera's axes.
      known: see `stored`.
    Returns:
      What to multiply the colour with, and unit normals.
    """
    across, along, material = coordinates
    rough = jnp.clip(material, 0.0, 1.0)
    bend = 2.0 * rough * jnp.sin(along / 17.0 + across / 29.0)
    locks, tilt = value_noise((across + bend) / 7.0, along / 70.0, jnp.uint32(_SEED))
    fine, fine_tilt = value_noise((across + bend) / 1.9, along / 38.0, jnp.uint32(_SEED + 1))
    shade = 1.0 + (0.16 + 0.2 * rough) * locks + (0.22 + 0.14 * rough) * fine
    slope = (0.14 + 0.16 * rough) * tilt + 0.2 * fine_tilt
    rib = jnp.sin(across * (2.0 * jnp.pi / 6.0))
    knit, cloth = (material >= 1.0) & (material < 2.0), material >= 2.0
    shade = jnp.where(
        knit, 0.9 + 0.14 * rib + 0.06 * fine, jnp.where(cloth, 1.0 + 0.04 * fine, shade)
    )
    slope = jnp.where(
        knit, 0.3 * jnp.cos(across * (2.0 * jnp.pi / 6.0)), jnp.where(cloth, 0.0, slope)
    )
    x, y, z = normals
    shade, slope = stored((jnp.maximum(shade, 0.15), slope), known)
    tilted = normalise(joined((x + slope * z, y, z - slope * x)))
    return jnp.broadcast_to(shade, normals.shape), tilted
