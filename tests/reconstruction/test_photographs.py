from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.photographs import read_photograph

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)


def test_colours_come_back_exactly(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    read = read_photograph(tmp_path / "a.png")
    assert read.dtype == np.float32
    np.testing.assert_array_equal(read, PIXELS.astype(np.float32) / 255.0)


@pytest.mark.parametrize(
    ("orientation", "upright"),
    [
        (1, PIXELS),
        (2, PIXELS[:, ::-1]),
        (3, PIXELS[::-1, ::-1]),
        (4, PIXELS[::-1]),
        (5, PIXELS.transpose(1, 0, 2)),
        (6, np.rot90(PIXELS, -1)),
        (7, PIXELS[::-1, ::-1].transpose(1, 0, 2)),
        (8, np.rot90(PIXELS, 1)),
    ],
)
def test_exif_orientation_is_applied(tmp_path, orientation, upright):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(PIXELS).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_allclose(read_photograph(tmp_path / "a.png"), upright / 255.0, atol=1e-6)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "YCbCr"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    suffix = "tif" if mode in ("CMYK", "YCbCr") else "png"
    # Compressed, because Pillow 12 cannot read the plain YCbCr that it writes.
    options = {"compression": "tiff_lzw"} if suffix == "tif" else {}
    white = Image.new("RGB", (6, 4), "white").convert(mode)
    white.save(tmp_path / f"a.{suffix}", **options)
    read = read_photograph(tmp_path / f"a.{suffix}")
    np.testing.assert_allclose(read, np.ones((4, 6, 3)), atol=0.01)


def test_sixteen_bits_keep_their_range(tmp_path):
    ramp = np.linspace(0, 65535, 24).astype(np.uint16).reshape(4, 6)
    Image.fromarray(ramp).save(tmp_path / "a.png")
    read = read_photograph(tmp_path / "a.png")
    np.testing.assert_allclose(read[..., 1], ramp / 65535.0, atol=1e-6)


def test_transparent_parts_are_white(tmp_path):
    Image.new("RGBA", (3, 3), (255, 0, 0, 0)).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_photograph(tmp_path / "a.png"), np.ones((3, 3, 3)))


def _truncated(path):
    big = np.random.default_rng(1).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(big).save(path)
    path.write_bytes(path.read_bytes()[:700])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "folder"),
        (lambda path: path.write_bytes(b""), "empty"),
        (lambda path: path.write_text("these are words"), "not a picture"),
        (_truncated, "damaged"),
    ],
)
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_unusable_files_are_named(tmp_path, make, message, suffix):
    path = tmp_path / f"broken.{suffix}"
    make(path)
    with pytest.raises(PhotographError, match=message) as caught:
        read_photograph(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_picture_that_is_too_big_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    for limit in (30, 10):  # a warning of Pillow's, and an error of Pillow's
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
        with pytest.raises(PhotographError, match=r"a\.png: more than"):
            read_photograph(tmp_path / "a.png")
