"""The pictures of a page: the photograph around the face, and textures."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from jaxtyping import Float

from e2far_jax.faces.face import Face

LARGEST = 900  # pixels along the longer side of the photograph's part
MARGIN = 0.2  # around the face, in its larger extent
_QUALITY = 88


def photograph_view(face: Face) -> dict[str, Any]:
    """The photograph around a face, and the camera in it.

    Returns:
      "url"; "width" and "height" in pixels; "rotation" by rows; "scale" in pixels per mm;
      "translation", where the face's origin falls, pixels.
    """
    from PIL import Image

    left, top, right, bottom = _around(face)
    part = Image.fromarray(_bytes(face.photograph[top:bottom, left:right]))
    factor = min(1.0, LARGEST / max(part.size))
    size = [max(1, round(factor * side)) for side in part.size]
    corner = np.array([left, top])
    return {
        "url": _jpeg_url(part.resize(size, Image.Resampling.LANCZOS)),
        "width": factor * part.width,
        "height": factor * part.height,
        "rotation": np.asarray(face.camera.rotation).tolist(),
        "scale": factor * float(face.camera.scale),
        "translation": (factor * (np.asarray(face.camera.translation) - corner)).tolist(),
    }


def data_url(picture: Float[np.ndarray, "H W 3"]) -> str:
    """A picture, RGB in [0, 1], as the address of itself."""
    from PIL import Image

    return _jpeg_url(Image.fromarray(_bytes(picture)))


def _around(face: Face) -> tuple[int, int, int, int]:
    """The part of the photograph that is shown: left, top, right, bottom, whole pixels."""
    points = face.projected(face.vertices)[:, :2]
    low, high = points.min(axis=0), points.max(axis=0)
    margin = MARGIN * float((high - low).max())
    size = np.array(face.photograph.shape[1::-1])
    left, top = np.clip(np.floor(low - margin), 0, size - 1).astype(int).tolist()
    right, bottom = np.clip(np.ceil(high + margin), (left + 1, top + 1), size).astype(int).tolist()
    return left, top, right, bottom


def _bytes(picture: Float[np.ndarray, "H W 3"]) -> np.ndarray:
    return np.round(255.0 * np.clip(picture, 0.0, 1.0)).astype(np.uint8)


def _jpeg_url(image: Any) -> str:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=_QUALITY)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
