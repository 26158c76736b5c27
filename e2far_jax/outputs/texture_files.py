"""A face's texture and where the photograph shows it: NAME.texture.png, NAME.texture_mask.png."""

from __future__ import annotations

import numpy as np

from e2far_jax.faces.face import Face
from e2far_jax.outputs.paint import Paint
from e2far_jax.outputs.png import png_bytes

_LAYOUT = "the first row is v = 1, the first column u = 0 of the mesh's texture coordinates"


def texture_file(face: Face, paint: Paint) -> dict[str, bytes]:
    """The photograph unwrapped, hidden parts filled, and a mask of what it shows.

    Raises:
      ValueError: for a face without its photograph.
    """
    if paint.texture is None:
        raise ValueError("the face's photograph is not at hand, so it has no texture")
    colours = np.rint(255.0 * np.clip(paint.texture.colours, 0.0, 1.0)).astype(np.uint8)
    mask = np.where(paint.texture.seen, 255, 0).astype(np.uint8)
    about = (
        f"255 where the photograph shows the face well, 0 where colours are filled in; {_LAYOUT}"
    )
    return {
        ".texture.png": png_bytes(colours, {"Description": f"RGB as in the photograph; {_LAYOUT}"}),
        ".texture_mask.png": png_bytes(mask, {"Description": about}),
    }
