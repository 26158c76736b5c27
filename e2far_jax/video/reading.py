"""Reading videos frame by frame, with the ffmpeg that OpenCV's wheel carries.

A frame's number counts decoded frames from 0. Its time comes from the container, so that videos of
a variable rate keep theirs; one that does not rise by LEAST_STEP is taken as a frame later than the
last.
Frames are upright, as the container's rotation says.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import math
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.ahead import computed_ahead
from e2far_jax.video.errors import VideoError

SLOWEST, FASTEST = 1.0, 480.0  # frames a second that are taken seriously
USUAL_RATE = 25.0  # where a container's rate is not
LEAST_STEP = 1e-3  # seconds; a made-up time may be the next stated one but for rounding


@dataclasses.dataclass(frozen=True)
class Video:
    """What a container says of its video.

    Attributes:
      path: the file.
      width: of the upright frames, pixels.
      height: of the upright frames, pixels.
      rate: nominal frames a second.
      frames: how many frames the container promises; 0 where it does not say.
    """

    path: Path
    width: int
    height: int
    rate: float
    frames: int


@dataclasses.dataclass(frozen=True)
class Frame:
    """One picture of a video.

    Attributes:
      number: decoded frames before it.
      seconds: when it is shown, from the first frame on.
      picture: RGB in [0, 1].
    """

    number: int
    seconds: float
    picture: Float[np.ndarray, "H W 3"]


def open_video(path: str | Path) -> Video:
    """What is in a video file; its first frame is decoded to see that it can be.

    Raises:
      VideoError: for a missing or empty file, a folder, a picture, or what ffmpeg can't decode.
    """
    source = Path(path)
    _check_is_file(source)
    import cv2

    with _capture(source) as capture:
        decoded, picture = capture.read()
        if not decoded:
            raise VideoError(f"{source}: no frame of it can be decoded (damaged?)")
        frames = max(0, int(capture.get(cv2.CAP_PROP_FRAME_COUNT)))
        if frames <= 1 and not capture.grab():
            raise VideoError(f"{source}: a single picture, expected a video")
        height, width = picture.shape[:2]
        return Video(source, width, height, _rate(capture.get(cv2.CAP_PROP_FPS)), frames)


def read_frames(video: Video, wanted: Collection[int] | None = None) -> Iterator[Frame]:
    """The frames of a video, one after the other; only one is held.

    Args:
      video: as `open_video` returns it.
      wanted: numbers of the frames to give, the last of which is the last to be read; None gives
        all.
    """
    import cv2

    end = math.inf if wanted is None else max(wanted, default=-1)
    with _capture(video.path) as capture:
        start, last = 0.0, -1.0 / video.rate
        for number in itertools.count():
            if number > end or not capture.grab():
                return
            stated = capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
            start = stated if number == 0 else start
            rising = last + LEAST_STEP <= stated - start < math.inf
            last = stated - start if rising else last + 1.0 / video.rate
            if wanted is not None and number not in wanted:
                continue
            decoded, picture = capture.retrieve()
            if not decoded:
                return
            yield Frame(number, last, np.float32(picture[..., ::-1]) / np.float32(255.0))


def decoded_ahead(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The same frames; while one is worked at, another thread decodes the next."""
    decoded = computed_ahead(lambda _: next(frames, None), itertools.count(), threads=1, ahead=2)
    yield from itertools.takewhile(lambda frame: frame is not None, decoded)


def _check_is_file(source: Path) -> None:
    if source.is_dir():
        raise VideoError(f"{source}: a folder, expected a video file")
    if not source.is_file():
        raise VideoError(f"{source}: no such file")
    try:
        with source.open("rb") as file:
            if not file.read(1):
                raise VideoError(f"{source}: the file is empty")
    except OSError as error:
        raise VideoError(f"{source}: {error.strerror}") from None


@contextlib.contextmanager
def _capture(source: Path) -> Iterator[Any]:
    """A file that ffmpeg has opened.

    Raises:
      VideoError: where it can't.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # quiet: the error says what matters
    import cv2

    loudness = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        # An absolute path is never taken for an address or a pattern.
        capture = cv2.VideoCapture(str(source.resolve()), cv2.CAP_FFMPEG)
    finally:
        cv2.utils.logging.setLogLevel(loudness)
    try:
        if not capture.isOpened():
            raise VideoError(f"{source}: no video that ffmpeg can open, or a damaged one")
        yield capture
    finally:
        capture.release()


def _rate(stated: float) -> float:
    return stated if SLOWEST <= stated <= FASTEST else USUAL_RATE
