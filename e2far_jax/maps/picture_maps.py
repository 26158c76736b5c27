"""What each pixel of the photograph shows of a face: depth, normal, place on the mean face."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float, Shaped

from e2far_jax.faces.face import Face
from e2far_jax.gallery.studio import opaque_triangles
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.maps.blocks import Window, draw_attributes, window_around
from e2far_jax.morphable.model import MorphableModel


@dataclasses.dataclass(frozen=True)
class PictureMaps:
    """Maps over the part of a photograph that a face covers.

    Attributes:
      window: which pixels of the photograph these are.
      picture_size: the photograph's width and height, pixels.
      depth: mm along the camera's z axis, larger nearer to the viewer, 0 at the face's origin; NaN
        where there is no face.
      normals: unit vectors in the camera's axes, x right, y up, z towards the viewer; 0 where there
        is no face.
      codes: the projected normalised coordinate code (PNCC): where on the mean face each pixel is,
        x, y and z scaled to [0, 1] over its vertices (Zhu, Lei, Liu, Shi, Li, "Face alignment
        across large poses: a 3D solution", CVPR 2016); 0 where there is no face.
    """

    window: Window
    picture_size: tuple[int, int]
    depth: Float[np.ndarray, "h w"]
    normals: Float[np.ndarray, "h w 3"]
    codes: Float[np.ndarray, "h w 3"]

    @property
    def mask(self) -> Bool[np.ndarray, "h w"]:
        """Where the face is."""
        return ~np.isnan(self.depth)

    def whole(
        self, part: Shaped[np.ndarray, "h w *C"], empty: float = 0.0
    ) -> Shaped[np.ndarray, "H W *C"]:
        """One of the maps, or what was made of it, at the photograph's size."""
        return self.window.paste(part, self.picture_size, empty)


def picture_maps(face: Face, window: Window | None = None) -> PictureMaps:
    """A face's maps in its photograph.

    Args:
      face: which; its photograph's pixels are not needed.
      window: the pixels to draw; by default those that the face covers.
    """
    points = face.projected(face.vertices)
    window = window_around(points, face.picture_size) if window is None else window
    triangles = opaque_triangles(face.model)
    turned = jnp.asarray(face.vertices @ np.asarray(face.camera.rotation).T)
    normals = np.asarray(vertex_normals(turned, triangles))
    attributes = np.concatenate([normals, normalised_coordinates(face.model)], axis=1)
    depth, values = draw_attributes(points, triangles, attributes, window)
    lengths = np.linalg.norm(values[..., :3], axis=-1, keepdims=True)
    return PictureMaps(
        window,
        face.picture_size,
        depth,
        values[..., :3] / np.maximum(lengths, 1e-6),
        values[..., 3:],
    )


def normalised_coordinates(model: MorphableModel) -> Float[np.ndarray, "N 3"]:
    """The mean face's vertices, each axis scaled to [0, 1] over all of them."""
    mean = np.asarray(model.mean)
    low, high = mean.min(axis=0), mean.max(axis=0)
    return (mean - low) / np.maximum(high - low, 1e-6)
