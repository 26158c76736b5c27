"""Light: an environment in spherical harmonics, and one directional light with a highlight.

All directions are in the camera's axes: x right, y up, z towards the viewer. Colours are linear.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass

# Lambertian reflection as a filter on the sphere: pi, 2 pi / 3, pi / 4 for orders 0, 1, 2.
_COSINE_LOBE = (3.141593,) + (2.094395,) * 3 + (0.785398,) * 5


@pytree_dataclass
class Light:
    """What illuminates a face.

    Attributes:
      environment: radiance from everywhere, harmonic coefficients of each colour.
      direction: unit vector towards the directional light.
      colour: what the directional light adds to a white surface that faces it.
      specular: strength of its highlight beside the diffuse reflection, 0 for none.
      shininess: exponent of the highlight; larger is smaller and sharper.
    """

    environment: Float[Array, "9 3"]
    direction: Float[Array, "3"]
    colour: Float[Array, "3"]
    specular: Float[Array, ""]
    shininess: Float[Array, ""]


def spherical_harmonics(directions: Float[Array, "*B 3"]) -> Float[Array, "*B 9"]:
    """The nine real harmonics of orders 0 to 2, orthonormal over the unit sphere."""
    x, y, z = jnp.moveaxis(directions, -1, 0)
    columns = [
        jnp.full_like(x, 0.282095),
        0.488603 * y,
        0.488603 * z,
        0.488603 * x,
        1.092548 * x * y,
        1.092548 * y * z,
        0.315392 * (3.0 * z * z - 1.0),
        1.092548 * x * z,
        0.546274 * (x * x - y * y),
    ]
    return jnp.stack(columns, axis=-1)


def irradiance(
    normals: Float[Array, "*B 3"], environment: Float[Array, "9 3"]
) -> Float[Array, "*B 3"]:
    """Light that arrives at surfaces from the whole environment.

    E(n) = sum_lm A_l L_lm Y_lm(n) (Ramamoorthi and Hanrahan, "An efficient representation for
    irradiance environment maps", SIGGRAPH 2001), never negative.

    Args:
      normals: unit vectors.
      environment: radiance, harmonic coefficients of each colour.
    Returns:
      Irradiance; a white Lambertian surface reflects the pi-th part of it.
    """
    filtered = jnp.array(_COSINE_LOBE, environment.dtype)[:, None] * environment
    return jnp.maximum(spherical_harmonics(normals) @ filtered, 0.0)


def shade(
    albedo: Float[Array, "*B 3"], normals: Float[Array, "*B 3"], light: Light
) -> Float[Array, "*B 3"]:
    """Lambertian reflection of all light and a Blinn-Phong highlight of the directional one.

    Args:
      albedo: share of the light that is reflected, linear.
      normals: unit vectors.
      light: what illuminates.
    Returns:
      Linear colours, not negative, not bounded above.
    """
    facing = jnp.maximum(normals @ light.direction, 0.0)[..., None]
    halfway = light.direction + jnp.array([0.0, 0.0, 1.0], normals.dtype)
    halfway = halfway / jnp.maximum(jnp.linalg.norm(halfway), 1e-6)
    aligned = jnp.maximum(normals @ halfway, 1e-6)[..., None]
    highlight = light.specular * aligned**light.shininess * (facing > 0)
    diffuse = irradiance(normals, light.environment) / jnp.pi + facing * light.colour
    return albedo * diffuse + highlight * light.colour
