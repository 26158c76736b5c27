"""The colours of skin, hair and eyes, from their pigments, as linear reflectances.

Absorption is the negative logarithm of reflectance and adds up: two pigments, melanin and
haemoglobin, each take their own share of red, green and blue (Tsumura, Haneishi, Miyake,
"Independent-component analysis of skin color image", JOSA A 1999).
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

# Absorption of red, green and blue. The amounts are ours, chosen so that skins span the CIELAB
# lightness, redness and yellowness that are measured on faces all over the world.
_PALE = (0.42, 0.72, 0.95)  # skin without pigment
_MELANIN = (1.65, 2.05, 2.45)  # the darkest skin has 1 of it
_HAEMOGLOBIN = (0.08, 0.50, 0.42)
_FAIR_HAIR = (0.95, 1.50, 2.40)
_DARK_HAIR = (3.5, 4.0, 4.4)
_RED_HAIR = (-0.2, 0.35, 0.6)
_GRAY_HAIR = (0.34, 0.315, 0.285)  # reflectance

# Brown, hazel, green, blue.
_IRISES = ((0.055, 0.024, 0.012), (0.13, 0.07, 0.025), (0.10, 0.13, 0.065), (0.10, 0.17, 0.26))


def skin_reflectance(
    melanin: Float[Array, "*P"], blood: Float[Array, "*P"]
) -> Float[Array, "*P 3"]:
    """Skin with 0 to 1 of melanin and of haemoglobin; lips have more of the latter."""
    melanin, blood = jnp.clip(melanin, 0.0, 1.3)[..., None], jnp.maximum(blood, 0.0)[..., None]
    absorbed = jnp.array(_PALE) + melanin * jnp.array(_MELANIN) + blood * jnp.array(_HAEMOGLOBIN)
    return jnp.exp(-absorbed)


def hair_reflectance(
    dark: Float[Array, ""], red: Float[Array, ""], gray: Float[Array, ""]
) -> Float[Array, "3"]:
    """Hair from fair (0) to black (1), with some red, and a share that has lost its pigment."""
    fair, black = jnp.array(_FAIR_HAIR), jnp.array(_DARK_HAIR)
    colour = jnp.exp(-(fair + dark * (black - fair) + red * (1.0 - dark) * jnp.array(_RED_HAIR)))
    return colour + gray * (jnp.array(_GRAY_HAIR) - colour)


def iris_reflectance(light: Float[Array, ""]) -> Float[Array, "3"]:
    """From brown (0) through hazel and green to blue (1)."""
    place = 3.0 * jnp.clip(light, 0.0, 1.0)
    weights = jnp.maximum(1.0 - jnp.abs(place - jnp.arange(4.0)), 0.0)
    return weights @ jnp.array(_IRISES)
