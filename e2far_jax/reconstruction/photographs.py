"""Reading photographs: any common picture file as float RGB."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
from jaxtyping import Float
from PIL import Image, ImageOps, UnidentifiedImageError

from e2far_jax.reconstruction.errors import PhotographError


def read_photograph(path: str | os.PathLike[str]) -> Float[np.ndarray, "H W 3"]:
    """Read a picture file, upright as its EXIF orientation says.

    Transparent parts become white; of an animation the first frame is taken.

    Args:
      path: any file that Pillow reads, up to `PIL.Image.MAX_IMAGE_PIXELS` pixels.
    Returns:
      float32 RGB in [0, 1].
    Raises:
      PhotographError: for a missing file, a folder, something that is not a picture, a damaged
        picture or one that is too big.
    """
    source = Path(path)
    _check_is_file(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source) as image:
                return _to_rgb(ImageOps.exif_transpose(image))
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        limit = Image.MAX_IMAGE_PIXELS / 1e6
        raise PhotographError(f"{source}: more than {limit:.0f} million pixels") from None
    except UnidentifiedImageError:
        raise PhotographError(f"{source}: not a picture file that Pillow knows") from None
    except Exception as error:  # Pillow's decoders raise nearly anything on damaged data
        raise PhotographError(f"{source}: damaged picture ({_first_line(error)})") from error


def _check_is_file(source: Path) -> None:
    if source.is_dir():
        raise PhotographError(f"{source}: a folder, expected a picture file")
    if not source.exists():
        raise PhotographError(f"{source}: no such file")
    if not os.access(source, os.R_OK):
        raise PhotographError(f"{source}: may not be read (permission denied)")
    if source.is_file() and source.stat().st_size == 0:
        raise PhotographError(f"{source}: the file is empty")


def _to_rgb(image: Image.Image) -> Float[np.ndarray, "H W 3"]:
    if image.mode.startswith(("I", "F")):  # more than 8 bits: Pillow's own conversion would clip
        gray = np.asarray(image, np.float32) / _full_scale(image)
        return np.repeat(np.clip(gray, 0.0, 1.0)[..., None], 3, axis=-1)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(white, image)
    return np.asarray(image.convert("RGB"), np.float32) / 255.0


def _full_scale(image: Image.Image) -> float:
    """The value of white: 1 for floating point pictures, 65535 for integer ones."""
    return 1.0 if image.mode.startswith("F") else 65535.0


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines()
    return lines[0] if lines else type(error).__name__


def as_photograph(picture: np.ndarray) -> Float[np.ndarray, "H W 3"]:
    """An array of a picture as float RGB."""
    scale = {np.dtype("uint8"): 255.0, np.dtype("uint16"): 65535.0}.get(picture.dtype, 1.0)
    return np.asarray(picture, np.float32) / np.float32(scale)
