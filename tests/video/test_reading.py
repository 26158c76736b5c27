from __future__ import annotations

import math
import struct
import subprocess
import sys

import numpy as np
import pytest

from e2far_jax.video import reading
from e2far_jax.video.errors import VideoError
from e2far_jax.video.reading import decoded_ahead, open_video, read_frames
from tests.video.conftest import write_clip


def _ramp(count: int, height: int = 48, width: int = 64) -> list[np.ndarray]:
    """Each picture brighter than the last, its top left corner red."""
    pictures = [np.full((height, width, 3), n / 20.0, np.float32) for n in range(count)]
    for picture in pictures:
        picture[: height // 2, : width // 2] = (0.9, 0.1, 0.1)
    return pictures


@pytest.mark.parametrize("rate", [25.0, 30000 / 1001, 60.0])
def test_frames_come_in_order_with_their_times(tmp_path, rate):
    video = open_video(write_clip(tmp_path / "clip.mp4", _ramp(12), rate))
    assert (video.width, video.height, video.frames) == (64, 48, 12)
    assert video.rate == pytest.approx(rate, abs=0.01)
    seen = list(read_frames(video))
    assert [frame.number for frame in seen] == list(range(12))
    np.testing.assert_allclose([f.seconds for f in seen], np.arange(12) / rate, atol=2e-3)
    levels = [float(frame.picture[40, 60].mean()) for frame in seen]
    np.testing.assert_allclose(levels, np.arange(12) / 20.0, atol=0.03)
    np.testing.assert_allclose(seen[5].picture[5, 5], [0.9, 0.1, 0.1], atol=0.06)
    assert seen[0].picture.dtype == np.float32


def test_only_wanted_frames_are_given(tmp_path):
    video = open_video(write_clip(tmp_path / "clip.mp4", _ramp(12)))
    every = list(read_frames(video))
    some = list(read_frames(video, {3, 7}))
    assert [(f.number, f.seconds) for f in some] == [(f.number, f.seconds) for f in every[3:8:4]]
    np.testing.assert_array_equal(some[1].picture, every[7].picture)
    assert list(read_frames(video, set())) == []


def test_nothing_is_decoded_after_the_last_wanted_frame(tmp_path, monkeypatch):
    import cv2

    class Counted:
        def __init__(self, *arguments):
            self._capture = real(*arguments)

        def __getattr__(self, name):
            return getattr(self._capture, name)

        def grab(self):
            grabbed.append(1)
            return self._capture.grab()

    video = open_video(write_clip(tmp_path / "clip.mp4", _ramp(12)))
    grabbed, real = [], cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", Counted)
    assert [frame.number for frame in read_frames(video, {3, 1})] == [1, 3]
    assert len(grabbed) == 4


def test_frames_decoded_ahead_are_the_same(tmp_path):
    video = open_video(write_clip(tmp_path / "clip.mp4", _ramp(6)))
    for ahead, plain in zip(decoded_ahead(read_frames(video)), read_frames(video), strict=True):
        assert ahead.number == plain.number
        np.testing.assert_array_equal(ahead.picture, plain.picture)


def test_a_rotated_video_is_read_upright(tmp_path):
    """The track header's matrix (ISO/IEC 14496-12) turns by 90 degrees clockwise."""
    content = bytearray(write_clip(tmp_path / "clip.mp4", _ramp(3)).read_bytes())
    start = content.find(b"tkhd") + 4 + 40
    matrix = (0, 0x10000, 0, -0x10000, 0, 0, 48 << 16, 0, 0x40000000)
    content[start : start + 36] = struct.pack(">9i", *matrix)
    (tmp_path / "turned.mp4").write_bytes(content)
    video = open_video(tmp_path / "turned.mp4")
    (frame, *_) = read_frames(video)
    assert (video.width, video.height) == (48, 64)
    assert frame.picture.shape == (64, 48, 3)
    assert frame.picture[5, 42, 0] > 0.7  # what was top left is top right


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ((0, 100, 200, 200, 200, 200), (0.0, 0.1, 0.2, 0.24, 0.28, 0.32)),
        ((0, 40, 40, 80 + 1e-10, 160, 200), (0.0, 0.04, 0.08, 0.12, 0.16, 0.2)),
        ((0, 2, 4, math.nan, -9, 300), (0.0, 0.002, 0.004, 0.044, 0.084, 0.3)),
    ],
)
def test_times_that_do_not_rise_are_made_up(tmp_path, monkeypatch, stated, expected):
    """The second clock states, but for rounding, the time that was made up before."""
    import cv2

    class Stuck:
        """A capture whose clock says so many milliseconds, from 5 s on."""

        def __init__(self, *arguments):
            self._capture, self._frame = real(*arguments), 0

        def __getattr__(self, name):
            return getattr(self._capture, name)

        def grab(self):
            self._frame += 1
            return self._capture.grab()

        def get(self, key):
            if key == cv2.CAP_PROP_POS_MSEC:
                return 5000.0 + stated[self._frame - 1]
            return self._capture.get(key)

    video = open_video(write_clip(tmp_path / "clip.mp4", _ramp(6)))
    real = cv2.VideoCapture
    monkeypatch.setattr(cv2, "VideoCapture", Stuck)
    times = [frame.seconds for frame in read_frames(video)]
    np.testing.assert_allclose(times, expected, atol=1e-9)


@pytest.mark.parametrize("stated", [0.0, math.nan, 90000.0, -1.0])
def test_an_impossible_rate_is_replaced(stated):
    assert reading._rate(stated) == reading.USUAL_RATE


def _cut_in_half(path):
    content = write_clip(path, _ramp(12)).read_bytes()
    path.write_bytes(content[: len(content) // 2])


DAMAGE = {
    "no such file": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "the file is empty": lambda path: path.write_bytes(b""),
    "no video that ffmpeg can open": lambda path: path.write_bytes(b"noise " * 500),
    "or a damaged one": _cut_in_half,
}


@pytest.mark.parametrize("message", DAMAGE)
def test_what_is_no_video_is_said_in_one_line(tmp_path, message):
    path = tmp_path / "clip.mp4"
    DAMAGE[message](path)
    with pytest.raises(VideoError, match=message) as caught:
        open_video(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_picture_is_no_video(tmp_path):
    import cv2

    cv2.imwrite(str(tmp_path / "photo.jpg"), np.zeros((40, 40, 3), np.uint8))
    with pytest.raises(VideoError, match="a single picture"):
        open_video(tmp_path / "photo.jpg")


def test_ffmpeg_itself_says_nothing(tmp_path):
    """In a process of its own: ffmpeg listens once to how loud it should be."""
    _cut_in_half(tmp_path / "clip.mp4")
    program = "import sys; from e2far_jax.video.reading import open_video; open_video(sys.argv[1])"
    command = [sys.executable, "-c", program, str(tmp_path / "clip.mp4")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.stdout == ""
    assert ended.stderr.startswith("Traceback")
    assert ended.stderr.splitlines()[-1].startswith("e2far_jax.video.errors.VideoError: ")
