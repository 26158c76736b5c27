"""What surfaces reflect of a light: an environment in harmonics, and directional lights.

All directions are in the camera's axes: x right, y up, z towards the viewer. Colours are linear.
Components are the first axis, pixels the last: CPUs then compute several pixels at a time.
"""

from __future__ import annotations

import math

import jax.numpy as jnp
from jaxtyping import Array, Float

from e2far_jax.pytrees import pytree_dataclass

# Lambertian reflection as a filter on the sphere: one factor for each order of harmonics.
_COSINE_LOBE = (math.pi,) + (2.0 * math.pi / 3.0,) * 3 + (math.pi / 4.0,) * 5
# How far past the edge of its light skin still glows: red light travels furthest in it.
SKIN_SCATTERING = (0.22, 0.10, 0.06)
_FRONTAL_REFLECTANCE = 0.04  # of skin's surface, after Schlick


@pytree_dataclass
class Light:
    """What illuminates a face.

    Attributes:
      environment: radiance from everywhere, harmonic coefficients of each colour.
      directions: unit vectors towards the directional lights. The first, the key light, casts
        shadows; others come from behind, and the head is in their way where it faces the viewer.
      colours: what each adds to a white surface that faces it.
      specular: strength of the key light's highlight on skin when it comes from the viewer.
      shininess: exponent of the highlights on skin; larger is smaller and sharper.
      shadow: share of the key light that a shadow takes away.
      exposure: what all light is multiplied by before it becomes display values.
    """

    environment: Float[Array, "*B 9 3"]
    directions: Float[Array, "*B K 3"]
    colours: Float[Array, "*B K 3"]
    specular: Float[Array, "*B"]
    shininess: Float[Array, "*B"]
    shadow: Float[Array, "*B"]
    exposure: Float[Array, "*B"]


def spherical_harmonics(directions: Float[Array, "3 *B"]) -> Float[Array, "9 *B"]:
    """The nine real harmonics of orders 0 to 2, orthonormal over the unit sphere."""
    return jnp.stack(_harmonics(directions))


def irradiance(
    normals: Float[Array, "3 *B"], environment: Float[Array, "9 3"]
) -> Float[Array, "3 *B"]:
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
    total = sum(harmonic * _column(lobe * radiance, normals) for harmonic, lobe, radiance in terms)
    return jnp.maximum(total, 0.0)


def shade(
    albedo: Float[Array, "3 *B"],
    normals: Float[Array, "3 *B"],
    light: Light,
    gloss: Float[Array, "*#B"] | float = 1.0,
    visibility: Float[Array, "*#B"] | float = 1.0,
    openness: Float[Array, "*#B"] | float = 1.0,
    scattering: tuple[float, float, float] = SKIN_SCATTERING,
) -> Float[Array, "3 *B"]:
    """Diffuse reflection of all light, and highlights of the directional ones.

    Directional light reaches a little past its edge, red more than blue, as it does in skin:
    max(0, cos + w) / (1 + w)^2 with the scattering w, which over a sphere is as much light as the
    plain cosine's (ours). The highlight is Blinn's, cos^s of the angle to the half-way vector, as
    exp(s (cos - 1)), which is nearly the same for the small angles that matter; its strength grows
    towards grazing light (Schlick, "An inexpensive BRDF model for physically-based rendering",
    1994). Light from behind is multiplied by (1 - n_z)^2 (ours).

    Args:
      albedo: share of the light that is reflected, linear.
      normals: unit vectors.
      light: what illuminates.
      gloss: 0 for none, 1 for skin; the highlight gets stronger and smaller with it.
      visibility: share of the key light that nothing is in the way of, 0 to 1.
      openness: share of the environment that nothing is in the way of, 0 to 1.
      scattering: w of red, green and blue.
    Returns:
      Linear colours, not negative, not bounded above.
    """
    reach = _column(jnp.array(scattering, albedo.dtype), normals)
    diffuse = irradiance(normals, light.environment) / math.pi * openness
    shine = jnp.zeros_like(diffuse)
    for index in range(len(light.directions)):
        direction, colour = light.directions[index], _column(light.colours[index], normals)
        if index == 0:
            colour = colour * (1.0 - light.shadow * (1.0 - visibility))
        else:
            colour = colour * (1.0 - jnp.clip(normals[2], 0.0, 1.0)) ** 2
        cosine = _dot(normals, direction)
        wrapped = jnp.maximum(cosine + reach, 0.0) / (1.0 + reach) ** 2
        diffuse = diffuse + wrapped * colour
        shine = shine + _highlight(cosine, normals, gloss, direction, light) * colour
    return albedo * diffuse + shine


def normalise(vectors: Float[Array, "3 *B"]) -> Float[Array, "3 *B"]:
    """Unit vectors; a zero vector stays one."""
    return vectors / jnp.sqrt(jnp.maximum(_dot(vectors, vectors), 1e-12))


def _highlight(
    cosine: Float[Array, "*B"],
    normals: Float[Array, "3 *B"],
    gloss: Float[Array, "*#B"] | float,
    direction: Float[Array, "3"],
    light: Light,
) -> Float[Array, "*B"]:
    halfway = normalise(direction + jnp.array([0.0, 0.0, 1.0], normals.dtype))
    grazing = (1.0 - jnp.clip(_dot(direction, halfway), 0.0, 1.0)) ** 5
    strength = light.specular * (1.0 + (1.0 / _FRONTAL_REFLECTANCE - 1.0) * grazing)
    bell = jnp.exp(light.shininess * gloss * (_dot(normals, halfway) - 1.0))
    return strength * gloss * bell * jnp.clip(5.0 * cosine, 0.0, 1.0)


def _column(colour: Float[Array, "3"], like: Float[Array, "3 *B"]) -> Float[Array, "3 *_"]:
    """With the axes to be multiplied with planes."""
    return colour.reshape(3, *(1,) * (like.ndim - 1))


def _dot(a: Float[Array, "3 *B"], b: Float[Array, "3 *_"]) -> Float[Array, "*B"]:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _harmonics(directions: Float[Array, "3 *B"]) -> tuple[Float[Array, "*B"], ...]:
    x, y, z = directions
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
