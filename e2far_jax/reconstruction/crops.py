"""The square picture that the network sees, and the way back to the photograph."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float
from PIL import Image

from e2far_jax.geometry.boxes import crop_square
from e2far_jax.geometry.cameras import Camera, transform_image


@dataclasses.dataclass(frozen=True)
class Crop:
    """A resampled square of a photograph.

    A point p of the crop is the point `scale * p + offset` of the photograph, both in pixels with
    (0, 0) at the top left corner of the top left pixel.

    Attributes:
      pixels: RGB in [0, 1].
      scale: photograph pixels per crop pixel.
      offset: the crop's top left corner in the photograph, pixels.
    """

    pixels: Float[np.ndarray, "S S 3"]
    scale: float
    offset: Float[np.ndarray, "2"]


def cut_crop(
    photograph: Float[np.ndarray, "H W 3"], box: Float[np.ndarray, "4"], size: int
) -> Crop:
    """Cut the square of `crop_square(box)` out of a photograph and resample it.

    Antialiased with a triangle filter as wide as a crop pixel, or as a photograph pixel where the
    crop magnifies. What lies beyond the photograph repeats its nearest edge pixel (ours).

    Args:
      photograph: RGB in [0, 1].
      box: the landmark box [x0, y0, x1, y1], pixels.
      size: the crop's height and width, pixels.
    Returns:
      The crop.
    """
    centre, side = (np.asarray(part, np.float64) for part in crop_square(jnp.asarray(box)))
    offset = centre - side / 2.0
    scale = float(side) / size
    margin = max(scale, 1.0) + 1.0  # the filter's reach
    first = np.floor(offset - margin).astype(int)
    last = np.ceil(offset + side + margin).astype(int)
    height, width = photograph.shape[:2]
    rows = np.clip(np.arange(first[1], last[1]), 0, height - 1)
    columns = np.clip(np.arange(first[0], last[0]), 0, width - 1)
    left, top = offset - first
    square = (left, top, left + float(side), top + float(side))
    # Pillow resamples floating point pictures one channel at a time; so little is copied at a time.
    regions = (photograph[..., channel][np.ix_(rows, columns)] for channel in range(3))
    pixels = np.stack([_resample(region, square, size) for region in regions], axis=-1)
    return Crop(np.clip(pixels, 0.0, 1.0), scale, offset)


def camera_in_photograph(camera: Camera, crop: Crop) -> Camera:
    """A camera in a crop's pixels as one in the photograph's pixels."""
    scale = jnp.asarray(crop.scale, camera.scale.dtype)
    return transform_image(camera, scale, jnp.asarray(crop.offset, camera.translation.dtype))


def camera_in_crop(camera: Camera, crop: Crop) -> Camera:
    """A camera in the photograph's pixels as one in a crop's pixels."""
    scale = jnp.asarray(1.0 / crop.scale, camera.scale.dtype)
    return transform_image(camera, scale, jnp.asarray(-crop.offset / crop.scale, scale.dtype))


def _resample(
    region: Float[np.ndarray, "H W"], square: tuple[float, float, float, float], size: int
) -> Float[np.ndarray, "S S"]:
    image = Image.fromarray(region)
    return np.asarray(image.resize((size, size), Image.Resampling.BILINEAR, box=square))
