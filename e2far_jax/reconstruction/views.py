"""The pictures of one face for the contact sheet: input, overlay, front and side."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt8

from e2far_jax.faces.face import Face
from e2far_jax.gallery.sheet import levels
from e2far_jax.gallery.studio import BACKGROUND, lay_over, opaque_triangles, view_camera
from e2far_jax.geometry.cameras import Camera
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.reconstruction.crops import Crop, camera_in_crop
from e2far_jax.rendering.preview import render_mesh

CAPTIONS = ("input", "overlay", "front", "side")
VIEW_SIZE = 256  # pixels
SIDE_YAW = math.radians(65.0)
OVERLAY_OPACITY = 0.65
MARGIN = 1.9  # the view's side, in longer sides of the landmarks' box


def face_views(face: Face, picture: Crop) -> list[UInt8[np.ndarray, "S S 3"]]:
    """The four pictures that `CAPTIONS` name.

    Args:
      face: what to show.
      picture: the face's square of the photograph, VIEW_SIZE pixels wide.
    Returns:
      RGB pictures of VIEW_SIZE.
    """
    plain = np.full((VIEW_SIZE, VIEW_SIZE, 3), BACKGROUND, np.float32)
    posed = _render(face, camera_in_crop(face.camera, picture))
    views = [
        picture.pixels,
        lay_over(picture.pixels, posed, OVERLAY_OPACITY),
        lay_over(plain, _render(face, _view_camera(face.model, 0.0))),
        lay_over(plain, _render(face, _view_camera(face.model, SIDE_YAW))),
    ]
    return [levels(view) for view in views]


def compile_views(model: MorphableModel) -> None:
    """Compile what `face_views` draws with, or take it from what was compiled before."""
    _draw(model, model.mean, _view_camera(model, 0.0))


def _view_camera(model: MorphableModel, yaw: float) -> Camera:
    """The same view of every face of a model: around its mean's landmarks, turned by `yaw`."""
    return view_camera(model.landmarks.on(model.mean), yaw, VIEW_SIZE, MARGIN)


def _render(face: Face, camera: Camera) -> Float[np.ndarray, "H W 4"]:
    return _draw(face.model, jnp.asarray(face.vertices), camera)


def _draw(
    model: MorphableModel, vertices: Float[Array, "N 3"], camera: Camera
) -> Float[np.ndarray, "H W 4"]:
    triangles = opaque_triangles(model)
    return np.asarray(render_mesh(vertices, triangles, camera, VIEW_SIZE, VIEW_SIZE, None))
