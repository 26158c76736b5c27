from __future__ import annotations

import os
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, features

from e2far_jax.reconstruction import photographs
from e2far_jax.reconstruction.errors import PhotographError
from e2far_jax.reconstruction.photographs import open_photograph, read_photograph

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


# Smooth, so that a few pixels more or less of it hardly matter.
WAVES = np.uint8(127 + 100 * np.sin(np.arange(301)[:, None] / 40.0 + np.arange(403) / 30.0))
SMOOTH = np.stack([WAVES, 255 - WAVES, WAVES // 2], axis=2)


def _middles(pixels: np.ndarray, reduction: int) -> np.ndarray:
    """What the whole picture shows at the middles of a reduced one's pixels."""
    rows, columns = (
        np.minimum(np.int64(reduction * (np.arange(count) + 0.5)), whole - 1)
        for count, whole in zip(pixels.shape[:2], SMOOTH.shape[:2], strict=True)
    )
    return SMOOTH[np.ix_(rows, columns)] / 255.0


@pytest.mark.parametrize(
    ("name", "largest", "reduction"),
    [
        ("a.png", 40_000, 2),
        ("a.png", 14_000, 3),
        ("a.webp", 14_000, 3),
        ("a.jpg", 130_000, 1),
        ("a.jpg", 40_000, 2),
        ("a.jpg", 14_000, 4),
        ("a.jpg", 1_000, 16),  # a decoder's 8, and 2
    ],
)
def test_large_pictures_shrink_by_a_whole_number(tmp_path, monkeypatch, name, largest, reduction):
    monkeypatch.setattr(photographs, "LARGEST", largest)
    Image.fromarray(SMOOTH).save(tmp_path / name, quality=95)
    photograph = open_photograph(tmp_path / name)
    assert photograph.reduction == reduction
    assert photograph.pixels.shape == (-(-301 // reduction), -(-403 // reduction), 3)
    inside = np.s_[: 301 // reduction, : 403 // reduction]
    expected = _middles(photograph.pixels, reduction)
    np.testing.assert_allclose(photograph.pixels[inside], expected[inside], atol=0.15)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32])
def test_large_pictures_of_more_than_8_bits_shrink(tmp_path, monkeypatch, dtype):
    monkeypatch.setattr(photographs, "LARGEST", 6)
    ramp = np.linspace(0, 1, 24).reshape(4, 6)
    white = 65535 if dtype == np.uint16 else 1
    Image.fromarray((ramp * white).astype(dtype)).save(tmp_path / "a.tif")
    photograph = open_photograph(tmp_path / "a.tif")
    blocks = ramp.reshape(2, 2, 3, 2).mean(axis=(1, 3))
    assert photograph.reduction == 2
    np.testing.assert_allclose(photograph.pixels[..., 0], blocks, atol=1e-4)


@pytest.mark.parametrize("name", ["a.png", "a.jpg"])
def test_shrunk_pictures_are_upright(tmp_path, monkeypatch, name):
    monkeypatch.setattr(photographs, "LARGEST", 40_000)
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(np.ascontiguousarray(np.rot90(SMOOTH))).save(
        tmp_path / name, exif=exif, quality=95
    )
    pixels = open_photograph(tmp_path / name).pixels
    inside = np.s_[:150, :201]
    expected = _middles(pixels, 2)
    np.testing.assert_allclose(pixels[inside], expected[inside], atol=0.15)


def test_a_picture_that_must_keep_its_size_is_refused_where_it_cannot(tmp_path, monkeypatch):
    monkeypatch.setattr(photographs, "LARGEST", 30)
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    with pytest.raises(PhotographError, match=r"a\.png: 7 x 5, more than 3e-05 million pixels"):
        read_photograph(tmp_path / "a.png")


def test_a_picture_that_is_too_big_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(photographs, "LARGEST", 1000)
    monkeypatch.setattr(photographs, "LARGEST_DECODED", 100_000)
    for name, options in [("a.png", {}), ("a.jpg", {"progressive": True})]:
        Image.fromarray(SMOOTH).save(tmp_path / name, **options)
        # Without its end it cannot be decoded, so that this error says that it was not.
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes()[:2000])
        with pytest.raises(PhotographError, match=f"{name}: 403 x 301, more than 0.1 million"):
            open_photograph(tmp_path / name)
    Image.fromarray(SMOOTH).save(tmp_path / "b.jpg")
    assert open_photograph(tmp_path / "b.jpg").reduction == 16


def test_what_pillow_takes_for_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10)
    Image.fromarray(PIXELS).save(tmp_path / "a.png")
    with pytest.raises(PhotographError, match=r"a\.png: more than 150 million pixels"):
        open_photograph(tmp_path / "a.png")


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


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.tif", "a.bmp", "a.gif", "a.avif"])
def test_every_kind_of_file_is_read(tmp_path, name):
    if name.endswith("avif") and not features.check("avif"):
        pytest.skip("this Pillow has no AVIF")
    Image.new("RGB", (20, 10), (255, 0, 0)).save(tmp_path / name)
    read = read_photograph(tmp_path / name)
    assert read.shape == (10, 20, 3)
    np.testing.assert_allclose(read.mean(axis=(0, 1)), [1.0, 0.0, 0.0], atol=0.03)
