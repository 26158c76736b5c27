"""Pictures of a face: NAME.overlay.jpg, NAME.turntable.gif, NAME.turntable.png."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from PIL import Image

from e2far_jax.faces.face import Face
from e2far_jax.maps.views import overlay, turned_views, turntable
from e2far_jax.outputs.paint import Paint

FRAMES, FRAME_SECONDS = 36, 0.08
SIZE = 384  # pixels
STRIP_DEGREES = (-70, -35, 0, 35, 70)
JPEG_QUALITY = 92

Picture = Float[np.ndarray, "H W 3"]


def overlay_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """The mesh over the photograph.

    Raises:
      ValueError: for a face without its photograph.
    """
    file = io.BytesIO()
    _image(overlay(face)).save(file, "JPEG", quality=JPEG_QUALITY)
    return {".overlay.jpg": file.getvalue()}


def turntable_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """The face turning from side to side as an animation, and as five pictures in a row.

    It has the photograph's texture; without a photograph it is plain.
    """
    yaws = [math.radians(degrees) for degrees in STRIP_DEGREES]
    strip = np.concatenate(turned_views(face, yaws, paint.texture, SIZE), axis=1)
    file = io.BytesIO()
    _image(strip).save(file, "PNG")
    frames = turntable(face, paint.texture, FRAMES, SIZE)
    return {".turntable.gif": gif_bytes(frames, FRAME_SECONDS), ".turntable.png": file.getvalue()}


def gif_bytes(frames: Sequence[Picture], seconds: float) -> bytes:
    """An animated GIF that begins again at its end.

    All frames share one palette, so that colours don't flicker.

    Args:
      frames: RGB in [0, 1], at least one.
      seconds: how long each is shown, to the nearest hundredth.
    """
    images = [_image(frame) for frame in frames]
    sample = _image(np.concatenate(frames[:: max(len(frames) // 8, 1)], axis=1))
    palette = sample.quantize(256)
    indexed = [image.quantize(palette=palette) for image in images]
    file = io.BytesIO()
    indexed[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=indexed[1:],
        duration=round(1000 * seconds),
        loop=0,
    )
    return file.getvalue()


def _image(picture: Picture) -> Image.Image:
    return Image.fromarray(np.rint(255.0 * np.clip(picture, 0.0, 1.0)).astype(np.uint8))
