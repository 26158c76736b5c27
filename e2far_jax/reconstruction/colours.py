"""A decoded picture's numbers as opaque sRGB colours, whatever its file keeps."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms

_PROFILED = ("L", "RGB", "RGBA", "CMYK")  # what profiles are for


def srgb_colours(image: Image.Image) -> np.ndarray:
    """Opaque sRGB colours, as `as_photograph` takes them.

    A colour profile (Display P3 of telephones, Adobe RGB, CMYK) is followed; without one, colours
    are taken as sRGB. Transparent parts become white.

    Args:
      image: a picture of any mode, decoded.
    Returns:
      [H W] or [H W 3] of uint8, or of floating point in [0, 1] for more than eight bits.
    """
    if image.mode.startswith(("I", "F")):  # more than 8 bits: Pillow's own conversion would clip
        gray = np.asarray(image.convert("F"))
        # Integers of more than 16 bits come from files of 16 bits.
        return gray if image.mode.startswith("F") else np.clip(gray / 65535.0, 0.0, 1.0)
    if not image.has_transparency_data:
        return np.asarray(_in_srgb(image, "RGB"))
    image = _in_srgb(image, "RGBA")
    white = Image.new("RGBA", image.size, "white")
    return np.asarray(Image.alpha_composite(white, image).convert("RGB"))


def _in_srgb(image: Image.Image, mode: str) -> Image.Image:
    profile = image.info.get("icc_profile")
    image = image if image.mode in _PROFILED else _converted(image, mode)
    if not profile:
        return _converted(image, mode)
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if not ImageCms.getProfileDescription(own).startswith("sRGB"):
            srgb = ImageCms.createProfile("sRGB")
            output = mode if image.mode == "RGBA" else "RGB"
            image = ImageCms.profileToProfile(image, own, srgb, outputMode=output)
    except (ImageCms.PyCMSError, OSError):
        pass  # a damaged profile, or one for another kind of colours: as if there were none
    return _converted(image, mode)


def _converted(image: Image.Image, mode: str) -> Image.Image:
    """Without the copy that Pillow makes of what is in the mode already."""
    return image if image.mode == mode else image.convert(mode)
