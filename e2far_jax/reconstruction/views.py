"""The pictures of one face for the contact sheet: input, overlay, front and side."""

from __future__ import annotations

import math

import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, UInt8

from e2far_jax.geometry.cameras import Camera, transform_image
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.reconstruction.crops import Crop
from e2far_jax.reconstruction.faces import Reconstruction
from e2far_jax.rendering.preview import render_mesh

CAPTIONS = ("input", "overlay", "front", "side")
VIEW_SIZE = 256  # pixels
SIDE_YAW = math.radians(65.0)
OVERLAY_OPACITY = 0.8
BACKGROUND = 0.95
MARGIN = 1.25  # half the view, in radii of the face region


def face_views(
    model: MorphableModel, face: Reconstruction, picture: Crop
) -> list[UInt8[np.ndarray, "S S 3"]]:
    """The four pictures that `CAPTIONS` name.

    Args:
      model: the face's model.
      face: what to show.
      picture: the face's square of the photograph, VIEW_SIZE pixels wide.
    Returns:
      RGB pictures of VIEW_SIZE.
    """
    plain = np.full((VIEW_SIZE, VIEW_SIZE, 3), BACKGROUND, np.float32)
    posed = _render(model, face, camera_in_crop(face.camera, picture))
    views = [
        picture.pixels,
        _lay_over(picture.pixels, posed, OVERLAY_OPACITY),
        _lay_over(plain, _render(model, face, _view_camera(model, 0.0))),
        _lay_over(plain, _render(model, face, _view_camera(model, SIDE_YAW))),
    ]
    return [np.rint(np.clip(view, 0.0, 1.0) * 255.0).astype(np.uint8) for view in views]


def camera_in_crop(camera: Camera, crop: Crop) -> Camera:
    """A camera in the photograph's pixels as one in a crop's pixels."""
    scale = jnp.asarray(1.0 / crop.scale, camera.scale.dtype)
    return transform_image(camera, scale, jnp.asarray(-crop.offset / crop.scale, scale.dtype))


def _view_camera(model: MorphableModel, yaw: float) -> Camera:
    """A camera that shows the face region of any face of the model, turned by `yaw` radians."""
    region = np.asarray(model.mean)[np.asarray(model.regions["face"])]
    centre = (region.min(axis=0) + region.max(axis=0)) / 2.0
    radius = np.linalg.norm(region - centre, axis=1).max()
    zero = jnp.zeros(())
    rotation = rotation_from_euler(zero, jnp.asarray(yaw), zero)
    scale = jnp.asarray(VIEW_SIZE / (2.0 * MARGIN * radius), jnp.float32)
    turned = rotation @ jnp.asarray(centre, jnp.float32)
    shift = scale * turned[:2] * jnp.array([1.0, -1.0])
    return Camera(rotation, scale, VIEW_SIZE / 2.0 - shift)


def _render(
    model: MorphableModel, face: Reconstruction, camera: Camera
) -> Float[np.ndarray, "H W 4"]:
    vertices = jnp.asarray(face.vertices)
    return np.asarray(render_mesh(vertices, model.triangles, camera, VIEW_SIZE, VIEW_SIZE, None))


def _lay_over(
    background: Float[np.ndarray, "H W 3"],
    layer: Float[np.ndarray, "H W 4"],
    opacity: float = 1.0,
) -> Float[np.ndarray, "H W 3"]:
    cover = opacity * layer[..., 3:]
    return cover * layer[..., :3] + (1.0 - cover) * background
