"""Vertex colours taken from the photograph (ours)."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from e2far_jax.faces.face import Face
from e2far_jax.geometry.cameras import Camera, project
from e2far_jax.geometry.meshes import vertex_normals
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.reconstruction.crops import camera_in_crop, cut_crop

PICTURE_SIZE = 256  # pixels; about as many as a face has vertices across
LEAST_FACING = 0.2  # cosine to the viewer below which a vertex is too slanted to be sampled


def vertex_colours(
    model: MorphableModel,
    vertices: Float[np.ndarray, "N 3"],
    camera: Camera,
    picture: Float[np.ndarray, "H W 3"],
) -> Float[np.ndarray, "N 3"]:
    """The picture's colours where vertices face the viewer, borrowed ones elsewhere.

    A vertex that is turned away, or falls outside the picture, takes the colour of the visible
    vertex nearest to it or to its mirror image in the face's plane of symmetry, x = 0. Parts of the
    face that cover each other are not told apart.

    Args:
      model: for the triangles.
      vertices: the face's own axes, mm.
      camera: from mm to pixels of the picture.
      picture: RGB in [0, 1].
    Returns:
      RGB in [0, 1].
    """
    from scipy.spatial import KDTree

    points = np.asarray(project(camera, jnp.asarray(vertices)))[:, :2]
    visible = _facing(model, vertices, camera) & _inside(points, picture)
    if not visible.any():
        return np.full(vertices.shape, 0.7, np.float32)
    sampled = _sample(picture, points[visible])
    tree = KDTree(vertices[visible])
    own_distance, own = tree.query(vertices)
    mirror_distance, mirror = tree.query(vertices * np.array([-1.0, 1.0, 1.0], np.float32))
    return sampled[np.where(own_distance <= mirror_distance, own, mirror)]


def face_colours(face: Face) -> Float[np.ndarray, "N 3"]:
    """The colours of a face's vertices; gray where its photograph is not at hand."""
    if face.photograph is None:
        return np.full(face.vertices.shape, 0.7, np.float32)
    picture = cut_crop(face.photograph, face.box, PICTURE_SIZE)
    camera = camera_in_crop(face.camera, picture)
    return vertex_colours(face.model, face.vertices, camera, picture.pixels)


def _facing(
    model: MorphableModel, vertices: Float[np.ndarray, "N 3"], camera: Camera
) -> Bool[np.ndarray, "N"]:
    normals = np.asarray(vertex_normals(jnp.asarray(vertices), model.triangles))
    return normals @ np.asarray(camera.rotation)[2] > LEAST_FACING


def _inside(
    points: Float[np.ndarray, "N 2"], picture: Float[np.ndarray, "H W 3"]
) -> Bool[np.ndarray, "N"]:
    height, width = picture.shape[:2]
    return ((points >= 0.0) & (points < np.array([width, height]))).all(axis=1)


def _sample(
    picture: Float[np.ndarray, "H W 3"], points: Float[np.ndarray, "K 2"]
) -> Float[np.ndarray, "K 3"]:
    """Bilinear interpolation between pixel centres."""
    from scipy.ndimage import map_coordinates

    rows_columns = points.T[::-1] - 0.5
    channels = [
        map_coordinates(picture[..., c], rows_columns, order=1, mode="nearest") for c in range(3)
    ]
    return np.stack(channels, axis=-1)
