from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from e2far_jax.maps.texture import Texture
from e2far_jax.outputs import picture_files
from e2far_jax.outputs.paint import Paint
from e2far_jax.outputs.texture_files import texture_file
from tests.maps.faces import ball, face_of


class Painted(Paint):
    """A red texture."""

    texture = Texture(np.full((32, 64, 3), [1.0, 0.0, 0.25]), np.arange(2048).reshape(32, 64) < 600)


@pytest.fixture(scope="module")
def face():
    face = face_of(ball())
    return dataclasses.replace(face, photograph=np.full((240, 300, 3), 0.25, np.float32))


def read(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_the_turntable_turns_and_begins_again(face, monkeypatch):
    monkeypatch.setattr(picture_files, "SIZE", 64)
    files = picture_files.turntable_file(face, Painted(face))
    strip, turning = read(files[".turntable.png"]), read(files[".turntable.gif"])
    assert strip.size == (5 * 64, 64)
    assert turning.size == (64, 64)
    assert turning.info["loop"] == 0
    durations = []
    for frame in range(turning.n_frames):  # those that look the same are one
        turning.seek(frame)
        durations.append(turning.info["duration"])
    assert len(durations) > 20
    assert sum(durations) == 80 * picture_files.FRAMES
    turning.seek(7)
    red, green, blue = np.asarray(turning.convert("RGB"))[32, 32].tolist()
    assert red > 200
    assert green < 30
    assert 30 < blue < 90


def test_gif_colours_are_near_the_frames():
    ramp = np.linspace(0.0, 1.0, 64)
    frames = [
        np.stack(np.broadcast_arrays(ramp, ramp[:, None], shade), axis=-1) for shade in (0.2, 0.6)
    ]
    gif = read(picture_files.gif_bytes(frames, 0.1))
    for number, frame in enumerate(frames):
        gif.seek(number)
        shown = np.asarray(gif.convert("RGB")) / 255.0
        assert np.abs(shown - frame).mean() < 0.04


def test_the_overlay_is_as_large_as_the_photograph(face):
    picture = read(picture_files.overlay_file(face, Paint(face))[".overlay.jpg"])
    assert picture.size == (300, 240)
    pixels = np.asarray(picture)
    assert np.abs(pixels[5, 5] - 64.0).max() < 4.0
    assert pixels[120, 150].min() > 90


def test_textures_come_with_their_mask(face):
    files = texture_file(face, Painted(face))
    texture, mask = read(files[".texture.png"]), read(files[".texture_mask.png"])
    np.testing.assert_array_equal(np.asarray(texture)[3, 4], [255, 0, 64])
    np.testing.assert_array_equal(np.asarray(mask) == 255, Painted.texture.seen)
    assert "v = 1" in texture.text["Description"]


def test_without_a_photograph_there_is_no_texture(face):
    bare = dataclasses.replace(face, photograph=None)
    for file in (texture_file, picture_files.overlay_file):
        with pytest.raises(ValueError, match="not at hand"):
            file(bare, Paint(bare))
