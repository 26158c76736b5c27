"""The range of people's skin, lips, brows, hair colours and eyes."""

from __future__ import annotations

import dataclasses

from e2far_jax.rendering.ranges import Range, Ranges, number, share


@dataclasses.dataclass(frozen=True)
class SkinRanges(Ranges):
    """What people's skin, lips, brows and eyes look like; defaults are the human range.

    Attributes:
      tone: melanin, 0 the palest and 1 the darkest skin.
      redness: haemoglobin.
      unevenness: of both over the face, and of brows from hair to hair; 1 is usual.
      blush: redder cheeks and nose.
      shadows: dark skin under the eyes.
      lips: how much more blood shows in them.
      freckled: probability of freckles.
      moles: most share of places with a mole.
      age: wrinkles, and gray hair later on.
      pores: most roughness, as a slope.
      made_up: probability of lipstick and eye shadow, where there is no beard.
      gloss: of the skin, from matt to oily; 1 is usual.
      hair: how dark it is, 0 fair and 1 black; dark skin has dark hair anyway.
      red_hair: red pigment in hair that isn't black.
      brow_density: cover of the brows.
      brow_thickness: from edge to edge, mm.
      brow_variation: of place, arch and taper of the brows; 1 is usual.
      lashes: how dark the lids' edges are.
      iris: 0 brown, through hazel and green, to 1 blue; dark skin keeps it low.
      pupil: radius, mm.
      cropped: probability of short hair painted on the scalp.
    """

    tone: Range = number((0.0, 1.0), largest=1.0)
    redness: Range = number((0.05, 0.75), largest=2.0)
    unevenness: float = number(1.0, largest=2.0)
    blush: Range = number((0.0, 0.6), largest=2.0)
    shadows: Range = number((0.0, 0.7), largest=1.0)
    lips: Range = number((0.35, 1.1), largest=3.0)
    freckled: float = share(0.25)
    moles: float = share(0.12)
    age: Range = number((0.0, 1.0), largest=1.0)
    pores: float = number(0.10, largest=1.0)
    made_up: float = share(0.25)
    gloss: Range = number((0.4, 2.0), largest=5.0)
    hair: Range = number((0.0, 1.0), largest=1.0)
    red_hair: Range = number((0.0, 1.0), largest=1.0)
    brow_density: Range = number((0.25, 0.95), largest=1.0)
    brow_thickness: Range = number((5.0, 11.0), smallest=1.0, largest=20.0)
    brow_variation: float = number(1.0, largest=2.0)
    lashes: Range = number((0.45, 0.9), largest=1.0)
    iris: Range = number((0.0, 1.0), largest=1.0)
    pupil: Range = number((1.5, 3.2), smallest=0.5, largest=5.0)
    cropped: float = share(0.75)

    @classmethod
    def off(cls) -> SkinRanges:
        """One average person with plain skin."""
        return cls(
            tone=(0.3, 0.3),
            redness=(0.4, 0.4),
            unevenness=0.0,
            blush=(0.2, 0.2),
            shadows=(0.15, 0.15),
            lips=(0.8, 0.8),
            freckled=0.0,
            moles=0.0,
            age=(0.0, 0.0),
            pores=0.0,
            made_up=0.0,
            gloss=(1.0, 1.0),
            hair=(0.6, 0.6),
            red_hair=(0.3, 0.3),
            brow_density=(0.75, 0.75),
            brow_thickness=(8.0, 8.0),
            brow_variation=0.0,
            lashes=(0.75, 0.75),
            iris=(0.35, 0.35),
            pupil=(2.2, 2.2),
            cropped=1.0,
        )

    @classmethod
    def at_level(cls, level: int) -> SkinRanges:
        """One person (0), plain people of all tones (1), then more of everything."""
        plain = cls(
            redness=(0.2, 0.6),
            unevenness=0.5,
            blush=(0.0, 0.3),
            shadows=(0.0, 0.3),
            lips=(0.5, 0.9),
            freckled=0.0,
            moles=0.03,
            age=(0.0, 0.3),
            pores=0.03,
            made_up=0.0,
            gloss=(0.7, 1.3),
            brow_density=(0.5, 0.9),
            brow_thickness=(6.0, 10.0),
            brow_variation=0.5,
            lashes=(0.6, 0.85),
        )
        more = cls(
            unevenness=0.8,
            freckled=0.12,
            moles=0.08,
            age=(0.0, 0.7),
            pores=0.07,
            made_up=0.15,
            gloss=(0.5, 1.6),
        )
        return (cls.off(), plain, more, cls())[level]
