"""What an edit changed, to look at."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from PIL import Image

from e2far_jax.faces.face import Face
from e2far_jax.gallery.sheet import Row, Tile, draw_sheet, levels
from e2far_jax.gallery.studio import mesh_picture, view_camera

SIZE = 320  # pixels
MARGIN = 1.9  # a view's side, in longer sides of the landmarks' box
YAWS = {"front": 0.0, "side": math.radians(50.0)}


def before_and_after(before: Face, after: Face) -> Image.Image:
    """Both faces from the front and the side, in one frame."""
    rows = [
        Row([_tile(face, yaw, before) for yaw in YAWS.values()], label)
        for label, face in (("before", before), ("after", after))
    ]
    return draw_sheet(rows, tuple(YAWS))


def _tile(face: Face, yaw: float, framed: Face) -> Tile:
    camera = view_camera(jnp.asarray(framed.landmarks_3d), yaw, SIZE, MARGIN)
    picture = mesh_picture(face.model, jnp.asarray(face.vertices), camera, SIZE)
    return Tile(levels(np.asarray(picture)))
