"""Changes to a training picture: mirroring, a jittered crop, other colours, blur, noise (all ours).

What happens to a picture is drawn first, from a few random numbers, and done later: the drawing is
quick and belongs to the order of examples, the doing takes the time and goes straight into the
batch. NumPy and OpenCV on one example at a time, image levels 0 to 255 in, floats in [0, 1] out.
"""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from e2far_jax.data.settings import AugmentationSettings
from e2far_jax.morphable.symmetry import FLIP, MIRRORED_LANDMARKS, Mirror

Example = dict[str, Any]

_GRAY = np.full((3, 3), np.array([0.299, 0.587, 0.114], np.float32))
SMOOTHING = 0.35  # Gaussian deviation, in pixels of the smaller picture
_LEVELS = np.linspace(0.0, 1.0, 256)[None, :, None]


@dataclasses.dataclass(frozen=True)
class Changes:
    """What happens to one picture.

    Attributes:
      mirrored: whether left and right are exchanged.
      zoom: the crop's scale factor, around its centre.
      shift: of the crop, as a share of its side.
      gain: each colour channel's factor.
      gamma: the exponent.
      contrast: the factor around middle gray.
      brightness: the summand, where 1 is white.
      gray: whether colour is taken out.
      blur: standard deviation, as a share of the side; None for none.
      noise: standard deviation, where 1 is white, and seed; None for none.
    """

    mirrored: bool
    zoom: float
    shift: Float[np.ndarray, "2"]
    gain: Float[np.ndarray, "3"]
    gamma: float
    contrast: float
    brightness: float
    gray: bool
    blur: float | None
    noise: tuple[float, int] | None


def draw_changes(rng: np.random.Generator, settings: AugmentationSettings) -> Changes:
    """What happens to a picture.

    Args:
      rng: where all randomness comes from.
      settings: how far to go.
    """
    mirrored = rng.random() < settings.mirror
    zoom = math.exp(rng.uniform(-settings.zoom, settings.zoom))
    shift = rng.uniform(-settings.shift, settings.shift, 2)
    gain = np.exp(rng.uniform(-settings.gain, settings.gain, 3))
    gamma = math.exp(rng.uniform(-settings.gamma, settings.gamma))
    contrast = math.exp(rng.uniform(-settings.contrast, settings.contrast))
    brightness = rng.uniform(-settings.brightness, settings.brightness)
    gray = rng.random() < settings.gray
    blur = noise = None
    if rng.random() < settings.blur:
        blur = rng.uniform(0.0, settings.blur_deviation)
    if rng.random() < settings.noise:
        noise = rng.uniform(0.0, settings.noise_deviation), int(rng.integers(2**31))
    return Changes(mirrored, zoom, shift, gain, gamma, contrast, brightness, gray, blur, noise)


def augment(
    example: Example,
    changes: Changes,
    out: Float[np.ndarray, "H W 3"],
    mirror: Mirror | None = None,
) -> Example:
    """Mirror an example, jitter its crop and change its colours.

    Args:
      example: a stored example; `image` holds levels 0 to 255.
      changes: what happens.
      out: where the changed picture goes, RGB in [0, 1]; a C-ordered float32 array, whose side the
        picture gets.
      mirror: the face model's, where examples may be mirrored.
    Returns:
      The example with `out` as its image; all else that it holds follows.
    """
    if changes.mirrored:
        example = mirrored(example, mirror)
    side = example["image"].shape[0]
    centre = side / 2.0
    offset = centre - changes.zoom * centre + side * changes.shift
    moved = move_crop(example, changes.zoom, offset, out.shape[0])
    change_colours(moved["image"], changes, out)
    return {**moved, "image": out}


def mirrored(example: Example, mirror: Mirror) -> Example:
    """The example with left and right exchanged: its picture, camera, landmarks and face."""
    side = np.float32(example["image"].shape[1])
    moved = np.array([side, 0.0], np.float32)
    return {
        **example,
        "image": np.ascontiguousarray(example["image"][:, ::-1]),
        "identity": example["identity"] @ mirror.identity,
        "expression": example["expression"] @ mirror.expression,
        "rotation": FLIP[:, None] * example["rotation"] * FLIP,
        "translation": moved + FLIP[:2] * example["translation"],
        "landmarks": moved + FLIP[:2] * example["landmarks"][MIRRORED_LANDMARKS],
    }


def move_crop(example: Example, zoom: float, offset: Float[np.ndarray, "2"], side: int) -> Example:
    """Resample the image by p -> zoom * p + offset and to another size, with all that lies on it.

    Points are in pixels from the top left corner, pixel centres at .5. What comes in from outside
    mirrors what is inside. A picture that becomes smaller is smoothed before.

    Args:
      example: a stored example.
      zoom: factor around the top left corner.
      offset: pixels of the stored picture.
      side: of the new picture, pixels.
    """
    image = example["image"]
    resized = side / image.shape[0]
    if resized < 1.0:
        image = cv2.GaussianBlur(image, (0, 0), SMOOTHING / resized)
    zoom, offset = zoom * resized, offset * resized
    corner = offset + (zoom - 1.0) / 2.0  # OpenCV counts from the first pixel's centre
    matrix = np.array([[zoom, 0.0, corner[0]], [0.0, zoom, corner[1]]])
    moved = cv2.warpAffine(
        image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )
    factor, summand = np.float32(zoom), offset.astype(np.float32)
    return {
        **example,
        "image": moved,
        "scale": example["scale"] * factor,
        "translation": example["translation"] * factor + summand,
        "landmarks": example["landmarks"] * factor + summand,
    }


def change_colours(
    image: UInt8[np.ndarray, "H W 3"], changes: Changes, out: Float[np.ndarray, "H W 3"]
) -> None:
    """Gain, gamma, contrast and brightness, then perhaps gray, blur and noise.

    Args:
      image: levels 0 to 255.
      changes: what happens.
      out: where the changed picture goes, RGB in [0, 1]; a C-ordered float32 array.
    """
    cv2.LUT(image, _tone_curves(changes), dst=out)
    if changes.gray:
        cv2.transform(out, _GRAY, dst=out)
    if changes.blur is not None:
        deviation = max(changes.blur * image.shape[0], 1e-3)
        cv2.GaussianBlur(out, (0, 0), deviation, dst=out)
    if changes.noise is not None:
        out += _noise(image.shape, *changes.noise)
        np.clip(out, 0.0, 1.0, out=out)


def _tone_curves(changes: Changes) -> Float[np.ndarray, "1 256 3"]:
    """For each level of each channel, its new value in [0, 1]."""
    levels = _LEVELS**changes.gamma * changes.gain
    curves = changes.contrast * (levels - 0.5) + (0.5 + changes.brightness)
    return np.minimum(np.maximum(curves, 0.0), 1.0).astype(np.float32)


def _noise(shape: tuple[int, ...], deviation: float, seed: int) -> Float[np.ndarray, "H W 3"]:
    """Gaussian noise from OpenCV, four times as fast as NumPy's; its state is the thread's own."""
    noise = np.empty(math.prod(shape), np.float32)  # flat: a number is for one channel only
    cv2.setRNGSeed(seed)
    cv2.randn(noise, 0.0, deviation)
    return noise.reshape(shape)
