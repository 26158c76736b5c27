from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from e2far_jax.reconstruction.colours import srgb_colours

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def _tagged(pixels: np.ndarray, mode: str, profile: bytes) -> Image.Image:
    file = io.BytesIO()
    kind = "TIFF" if mode == "CMYK" else "PNG"
    Image.fromarray(pixels, mode=mode).save(file, kind, icc_profile=profile)
    image = Image.open(file)
    image.load()
    return image


def _profile(exchanged: bool = False) -> bytes:
    """sRGB's own profile; or one under which red and blue are each other's colours."""
    content = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if not exchanged:
        return content
    # Tags of 12 bytes (signature, offset, size) follow the 128 of the header and their count.
    swapped = content.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    return swapped.replace(b"s\0R\0G\0B", b"o\0w\0n\0!")  # its name is not looked at then


@pytest.mark.parametrize("profile", [b"", b"damaged", _profile()])
def test_srgb_stays_to_the_last_bit(profile):
    image = _tagged(PIXELS, "RGB", profile)
    np.testing.assert_array_equal(srgb_colours(image), PIXELS)


def test_a_profile_is_followed():
    image = _tagged(PIXELS, "RGB", _profile(exchanged=True))
    np.testing.assert_allclose(srgb_colours(image), PIXELS[..., ::-1], atol=2)


def test_transparent_parts_are_white_under_a_profile_too():
    opacity = np.full((5, 7, 1), 255, np.uint8)
    opacity[0] = 0
    pixels = np.concatenate([PIXELS, opacity], axis=2)
    seen = srgb_colours(_tagged(pixels, "RGBA", _profile(exchanged=True)))
    np.testing.assert_array_equal(seen[0], 255)
    np.testing.assert_allclose(seen[1:], PIXELS[1:, :, ::-1], atol=2)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_for_other_colours_is_passed_over(mode):
    image = Image.fromarray(PIXELS).convert(mode)
    tagged = _tagged(np.asarray(image), mode, _profile(exchanged=True))
    np.testing.assert_array_equal(srgb_colours(tagged), np.asarray(image.convert("RGB")))
