"""What a camera does to a picture: blur, too few pixels, noise, false colours, JPEG."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Key

from e2far_jax.pytrees import pytree_dataclass
from e2far_jax.rendering.colour_temperature import LUMINANCE
from e2far_jax.rendering.images import soften, uniform_noise
from e2far_jax.rendering.jpeg import compress
from e2far_jax.rendering.ranges import Range, Ranges, between, number, share

_HALVINGS = 3  # motion blur is the mean of 2^3 shifted copies
_LONGEST_MOTION = 0.2  # share of the picture's side
_READ_NOISE = 0.02


@dataclasses.dataclass(frozen=True)
class CameraFaultRanges(Ranges):
    """Ranges of what the camera does to the picture; shares are probabilities.

    Attributes:
      softness: most blur of the lens, 1 weighing a pixel and its neighbours along an axis
        (1, 2, 1) / 4.
      defocus: share of pictures out of focus.
      defocus_radius: least and most deviation of that blur, shares of the picture's side.
      motion: share of pictures blurred by motion.
      motion_length: most length of that, share of the picture's side.
      low_resolution: share of pictures that had fewer pixels.
      reduction: least and most pixels of these to one of theirs, along a side.
      noise: most standard deviation of the sensor's noise at full light, in display values.
      jpeg: share of pictures compressed.
      quality: least and most quality of these, as libjpeg counts.
      cast: most share by which each colour is off.
      gray: share of pictures without colour.
      saturation: least and most saturation.
      tone: most strength of brightening or darkening the middle tones.
      contrast: most strength of more or less contrast.
      vignetting: most share of the light that the corners lose.
    """

    softness: float = share(1.0)
    defocus: float = share(0.25)
    defocus_radius: Range = number((0.002, 0.012), largest=0.1)
    motion: float = share(0.12)
    motion_length: float = number(0.05, largest=_LONGEST_MOTION)
    low_resolution: float = share(0.3)
    reduction: Range = number((1.0, 4.0), smallest=1.0, largest=8.0)
    noise: float = number(0.04, largest=1.0)
    jpeg: float = share(0.6)
    quality: Range = number((12.0, 95.0), smallest=1.0, largest=100.0)
    cast: float = share(0.08)
    gray: float = share(0.12)
    saturation: Range = number((0.6, 1.3), largest=3.0)
    tone: float = share(0.4)
    contrast: float = share(0.4)
    vignetting: float = share(0.4)

    @classmethod
    def off(cls) -> CameraFaultRanges:
        """A perfect camera."""
        return dataclasses.replace(cls.at_level(0), softness=0.0)

    @classmethod
    def at_level(cls, level: int) -> CameraFaultRanges:
        """From a slightly soft lens (0) to all there is (3)."""
        none = {"defocus": 0.0, "motion": 0.0, "low_resolution": 0.0, "jpeg": 0.0, "gray": 0.0}
        true = {"cast": 0.0, "saturation": (1.0, 1.0), "tone": 0.0, "contrast": 0.0}
        mild = {"saturation": (0.8, 1.15), "tone": 0.2, "contrast": 0.2, "vignetting": 0.15}
        return (
            cls(noise=0.0, vignetting=0.0, **none, **true),
            cls(noise=0.02, cast=0.03, **(none | {"jpeg": 0.3, "quality": (60, 95)}), **mild),
            cls(
                defocus=0.12,
                defocus_radius=(0.002, 0.008),
                motion=0.06,
                motion_length=0.03,
                low_resolution=0.15,
                reduction=(1.0, 2.5),
                noise=0.03,
                jpeg=0.5,
                quality=(30.0, 95.0),
                cast=0.05,
                gray=0.06,
                saturation=(0.7, 1.2),
                tone=0.3,
                contrast=0.3,
                vignetting=0.3,
            ),
            cls(),
        )[level]


@pytree_dataclass
class Faults:
    """What happens to one picture; lengths are shares of its side.

    Attributes:
      softness: 0 for none to 1, a binomial filter.
      defocus: deviation of the blur, 0 for none.
      motion: the vector of the motion while the shutter was open.
      reduction: pixels to one of the pixels that there were, 1 for none.
      noise: standard deviation at full light.
      quality: of JPEG, 0 for no compression.
      colours: 3 x 3 matrix from the picture's colours to the camera's.
      tone, contrast: of the camera's curve, -1 to 1, 0 for none.
      vignetting: share of the light that the corners lose.
      noise_key: what the noise is drawn from.
    """

    softness: Float[Array, "*B"]
    defocus: Float[Array, "*B"]
    motion: Float[Array, "*B 2"]
    reduction: Float[Array, "*B"]
    noise: Float[Array, "*B"]
    quality: Float[Array, "*B"]
    colours: Float[Array, "*B 3 3"]
    tone: Float[Array, "*B"]
    contrast: Float[Array, "*B"]
    vignetting: Float[Array, "*B"]
    noise_key: Key[Array, "*B"]


def random_faults(
    key: Key[Array, ""], ranges: CameraFaultRanges
) -> tuple[Faults, dict[str, Float[Array, ""]]]:
    """Faults of one picture.

    Returns:
      The faults, and their strengths by name as in `Faults` ("camera_faults.motion" is its
      length; "camera_faults.gray" is 0 or 1).
    """
    keys = jax.random.split(key)
    numbers = jax.random.uniform(keys[0], (24,))
    signs = 2.0 * numbers - 1.0
    angle = math.pi * numbers[0]
    length = ranges.motion_length * numbers[1] * (numbers[2] < ranges.motion)
    gray = (numbers[3] < ranges.gray).astype(jnp.float32)
    saturation = (1.0 - gray) * between(numbers[4], ranges.saturation)
    faults = Faults(
        softness=ranges.softness * numbers[5],
        defocus=between(numbers[6] ** 2, ranges.defocus_radius) * (numbers[7] < ranges.defocus),
        motion=length * jnp.stack([jnp.cos(angle), jnp.sin(angle)]),
        reduction=jnp.where(
            numbers[8] < ranges.low_resolution, between(numbers[9], ranges.reduction), 1.0
        ),
        noise=ranges.noise * numbers[10] ** 2,
        quality=jnp.where(numbers[11] < ranges.jpeg, between(numbers[12], ranges.quality), 0.0),
        colours=_colour_matrix(saturation, 1.0 + ranges.cast * signs[13:16] * (1.0 - gray)),
        tone=ranges.tone * signs[16],
        contrast=ranges.contrast * signs[17],
        vignetting=ranges.vignetting * numbers[18],
        noise_key=keys[1],
    )
    single = ("softness", "defocus", "reduction", "noise", "quality", "tone", "contrast")
    drawn = {name: getattr(faults, name) for name in (*single, "vignetting")}
    drawn |= {"motion": length, "gray": gray, "saturation": saturation}
    return faults, {f"camera_faults.{name}": value for name, value in drawn.items()}


def apply_faults(image: Float[Array, "H W 3"], faults: Faults) -> Float[Array, "H W 3"]:
    """What the camera makes of a picture, in the order in which it happens.

    Each step is skipped, bit for bit, where its strength is zero.

    Args:
      image: display RGB in [0, 1].
      faults: what happens to it.
    Returns:
      Display RGB in [0, 1].
    """
    image = soften(image, faults.softness)
    image = _when(jnp.any(faults.motion != 0.0), _moved, image, faults)
    blurred = (faults.defocus > 0.0) | (faults.reduction > 1.0)
    image = _when(blurred, _defocused, image, faults)
    image = _when(faults.noise > 0.0, _noisy, image, faults)
    image = _developed(image, faults)
    image = _when(faults.quality > 0.0, _compressed, image, faults)
    return jnp.clip(image, 0.0, 1.0)


def _when(
    condition: Bool[Array, ""],
    step: Callable[[Float[Array, "H W 3"], Faults], Float[Array, "H W 3"]],
    image: Float[Array, "H W 3"],
    faults: Faults,
) -> Float[Array, "H W 3"]:
    """The picture after a step, or as it was: most pictures have few faults."""
    return jax.lax.cond(condition, step, lambda image, _: image, image, faults)


def _moved(image: Float[Array, "H W 3"], faults: Faults) -> Float[Array, "H W 3"]:
    """A line of 2^k shifted copies, as k times the mean of two that are half as far apart."""
    for halving in range(1, _HALVINGS + 1):
        step = faults.motion * max(image.shape[:2]) / 2.0**halving
        image = 0.5 * (_shifted(image, step / 2.0) + _shifted(image, -step / 2.0))
    return image


def _shifted(image: Float[Array, "H W 3"], vector: Float[Array, "2"]) -> Float[Array, "H W 3"]:
    """The picture moved right and down by a few pixels, its edge repeated, bilinear."""
    height, width, _ = image.shape
    room = math.ceil(_LONGEST_MOTION * max(height, width) / 4.0) + 2
    padded = jnp.pad(image, ((room, room), (room, room), (0, 0)), mode="edge")
    whole = jnp.floor(vector)
    x, y = vector - whole
    column, row = room - whole.astype(jnp.int32)
    parts = (((1 - x) * (1 - y), 0, 0), (x * (1 - y), 0, 1), ((1 - x) * y, 1, 0), (x * y, 1, 1))
    return sum(
        weight * jax.lax.dynamic_slice(padded, (row - down, column - right, 0), image.shape)
        for weight, down, right in parts
    )


def _defocused(image: Float[Array, "H W 3"], faults: Faults) -> Float[Array, "H W 3"]:
    """Blurred and with fewer pixels: both are a matrix along each side of the picture."""
    for axis in (0, 1):
        size = image.shape[axis]
        blur = _resampling(size, faults.reduction) @ _gaussian(size, faults.defocus * size)
        image = jnp.moveaxis(jnp.tensordot(blur, image, (1, axis)), 0, axis)
    return image


def _gaussian(size: int, deviation: Float[Array, ""]) -> Float[Array, "S S"]:
    """Blurs what it is multiplied with; the identity where the deviation is 0."""
    ticks = jnp.arange(size)
    offsets = (ticks - ticks[:, None]) / jnp.maximum(deviation, 1e-3)
    bells = jnp.exp(-0.5 * offsets**2)
    return bells / bells.sum(axis=1, keepdims=True)


def _resampling(size: int, reduction: Float[Array, ""]) -> Float[Array, "S S"]:
    """To pixels so many times larger, as the mean of what they cover, and back, linearly."""
    ticks = jnp.arange(size)
    large = ticks[:, None] * reduction
    overlap = jnp.minimum(ticks + 1, large + reduction) - jnp.maximum(ticks, large)
    down = jnp.maximum(overlap, 0.0)
    covered = down.sum(axis=1, keepdims=True)
    places = (ticks[:, None] + 0.5) / reduction - 0.5
    up = jnp.maximum(1.0 - jnp.abs(places - ticks), 0.0) * (covered[:, 0] > 1e-4)
    up = up / up.sum(axis=1, keepdims=True)
    return up @ (down / jnp.maximum(covered, 1e-4))


def _noisy(image: Float[Array, "H W 3"], faults: Faults) -> Float[Array, "H W 3"]:
    """Noise of photons, and of the sensor where there are few.

    Photons make a noise like the root of the light, which is even in display values, about the
    root of the light themselves; the sensor's own is added where these are small.
    """
    deviation = faults.noise * jnp.sqrt(1.0 + _READ_NOISE / jnp.maximum(image, 0.1) ** 2)
    return image + deviation * uniform_noise(faults.noise_key, *image.shape[:2])


def _compressed(image: Float[Array, "H W 3"], faults: Faults) -> Float[Array, "H W 3"]:
    return compress(jnp.clip(image, 0.0, 1.0), faults.quality)


def _developed(image: Float[Array, "H W 3"], faults: Faults) -> Float[Array, "H W 3"]:
    """Dark corners, the colour matrix, and the curve."""
    height, width, _ = image.shape
    x = (jnp.arange(width) + 0.5) / width - 0.5
    y = (jnp.arange(height)[:, None] + 0.5) / height - 0.5
    image = image * (1.0 - 2.0 * faults.vignetting * (x**2 + y**2))[..., None]
    red, green, blue = (image[..., channel, None] for channel in range(3))
    image = red * faults.colours[:, 0] + green * faults.colours[:, 1] + blue * faults.colours[:, 2]
    image = jnp.clip(image, 0.0, 1.0)
    rest = image * (1.0 - image)
    return image + rest * (faults.tone + faults.contrast * (2.0 * image - 1.0))


def _colour_matrix(saturation: Float[Array, ""], gains: Float[Array, "3"]) -> Float[Array, "3 3"]:
    """Towards or away from gray, then each colour by its own gain."""
    gray = jnp.tile(jnp.array(LUMINANCE), (3, 1))
    return gains[:, None] * (saturation * jnp.eye(3) + (1.0 - saturation) * gray)
