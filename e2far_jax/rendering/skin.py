"""Random people's skin: colour and gloss of every vertex, and what is detailed pixel by pixel."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.brows import BrowStyle
from e2far_jax.rendering.detail import SkinDetail
from e2far_jax.rendering.eyes import EyeStyle
from e2far_jax.rendering.facial_hair import FacialHair, no_facial_hair
from e2far_jax.rendering.paint import WAVES, FacePaint
from e2far_jax.rendering.pigments import hair_reflectance, iris_reflectance, skin_reflectance
from e2far_jax.rendering.ranges import Scalar, between
from e2far_jax.rendering.relief import ReliefStyle
from e2far_jax.rendering.skin_ranges import SkinRanges

_SCLERA = (0.40, 0.36, 0.34)
_CAVITY = (0.10, 0.025, 0.022)
_TEETH = (0.50, 0.46, 0.39)
_EYE_GLOSS, _WET_GLOSS = 4.0, 1.5
_FRECKLED_TONES = 0.6  # and paler
_GRAY_AGE = 0.55

# What is drawn besides the ranges themselves.
_OTHERS = (
    "brow_lift", "brow_arch", "brow_taper", "brow_softness", "forehead", "frown", "eyes", "cheeks",
    "spacing", "lipstick_red", "lipstick_green", "lipstick_blue", "lipstick", "shadow_red",
    "shadow_green", "shadow_blue", "shadow", "gray", "lip_melanin", "freckles", "seed",
)  # fmt: skip
_FOLDS = ("forehead", "frown", "eyes", "cheeks")
Numbers = dict[str, Float[Array, ""]]


@pytree_dataclass
class Skin:
    """The surface of one person.

    Attributes:
      colours: linear reflectance of each vertex, without what `skin_detail` paints.
      gloss: strength of each vertex's highlight; 1 is usual skin.
      detail: brows, lashes, irises, beard, freckles, wrinkles, pores.
      hair: linear reflectance of the person's hair.
      plain: linear reflectance of bare skin.
    """

    colours: Float[Array, "*B N 3"]
    gloss: Float[Array, "*B N"]
    detail: SkinDetail
    hair: Float[Array, "*B 3"]
    plain: Float[Array, "*B 3"]


def random_skin(
    key: Key[Array, ""],
    paint: FacePaint,
    ranges: SkinRanges,
    facial_hair: FacialHair | None = None,
) -> tuple[Skin, dict[str, Float[Array, ""]]]:
    """The skin, hair and eyes of one random person.

    Args:
      key: decides everything.
      paint: from `paint.face_paint`.
      ranges: of people.
      facial_hair: from `facial_hair.random_facial_hair`; none by default.
    Returns:
      The skin, and its factors: "skin.tone", "skin.redness", "skin.freckles", "skin.age",
      "skin.made_up", "skin.gloss", "skin.brow_density", and "skin.hair" (0 fair, 1 black).
    """
    drawn, waves = _draw(key, ranges)
    hairy = no_facial_hair() if facial_hair is None else facial_hair
    made_up = (drawn["made_up"] < ranges.made_up) & (hairy.density == 0.0)
    eyes = _eyes(drawn)
    # Light hair comes with light skin.
    drawn["hair"] = jnp.sqrt(jnp.maximum(drawn["hair"], jnp.minimum(1.3 * drawn["tone"], 1.0)))
    gray = jnp.clip(2.5 * (drawn["age"] - _GRAY_AGE), 0.0, 1.0) * drawn["gray"] ** 2
    hair = hair_reflectance(drawn["hair"], drawn["red_hair"] ** 3, gray)
    plain = skin_reflectance(_melanin(drawn), drawn["redness"])
    colours = _bare_skin(paint, drawn, ranges.unevenness * waves)
    for cover, colour in (
        *_make_up(paint, drawn, made_up),
        (paint.scalp * (drawn["cropped"] < ranges.cropped), hair),
        (paint.sclera * paint.features.eyeballs, eyes.sclera),
        (paint.cavity, jnp.array(_CAVITY)),
        (paint.teeth, jnp.array(_TEETH)),
    ):
        colours = colours + cover[:, None] * (colour - colours)
    # Brows and beard are a little darker, and turn gray later.
    short = 0.7 * hair_reflectance(drawn["hair"], drawn["red_hair"] ** 3, 0.5 * gray)
    detail = _detail(paint, drawn, ranges, eyes=eyes, hair=short, plain=plain, facial_hair=hairy)
    names = ("tone", "redness", "age", "gloss", "brow_density", "hair")
    factors = {f"skin.{name}": drawn[name] for name in names}
    factors |= {"skin.freckles": detail.freckles, "skin.made_up": made_up.astype(plain.dtype)}
    gloss = _gloss(paint, drawn, made_up)
    return Skin(colours * paint.light[:, None], gloss, detail, hair, plain), factors


def _draw(key: Key[Array, ""], ranges: SkinRanges) -> tuple[Numbers, Float[Array, "K 2"]]:
    """All that is random, from one draw: numbers by name, and the waves' weights."""
    limits = {field.name: getattr(ranges, field.name) for field in dataclasses.fields(ranges)}
    names = (*limits, *_OTHERS)
    uniforms = jax.random.uniform(key, (len(names) + 2 * WAVES,))
    drawn = dict(zip(names, uniforms, strict=False))
    for name, limit in limits.items():
        if isinstance(limit, tuple):
            drawn[name] = between(drawn[name], limit)
    waves = math.sqrt(12.0 / WAVES) * (uniforms[len(names) :] - 0.5)
    varied = ranges.unevenness > 0.0  # else nothing is left to chance
    drawn |= {name: jnp.where(varied, drawn[name], 0.5) for name in _OTHERS}
    return drawn, waves.reshape(WAVES, 2)


def _melanin(drawn: Numbers) -> Float[Array, ""]:
    return drawn["tone"] ** 1.5


def _bare_skin(paint: FacePaint, drawn: Numbers, waves: Float[Array, "K 2"]) -> Float[Array, "N 3"]:
    """Skin and lips by their pigments; both vary slowly over the face, blood more where it shows.

    Lips are thin skin: more blood shows, and they are darker where skin is dark.
    """
    melanin_waves, blood_waves = (paint.waves @ waves).T
    tone = _melanin(drawn)
    lips_melanin = 0.05 + 0.2 * drawn["lip_melanin"] * jnp.sqrt(tone)
    melanin = tone + 0.035 * melanin_waves + lips_melanin * paint.lips
    blood = drawn["redness"] + 0.13 * blood_waves
    blood = blood + (0.1 + drawn["blush"]) * paint.flush + drawn["lips"] * paint.lips
    shadow = drawn["shadows"] * jnp.array([0.55, 0.50, 0.38])  # blue is taken least
    return skin_reflectance(melanin, blood) * jnp.exp(-shadow * paint.under_eyes[:, None])


def _make_up(
    paint: FacePaint, drawn: Numbers, made_up: Bool[Array, ""]
) -> tuple[tuple[Float[Array, "N"], Float[Array, "3"]], ...]:
    """Lipstick, mostly red, and eye shadow of any colour: cover and colour of each."""
    red, green, blue = (drawn[f"lipstick_{name}"] for name in ("red", "green", "blue"))
    lipstick = jnp.stack([0.12 + 0.4 * red, 0.02 + 0.16 * green**3, 0.03 + 0.20 * blue**2])
    shadow = jnp.stack([drawn[f"shadow_{name}"] for name in ("red", "green", "blue")])
    return (
        (paint.lips * made_up * (0.3 + 0.6 * drawn["lipstick"]), lipstick),
        (paint.lids * made_up * 0.6 * drawn["shadow"], 0.03 + 0.3 * shadow**2),
    )


def _gloss(paint: FacePaint, drawn: Numbers, made_up: Bool[Array, ""]) -> Float[Array, "N"]:
    """Oily zones shine more, lips more still with lipstick; eyes are wet, hair on skin is matt."""
    skin = drawn["gloss"] * (0.7 + 0.6 * paint.oily)
    lips = drawn["gloss"] * (1.2 + 1.8 * made_up * drawn["lipstick"])
    gloss = skin + paint.lips * (lips - skin)
    for cover, amount in (
        (paint.scalp, 0.4),
        (paint.sclera, _EYE_GLOSS),
        (paint.cavity, 0.5 * _WET_GLOSS),
        (paint.teeth, _WET_GLOSS),
    ):
        gloss = gloss + cover * (amount - gloss)
    return gloss * paint.light


def _eyes(drawn: Numbers) -> EyeStyle:
    """Light eyes come with light skin; the white of dark skin's eyes is a little darker."""
    light = drawn["iris"] * jnp.clip(1.5 - 2.0 * drawn["tone"], 0.0, 1.0)
    white = 1.05 - 0.2 * drawn["tone"] - 0.1 * drawn["age"]
    return EyeStyle(
        sclera=white * jnp.array(_SCLERA),
        iris=iris_reflectance(light),
        pupil=drawn["pupil"],
        ring=jnp.float32(0.6),
        bloom=jnp.float32(0.35),
    )


def _detail(
    paint: FacePaint,
    drawn: Numbers,
    ranges: SkinRanges,
    **known: Float[Array, "3"] | EyeStyle | FacialHair,
) -> SkinDetail:
    """What is added pixel by pixel."""
    freckled = (drawn["freckled"] < ranges.freckled) & (drawn["tone"] < _FRECKLED_TONES)
    return SkinDetail(
        features=paint.features,
        brows=_brows(drawn, ranges.brow_variation),
        relief=_relief(drawn, ranges.pores),
        lashes=drawn["lashes"],
        crease=jnp.float32(0.3),
        freckles=freckled * (0.25 + 0.5 * drawn["freckles"]),
        moles=ranges.moles * drawn["moles"] ** 2,
        unevenness=jnp.asarray(ranges.unevenness, jnp.float32),
        seed=(2.0**24 * drawn["seed"]).astype(jnp.uint32),
        **known,
    )


def _brows(drawn: Numbers, variation: Scalar) -> BrowStyle:
    names = ("brow_lift", "brow_arch", "brow_taper", "brow_softness")
    lift, arch, taper, softness = (variation * (2.0 * drawn[name] - 1.0) for name in names)
    return BrowStyle(
        density=drawn["brow_density"],
        thickness=drawn["brow_thickness"],
        lift=-1.5 + 1.2 * lift,
        arch=0.3 + 1.5 * arch,
        taper=jnp.clip(0.7 + 0.25 * taper, 0.0, 0.95),
        softness=0.4 + 0.2 * softness,
    )


def _relief(drawn: Numbers, pores: Scalar) -> ReliefStyle:
    """Folds deepen with age, each of them on some faces more than on others."""
    depth = {name: drawn["age"] ** 1.5 * (0.2 + 0.8 * drawn[name]) for name in _FOLDS}
    return ReliefStyle(
        forehead=0.5 * depth["forehead"],
        frown=0.5 * depth["frown"],
        eyes=0.5 * depth["eyes"],
        cheeks=0.7 * depth["cheeks"],
        pores=pores * drawn["pores"],
        spacing=7.0 + 4.0 * drawn["spacing"],
    )
