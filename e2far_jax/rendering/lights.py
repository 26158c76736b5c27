"""Light: an environment in spherical harmonics, and one directional light with a highlight.

All directions are in the camera's axes: x right, y up, z towards the viewer. Colours are linear.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass

# Lambertian reflection as a filter on the sphere: one factor for each order of harmonics.
_COSINE_LOBE = (math.pi,) + (2.0 * math.pi / 3.0,) * 3 + (math.pi / 4.0,) * 5


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
    return jnp.stack(_harmonics(directions), axis=-1)


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
      Irradiance; a white Lambertian surface reflects 1/pi of it in every direction.
    """
    # Written out: XLA's CPU reductions over axes this short take ten times longer.
    terms = zip(_harmonics(normals), _COSINE_LOBE, environment, strict=True)
    total = sum(harmonic[..., None] * (lobe * radiance) for harmonic, lobe, radiance in terms)
    return jnp.maximum(total, 0.0)


def shade(
    albedo: Float[Array, "*B 3"], normals: Float[Array, "*B 3"], light: Light
) -> Float[Array, "*B 3"]:
    """Lambertian reflection of all light, and a highlight of the directional one.

    The highlight is Blinn's, cos^s of the angle to the half-way vector, as exp(s (cos - 1)), which
    is nearly the same for the small angles that matter.

    Args:
      albedo: share of the light that is reflected, linear.
      normals: unit vectors.
      light: what illuminates.
    Returns:
      Linear colours, not negative, not bounded above.
    """
    facing = jnp.maximum(_dot(normals, light.direction), 0.0)[..., None]
    halfway = normalise(light.direction + jnp.array([0.0, 0.0, 1.0], normals.dtype))
    aligned = _dot(normals, halfway)[..., None]
    highlight = light.specular * jnp.exp(light.shininess * (aligned - 1.0)) * (facing > 0.0)
    diffuse = irradiance(normals, light.environment) / math.pi + facing * light.colour
    return albedo * diffuse + highlight * light.colour


def normalise(vectors: Float[Array, "*B 3"]) -> Float[Array, "*B 3"]:
    """Unit vectors; a zero vector stays one."""
    square = _dot(vectors, vectors)[..., None]
    return vectors / jnp.sqrt(jnp.maximum(square, 1e-12))


def _dot(a: Float[Array, "*B 3"], b: Float[Array, "*#B 3"]) -> Float[Array, "*B"]:
    return a[..., 0] * b[..., 0] + a[..., 1] * b[..., 1] + a[..., 2] * b[..., 2]


def _harmonics(directions: Float[Array, "*B 3"]) -> tuple[Float[Array, "*B"], ...]:
    x, y, z = directions[..., 0], directions[..., 1], directions[..., 2]
    return (
        jnp.full_like(x, 0.282095),
        0.488603 * y,
        0.488603 * z,
        0.488603 * x,
        1.092548 * x * y,
        1.092548 * y * z,
        0.315392 * (3.0 * z * z - 1.0),
        1.092548 * x * z,
        0.546274 * (x * x - y * y),
    )
