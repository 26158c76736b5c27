"""Random light: an environment with a lamp in it, a key light and a rim light."""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.rendering.colour_temperature import LUMINANCE, blackbody_colour
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share
from e2far_jax.rendering.shading import Light, normalise, shade, spherical_harmonics


@dataclasses.dataclass(frozen=True)
class LightRanges(Ranges):
    """Ranges of the light.

    Attributes:
      ambient: least and most share of the light that comes from everywhere; little is contrast.
      lamp: most strength of a broad light in the environment, as a multiple of the even light.
      spread: how far the key light strays from above the camera, tangent of the angle.
      side: probability that the key light comes from the side instead.
      flash: probability that it is a flash beside the lens instead.
      rim: probability of a second directional light, from behind.
      shadow: probability that the key light casts shadows.
      temperature: least and most colour temperature of lights, kelvin.
      balance: least and most share of the lights' common tint that the camera takes out.
      exposure: least and most exposure of the picture, stops from that of a face well exposed.
      specular: most strength of the highlight on skin.
    """

    ambient: Range = number((0.1, 0.85), largest=1.0)
    lamp: float = number(1.5)
    spread: float = number(1.1)
    side: float = share(0.25)
    flash: float = share(0.12)
    rim: float = share(0.25)
    shadow: float = share(0.8)
    temperature: Range = number((2500.0, 12000.0), smallest=1000.0, largest=15000.0)
    balance: Range = number((0.75, 1.0), largest=1.0)
    exposure: Range = number((-0.9, 0.8), smallest=-6.0, largest=6.0)
    specular: float = number(0.16)

    @classmethod
    def off(cls) -> LightRanges:
        """Even white light that shows the colours and, faintly, the shape."""
        return dataclasses.replace(
            cls.at_level(0), ambient=(0.8, 0.8), lamp=0.0, spread=0.0, specular=0.0
        )

    @classmethod
    def at_level(cls, level: int) -> LightRanges:
        """From clean light in front of the face (0) to all there is (3)."""
        white = {"temperature": (6500.0, 6500.0)}
        rare = {"side": 0.0, "flash": 0.0, "rim": 0.0}
        return (
            cls((0.4, 0.55), 0.3, 0.6, **rare, shadow=0.0, **white, exposure=(0, 0), specular=0.05),
            cls(
                (0.35, 0.75),
                0.8,
                0.8,
                **rare,
                shadow=0.5,
                temperature=(4000, 8000),
                exposure=(-0.3, 0.3),
                balance=(0.85, 1),
            ),
            cls(
                (0.25, 0.8),
                1.2,
                1.0,
                0.12,
                0.06,
                0.12,
                temperature=(3000, 10000),
                exposure=(-0.6, 0.5),
                balance=(0.8, 1),
            ),
            cls(),
        )[level]


def random_light(
    key: Key[Array, ""], ranges: LightRanges
) -> tuple[Light, dict[str, Float[Array, ""]]]:
    """Light of one scene: an environment with a broad lamp in it, a key light and a rim light.

    The light is metered as cameras do: surfaces that face the viewer and a little to every side
    get 1 on the mean, which shows a white one as white; `exposure` is on top of that.

    Returns:
      The light and its factors: "light.ambient" share, "light.angle" between the key light and
      the view in degrees, "light.flash", "light.side", "light.rim", "light.shadow" as 0 or 1,
      "light.temperature" of the key light in kelvin, and "light.exposure" in stops.
    """
    numbers = jax.random.uniform(key, (24,))
    drawn = {
        "ambient": between(numbers[0], ranges.ambient),
        "exposure": between(numbers[1], ranges.exposure),
        "flash": (numbers[2] < ranges.flash).astype(jnp.float32),
        "side": ((1.0 - numbers[2]) < ranges.side).astype(jnp.float32),
        "rim": (numbers[3] < ranges.rim).astype(jnp.float32),
        "shadow": (numbers[4] < ranges.shadow).astype(jnp.float32),
    }
    temperatures, colours = _random_tints(numbers[5:9], ranges)
    directions = _random_directions(numbers[9:18], drawn, ranges)
    lamp = ranges.lamp * numbers[18] * spherical_harmonics(directions[2])
    even = jnp.zeros(9).at[0].set(2.0 * math.sqrt(math.pi))
    ambient, key_share = drawn["ambient"], 1.0 - drawn["ambient"]
    rim = drawn["rim"] * (0.3 + 0.9 * numbers[19])
    light = Light(
        environment=ambient * (even + math.pi * lamp)[:, None] * colours[0],
        directions=directions[:2],
        colours=jnp.stack([key_share * colours[1], rim * colours[2]]),
        specular=ranges.specular * numbers[20],
        shininess=between(numbers[21], (8.0, 36.0)),
        shadow=drawn["shadow"],
        exposure=2.0 ** drawn["exposure"],
    )
    drawn["angle"] = jnp.degrees(jnp.arccos(jnp.clip(directions[0, 2], -1.0, 1.0)))
    drawn["temperature"] = temperatures[1]
    return _metered(light), {f"light.{name}": value for name, value in drawn.items()}


def _random_tints(
    numbers: Float[Array, "4"], ranges: LightRanges
) -> tuple[Float[Array, "3"], Float[Array, "3 3"]]:
    """Temperature and colour of the environment, the key light and the rim light.

    Drawn evenly in reciprocal temperature, in which equal steps look alike. The camera takes its
    share out of what environment and key light have in common.
    """
    coldest, warmest = 1.0 / ranges.temperature[1], 1.0 / ranges.temperature[0]
    mired = coldest + numbers[:3] * (warmest - coldest)
    daylight = 1.0 / 6500.0
    common = mired[:2].mean() - daylight
    camera = daylight + between(numbers[3], ranges.balance) * common
    return 1.0 / mired, blackbody_colour(1.0 / mired) / blackbody_colour(1.0 / camera)


def _random_directions(
    numbers: Float[Array, "9"], drawn: dict[str, Float[Array, ""]], ranges: LightRanges
) -> Float[Array, "3 3"]:
    """Towards the key light, the rim light and the broad lamp."""
    spread, one = ranges.spread, jnp.ones(())
    x, y, strength, height = 2.0 * numbers[:4] - 1.0
    front = jnp.stack([spread * x, spread * (0.45 + 0.65 * y), one])
    angle = jnp.radians(75.0 + 25.0 * strength)
    left_or_right = jnp.where(x < 0.0, -1.0, 1.0)
    side = jnp.stack([left_or_right * jnp.sin(angle), 0.25 + 0.35 * height, jnp.cos(angle)])
    flash = jnp.stack([0.06 * x, 0.05 + 0.08 * jnp.abs(y), one])
    key = jnp.where(drawn["side"] > 0.0, side, front)
    key = jnp.where(drawn["flash"] > 0.0, flash, key)
    turn, above = 2.0 * numbers[4] - 1.0, numbers[5]
    behind = jnp.stack([jnp.where(turn < 0, -1.0, 1.0), 1.2 * above - 0.1, -0.25 - turn**2])
    lamp = jnp.stack([*(2.0 * numbers[6:8] - 1.0), numbers[8] - 0.2]) + jnp.array([0.0, 0.3, 0.3])
    return normalise(jnp.stack([key, behind, lamp]).T).T


def _metered(light: Light) -> Light:
    """The same light, so strong that a face gets 1 on the mean (in the luminance of the light)."""
    faces = jnp.array([[0, 0, 1.0], [0.7, 0, 0.7], [-0.7, 0, 0.7], [0, 0.5, 0.85], [0, -0.5, 0.85]])
    matt = dataclasses.replace(light, specular=jnp.zeros(()))
    received = shade(jnp.ones((3, 5)), normalise(faces.T), matt)
    factor = 1.0 / jnp.maximum((jnp.array(LUMINANCE) @ received).mean(), 1e-3)
    return dataclasses.replace(
        light, environment=factor * light.environment, colours=factor * light.colours
    )
