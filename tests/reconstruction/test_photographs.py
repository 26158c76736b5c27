from __future__ import annotations

import io
import os
import warnings
import zlib

import av
import numpy as np
import pytest
from PIL import Image, features

from e2far_jax.reconstruction import photographs
from e2far_jax.reconstruction.errors import PhotographError, TooManyPixelsError
from e2far_jax.reconstruction.photographs import decode_photograph, read_photograph

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
    monkeypatch.setattr(photographs, "LARGEST", 1000)
    for name in ("a.png", "a.jpg", "a.webp"):
        Image.new("RGB", (403, 301)).save(tmp_path / name)
        # Without its end it cannot be decoded, so that this error says that it was not.
        content = (tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(content if name == "a.webp" else content[:-60])
        with pytest.raises(TooManyPixelsError, match=f"{name}: 403 x 301, more than 0.001 million"):
            read_photograph(tmp_path / name)


def test_what_pillow_takes_for_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    with pytest.raises(TooManyPixelsError, match=r"a\.png: more than 50 million pixels"):
        read_photograph(tmp_path / "a.png")


@pytest.mark.parametrize("formats", [("PNG",), ("JPEG", "PNG")])
def test_the_content_of_a_file_is_decoded_like_the_file(tmp_path, formats):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    content = io.BytesIO((tmp_path / "a.png").read_bytes())
    decoded = decode_photograph(content, "a", formats=formats)
    np.testing.assert_array_equal(decoded, read_photograph(tmp_path / "a.png"))
    content.seek(0)
    with pytest.raises(PhotographError, match="a: not a picture"):
        decode_photograph(content, "a", formats=("GIF",))
    content.seek(0)
    with pytest.raises(TooManyPixelsError, match="a: 7 x 5, more than 3e-05 million"):
        decode_photograph(content, "a", largest=30)


def test_warnings_are_kept_from_the_user(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 30)
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_photograph(tmp_path / "a.png")


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(PhotographError, match="a pipe or device"):
        read_photograph(tmp_path / "pipe.jpg")


def test_floating_point_pictures_outside_their_range_are_named(tmp_path):
    Image.fromarray(np.full((4, 4), 90.0, np.float32)).save(tmp_path / "a.tif")
    with pytest.raises(PhotographError, match=r"a\.tif: a picture of floating point from 90"):
        read_photograph(tmp_path / "a.tif")


def test_a_picture_without_pixels_is_named(tmp_path):
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    content[16:20] = bytes(4)  # the width
    content[29:33] = zlib.crc32(content[12:29]).to_bytes(4, "big")
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(PhotographError, match=r"a\.png: "):
        read_photograph(tmp_path / "a.png")


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.tif", "a.bmp", "a.gif", "a.avif", "a.heic"])
def test_every_kind_of_file_is_read(tmp_path, name):
    if name.endswith("avif") and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    Image.new("RGB", (20, 10), (255, 0, 0)).save(tmp_path / name)
    read = read_photograph(tmp_path / name)
    assert read.shape == (10, 20, 3)
    np.testing.assert_allclose(read.mean(axis=(0, 1)), [1.0, 0.0, 0.0], atol=0.03)


def test_ffmpeg_sees_the_same_in_heic(tmp_path):
    from skimage import data

    Image.fromarray(data.astronaut()[:400, :500]).save(tmp_path / "a.heic", quality=95)
    with av.open(str(tmp_path / "a.heic")) as file:
        seen = next(file.decode(video=0)).to_ndarray(format="rgb24") / 255.0
    difference = np.abs(read_photograph(tmp_path / "a.heic") - seen)
    assert difference.shape == (400, 500, 3)
    assert difference.mean() < 0.01
