"""The colours of glowing bodies: from a warm bulb to the blue sky."""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float

LUMINANCE = (0.2126, 0.7152, 0.0722)  # of linear sRGB
_FROM_XYZ = ((3.2406, -1.5372, -0.4986), (-0.9689, 1.8758, 0.0415), (0.0557, -0.2040, 1.0570))


def blackbody_colour(temperature: Float[Array, "*B"]) -> Float[Array, "*B 3"]:
    """Linear sRGB of unit luminance of a black body.

    The locus in CIE 1960 coordinates is Krystek's rational fit ("An algorithm to calculate
    correlated colour temperature", Color Research and Application 1985), good from 1,000 K to
    15,000 K. Blue is kept above 0.01: bodies below 2,000 K leave the colours of displays.

    Args:
      temperature: kelvin.
    Returns:
      Colours; about white at 6,500 K.
    """
    t = temperature
    u = (0.860117757 + 1.54118254e-4 * t + 1.28641212e-7 * t**2) / (
        1.0 + 8.42420235e-4 * t + 7.08145163e-7 * t**2
    )
    v = (0.317398726 + 4.22806245e-5 * t + 4.20481691e-8 * t**2) / (
        1.0 - 2.89741816e-5 * t + 1.61456053e-7 * t**2
    )
    x, y = 3.0 * u, 2.0 * v  # chromaticity times 2u - 8v + 4
    z = 4.0 - u - 10.0 * v
    rows = (red * x / y + green + blue * z / y for red, green, blue in _FROM_XYZ)
    return jnp.maximum(jnp.stack(tuple(rows), axis=-1), 0.01)
