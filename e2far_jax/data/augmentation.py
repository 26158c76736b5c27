"""Changes to a training picture: a jittered crop, other colours, blur and noise (all ours).

NumPy and OpenCV on one example at a time, image levels 0 to 255 in, floats in [0, 1] out.
"""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from e2far_jax.data.settings import AugmentationSettings

Example = dict[str, Any]

_GRAY = np.full((3, 3), np.array([0.299, 0.587, 0.114], np.float32))
_LEVELS = np.linspace(0.0, 1.0, 256)[None, :, None]


def augment(example: Example, rng: np.random.Generator, settings: AugmentationSettings) -> Example:
    """Jitter an example's crop and change its colours.

    Args:
      example: a stored example; `image` holds levels 0 to 255.
      rng: where all randomness comes from.
      settings: how far to go.
    Returns:
      The example with its image as floats in [0, 1]; camera and landmarks follow the jitter.
    """
    side = example["image"].shape[0]
    zoom = math.exp(rng.uniform(-settings.zoom, settings.zoom))
    shift = side * rng.uniform(-settings.shift, settings.shift, 2)
    centre = side / 2.0
    moved = move_crop(example, zoom, centre - zoom * centre + shift)
    return {**moved, "image": change_colours(moved["image"], rng, settings)}


def move_crop(example: Example, zoom: float, offset: Float[np.ndarray, "2"]) -> Example:
    """Resample the image by p -> zoom * p + offset, with its camera and landmarks.

    Points are in pixels from the top left corner, pixel centres at .5. What comes in from outside
    mirrors what is inside.
    """
    image = example["image"]
    height, width = image.shape[:2]
    corner = offset + (zoom - 1.0) / 2.0  # OpenCV counts from the first pixel's centre
    matrix = np.array([[zoom, 0.0, corner[0]], [0.0, zoom, corner[1]]])
    moved = cv2.warpAffine(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
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
    image: UInt8[np.ndarray, "H W 3"], rng: np.random.Generator, settings: AugmentationSettings
) -> Float[np.ndarray, "H W 3"]:
    """Gain, gamma, contrast and brightness, then perhaps gray, blur and noise.

    Args:
      image: levels 0 to 255.
      rng: where all randomness comes from.
      settings: how far to go.
    Returns:
      RGB in [0, 1].
    """
    changed = cv2.LUT(image, _tone_curves(rng, settings))
    if rng.random() < settings.gray:
        changed = cv2.transform(changed, _GRAY)
    if rng.random() < settings.blur:
        deviation = rng.uniform(0.0, settings.blur_deviation) * image.shape[0]
        changed = cv2.GaussianBlur(changed, (0, 0), max(deviation, 1e-3))
    if rng.random() < settings.noise:
        changed += _noise(image.shape, rng.uniform(0.0, settings.noise_deviation), rng)
        changed = np.minimum(np.maximum(changed, 0.0), 1.0)
    return changed


def _tone_curves(
    rng: np.random.Generator, settings: AugmentationSettings
) -> Float[np.ndarray, "1 256 3"]:
    """For each level of each channel, its new value in [0, 1]."""
    gain = np.exp(rng.uniform(-settings.gain, settings.gain, 3))
    gamma = math.exp(rng.uniform(-settings.gamma, settings.gamma))
    contrast = math.exp(rng.uniform(-settings.contrast, settings.contrast))
    brightness = rng.uniform(-settings.brightness, settings.brightness)
    curves = contrast * (_LEVELS**gamma * gain - 0.5) + (0.5 + brightness)
    return np.minimum(np.maximum(curves, 0.0), 1.0).astype(np.float32)


def _noise(
    shape: tuple[int, ...], deviation: float, rng: np.random.Generator
) -> Float[np.ndarray, "H W 3"]:
    """Gaussian noise from OpenCV, four times as fast as NumPy's; its state is the thread's own."""
    noise = np.empty(math.prod(shape), np.float32)  # flat: a number is for one channel only
    cv2.setRNGSeed(int(rng.integers(2**31)))
    cv2.randn(noise, 0.0, deviation)
    return noise.reshape(shape)
