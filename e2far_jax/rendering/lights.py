"""Light: an environment in spherical harmonics, and directional lights with highlights.

All directions are in the camera's axes: x right, y up, z towards the viewer. Colours are linear.
"""

from __future__ import annotations

import dataclasses
import math

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.colour_temperature import LUMINANCE, blackbody_colour
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share

# Lambertian reflection as a filter on the sphere: one factor for each order of harmonics.
_COSINE_LOBE = (math.pi,) + (2.0 * math.pi / 3.0,) * 3 + (math.pi / 4.0,) * 5
# How far past the edge of its light skin still glows: red light travels furthest in it.
SKIN_SCATTERING = (0.22, 0.10, 0.06)
_FRONTAL_REFLECTANCE = 0.04  # of skin's surface, after Schlick


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
    balance: Range = number((0.65, 1.0), largest=1.0)
    exposure: Range = number((-1.3, 0.9), smallest=-6.0, largest=6.0)
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
                exposure=(-0.4, 0.3),
                balance=(0.8, 1),
            ),
            cls(
                (0.25, 0.8),
                1.2,
                1.0,
                0.12,
                0.06,
                0.12,
                temperature=(3000, 10000),
                exposure=(-0.9, 0.7),
                balance=(0.75, 1),
            ),
            cls(),
        )[level]


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
    albedo: Float[Array, "*B 3"],
    normals: Float[Array, "*B 3"],
    light: Light,
    gloss: Float[Array, "*#B"] | float = 1.0,
    visibility: Float[Array, "*#B"] | float = 1.0,
    openness: Float[Array, "*#B"] | float = 1.0,
    scattering: tuple[float, float, float] = SKIN_SCATTERING,
) -> Float[Array, "*B 3"]:
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
    reach = jnp.array(scattering, albedo.dtype)
    gloss, visibility, openness = (
        jnp.asarray(factor, albedo.dtype)[..., None] for factor in (gloss, visibility, openness)
    )
    diffuse = irradiance(normals, light.environment) / math.pi * openness
    shine = jnp.zeros_like(diffuse)
    for index in range(len(light.directions)):
        direction, colour = light.directions[index], light.colours[index]
        cosine = _dot(normals, direction)[..., None]
        if index == 0:
            colour = colour * (1.0 - light.shadow * (1.0 - visibility))
        else:
            colour = colour * (1.0 - jnp.clip(normals[..., 2:], 0.0, 1.0)) ** 2
        wrapped = jnp.maximum(cosine + reach, 0.0) / (1.0 + reach) ** 2
        diffuse = diffuse + wrapped * colour
        shine = shine + _highlight(cosine, normals, gloss, direction, light) * colour
    return albedo * diffuse + shine


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


def normalise(vectors: Float[Array, "*B 3"]) -> Float[Array, "*B 3"]:
    """Unit vectors; a zero vector stays one."""
    square = _dot(vectors, vectors)[..., None]
    return vectors / jnp.sqrt(jnp.maximum(square, 1e-12))


def _highlight(
    cosine: Float[Array, "*B 1"],
    normals: Float[Array, "*B 3"],
    gloss: Float[Array, "*#B 1"],
    direction: Float[Array, "3"],
    light: Light,
) -> Float[Array, "*B 1"]:
    halfway = normalise(direction + jnp.array([0.0, 0.0, 1.0], normals.dtype))
    grazing = (1.0 - jnp.clip(_dot(direction, halfway), 0.0, 1.0)) ** 5
    strength = light.specular * (1.0 + (1.0 / _FRONTAL_REFLECTANCE - 1.0) * grazing)
    aligned = _dot(normals, halfway)[..., None]
    bell = jnp.exp(light.shininess * gloss * (aligned - 1.0))
    return strength * gloss * bell * jnp.clip(5.0 * cosine, 0.0, 1.0)


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
    return normalise(jnp.stack([key, behind, lamp]))


def _metered(light: Light) -> Light:
    """The same light, so strong that a face gets 1 on the mean (in the luminance of the light)."""
    faces = jnp.array([[0, 0, 1.0], [0.7, 0, 0.7], [-0.7, 0, 0.7], [0, 0.5, 0.85], [0, -0.5, 0.85]])
    received = shade(
        jnp.ones((5, 3)), normalise(faces), dataclasses.replace(light, specular=jnp.zeros(()))
    )
    factor = 1.0 / jnp.maximum((received @ jnp.array(LUMINANCE)).mean(), 1e-3)
    return dataclasses.replace(
        light, environment=factor * light.environment, colours=factor * light.colours
    )
