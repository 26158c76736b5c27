"""Writing a video: pictures as H.264 at the times of another video's frames, with its sound.

Every browser and player shows H.264 with 4:2:0 colours in an MP4.
"""

from __future__ import annotations

import contextlib
import math
import secrets
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from jaxtyping import Float

from e2far_jax.video.errors import VideoError
from e2far_jax.video.reading import Video
from e2far_jax.video.sound import copied_sound

TICK = Fraction(1, 90_000)  # seconds; the clock of MPEG, which the usual frame rates divide
# Of x264. The eye sees no loss. Frames that wait for later ones ("bf") would shorten files whose
# times are irregular.
QUALITY = {"crf": "18", "preset": "veryfast", "bf": "0"}


@contextlib.contextmanager
def video_writer(
    path: Path, like: Video
) -> Iterator[Callable[[float, Float[np.ndarray, "H W 3"]], None]]:
    """A function that takes a time in seconds and a picture (RGB in [0, 1]), the next frame.

    A last column or row of an odd size is left out, for colours are stored for two by two pixels.
    The file appears when the block ends well.

    Args:
      path: the .mp4 to write.
      like: the video whose size and sound it has; sound of a kind that MP4 does not hold is
        left out, and so is damaged sound, which a line on stderr says.
    Raises:
      VideoError: for pictures that no video can have.
      OSError: where the file can't be written.
    """
    import av

    width, height = like.width - like.width % 2, like.height - like.height % 2
    if not width or not height:
        raise VideoError(f"{path}: no video can be of {like.width} x {like.height} pixels")
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    written = str(temporary.resolve())  # an absolute path is never taken for an address
    last = -1  # tick of the picture before
    try:
        with av.open(written, "w", format="mp4", options={"movflags": "faststart"}) as film:
            stream = film.add_stream("h264", Fraction(like.rate).limit_denominator(1001), QUALITY)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.codec_context.time_base = TICK
            with copied_sound(like.path, film) as copy_sound:

                def write(seconds: float, picture: Float[np.ndarray, "H W 3"]) -> None:
                    nonlocal last
                    shown = np.clip(picture[:height, :width], 0.0, 1.0)
                    levels = np.uint8(np.rint(255.0 * shown))
                    frame = av.VideoFrame.from_ndarray(levels, format="rgb24")
                    last = max(round(seconds / TICK), last + 1)
                    frame.pts, frame.time_base = last, TICK
                    film.mux(stream.encode(frame))
                    copy_sound(seconds)

                yield write
                film.mux(stream.encode())
                copy_sound(math.inf)
        temporary.replace(path)
    except OSError:  # such as a full disk; ffmpeg's other errors are none
        raise
    except av.FFmpegError as error:
        raise VideoError(f"{path}: ffmpeg cannot write it: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
