"""The colours of a random person, as linear reflectances of the vertices of any face model."""

from __future__ import annotations

import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.rendering.paint import WAVES, FacePaint

# Absorption (negative log reflectance) of red, green and blue.
_PALE = (0.18, 0.48, 0.70)  # the palest skin
_MELANIN = (2.0, 2.5, 2.9)  # from the palest to the darkest
_HAEMOGLOBIN = (0.08, 0.50, 0.42)
_FAIR_HAIR = (0.8, 1.3, 2.1)
_DARK_HAIR = (3.6, 4.0, 4.3)
_RED_HAIR = (-0.2, 0.3, 0.5)

# Brown, hazel, green, blue.
_IRISES = ((0.05, 0.02, 0.01), (0.14, 0.07, 0.02), (0.10, 0.14, 0.06), (0.10, 0.19, 0.30))
_RARITY = (0.0, 0.3, 0.8, 1.0)
_SCLERA = (0.46, 0.42, 0.40)
_PUPIL = (0.008, 0.008, 0.008)
_CAVITY = (0.13, 0.03, 0.03)
_TEETH = (0.56, 0.52, 0.45)


def random_colours(
    key: Key[Array, ""], paint: FacePaint, variation: float = 1.0
) -> Float[Array, "N 3"]:
    """Colours of one random person.

    Args:
      key: decides everything.
      paint: from `paint.face_paint`.
      variation: 1 for the whole range of people, 0 for one average person.
    Returns:
      Linear reflectance of each vertex.
    """
    keys = jax.random.split(key)  # one draw of each kind: every draw takes its time to compile
    numbers = 0.5 + variation * (jax.random.uniform(keys[0], (12,)) - 0.5)
    normals = variation * jax.random.normal(keys[1], (WAVES + 2, 2))
    bald, brow, lash, white, dark = numbers[:5]
    # Light hair and eyes come with light skin.
    tone = numbers[7]
    hair = _hair(jnp.maximum(numbers[5], 1.2 * tone - 0.3), numbers[6])
    fuzzy_hair = hair * jnp.exp(0.35 * paint.grain)[:, None]
    shares = jax.nn.softmax(3.0 * normals[WAVES:].reshape(-1) - 6.0 * tone * jnp.array(_RARITY))
    iris = shares @ jnp.array(_IRISES)
    layers = (
        (paint.brows * (0.45 + 0.5 * brow), fuzzy_hair),
        (paint.scalp * (bald > 0.25), fuzzy_hair),
        (paint.lashes * (0.3 + 0.5 * lash), 0.4 * hair),
        (paint.sclera, (0.8 + 0.4 * white) * jnp.array(_SCLERA)),
        (paint.iris, iris),
        (paint.pupil, jnp.array(_PUPIL)),
        (paint.cavity, (0.8 + 0.4 * dark) * jnp.array(_CAVITY)),
        (paint.teeth, (0.8 + 0.4 * white) * jnp.array(_TEETH)),
    )
    colours = _skin(paint, numbers[7:], normals[:WAVES])
    for cover, colour in layers:
        colours = colours + cover[:, None] * (colour - colours)
    return colours * paint.light[:, None]


def _skin(
    paint: FacePaint, numbers: Float[Array, "5"], normals: Float[Array, "K 2"]
) -> Float[Array, "N 3"]:
    """Two pigments, each absorbing its own share of every colour, vary slowly over the face.

    After Tsumura, Haneishi, Miyake, "Independent-component analysis of skin color image",
    JOSA A 1999. Lips are thin skin: more blood shows, and lipstick looks much the same.
    """
    tone, pink, flush, lips, lip_melanin = numbers
    melanin_waves, blood_waves = (paint.waves @ normals / math.sqrt(WAVES)).T
    melanin = tone**1.5 + 0.05 * melanin_waves + 0.25 * lip_melanin * paint.lips
    blood = 0.1 + 0.6 * pink + 0.15 * blood_waves
    blood = blood + (0.1 + 0.6 * flush) * paint.flush + (0.5 + 1.5 * lips) * paint.lips
    melanin, blood = jnp.clip(melanin, 0.0, 1.3)[:, None], jnp.maximum(blood, 0.0)[:, None]
    absorbed = jnp.array(_PALE) + melanin * jnp.array(_MELANIN) + blood * jnp.array(_HAEMOGLOBIN)
    return jnp.exp(-absorbed)


def _hair(dark: Float[Array, ""], red: Float[Array, ""]) -> Float[Array, "3"]:
    """From fair to black, the latter more often, with some red."""
    fair, black = jnp.array(_FAIR_HAIR), jnp.array(_DARK_HAIR)
    return jnp.exp(-(fair + jnp.sqrt(dark) * (black - fair) + red**3 * jnp.array(_RED_HAIR)))
