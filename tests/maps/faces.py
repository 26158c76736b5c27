"""Faces with closed forms: a ball, and a plate before a wall."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np

from e2far_jax.faces.face import Face
from e2far_jax.geometry.cameras import Camera
from e2far_jax.geometry.rotations import rotation_from_euler
from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.settings import FaceModelSettings
from e2far_jax.morphable.surface_points import points_at_vertices

RADIUS = 100.0


def grid(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """u and v of a grid's vertices, v up, and triangles counter-clockwise with u right."""
    u, v = np.meshgrid(np.linspace(0.0, 1.0, columns + 1), np.linspace(0.0, 1.0, rows + 1))
    corner = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns)).ravel()
    right, above, across = corner + 1, corner + columns + 1, corner + columns + 2
    triangles = np.concatenate(
        [np.stack([corner, right, across], 1), np.stack([corner, across, above], 1)]
    )
    return u.ravel(), v.ravel(), triangles


def model_of(
    vertices: np.ndarray,
    triangles: np.ndarray,
    coordinates: np.ndarray | None = None,
    region: np.ndarray | None = None,
) -> MorphableModel:
    """A model that doesn't morph; its texture has the vertices' numbering."""
    texture = {}
    if coordinates is not None:
        texture = {
            "texture_coordinates": jnp.asarray(coordinates, jnp.float32),
            "texture_triangles": jnp.asarray(triangles, jnp.int32),
        }
    count = len(vertices)
    return MorphableModel(
        mean=jnp.asarray(vertices, jnp.float32),
        identity_basis=jnp.zeros((count, 3, 1)),
        expression_basis=jnp.zeros((count, 3, 1)),
        triangles=jnp.asarray(triangles, jnp.int32),
        landmarks=points_at_vertices(np.linspace(0, count - 1, 68).astype(int)),
        regions={"face": jnp.asarray(np.ones(count, bool) if region is None else region)},
        name="closed form",
        **texture,
    )


def ball(textured: bool = True) -> MorphableModel:
    """A ball of RADIUS mm; u is the angle about y, 0.5 towards +z, v the height's angle."""
    u, v, triangles = grid(72, 36)
    angle, height = 2.0 * np.pi * (u - 0.5), np.pi * (v - 0.5)
    points = np.stack(
        [np.sin(angle) * np.cos(height), np.sin(height), np.cos(angle) * np.cos(height)], axis=1
    )
    corners = points[triangles]
    areas = np.linalg.norm(
        np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1
    )
    triangles = triangles[areas > 1e-9]
    return model_of(RADIUS * points, triangles, np.stack([u, v], 1) if textured else None)


def plate_before_wall() -> MorphableModel:
    """A wall of 200 x 200 mm on the texture's left half; 40 mm before it a plate of 30 x 30 mm."""
    u, v, triangles = grid(20, 20)
    wall = np.stack([200.0 * (u - 0.5), 200.0 * (v - 0.5), 0.0 * u], axis=1)
    plate = np.stack([30.0 * (u - 0.5), 30.0 * (v - 0.5), 0.0 * u + 40.0], axis=1)
    places = [np.stack([0.49 * u + start, v], axis=1) for start in (0.0, 0.51)]
    return model_of(
        np.concatenate([wall, plate]),
        np.concatenate([triangles, triangles + len(u)]),
        np.concatenate(places),
    )


def face_of(
    model: MorphableModel,
    yaw: float = 0.0,
    pitch: float = 0.0,
    scale: float = 1.0,
    translation: tuple[float, float] = (150.0, 120.0),
    picture_size: tuple[int, int] = (300, 240),
) -> Face:
    """A face without its photograph."""
    rotation = rotation_from_euler(jnp.float32(pitch), jnp.float32(yaw), jnp.float32(0.0))
    return Face(
        model=model,
        model_settings=FaceModelSettings("closed form"),
        identity=np.zeros(model.identity_size, np.float32),
        expression=np.zeros(model.expression_size, np.float32),
        camera=Camera(rotation, jnp.float32(scale), jnp.array(translation, jnp.float32)),
        picture_size=picture_size,
        box=np.array([50.0, 50.0, 250.0, 200.0]),
    )


def photographed(face: Face, colours: Callable[[np.ndarray], np.ndarray]) -> Face:
    """The face with a photograph in which each point (mm) of a ball has its own colour.

    Args:
      face: with `ball` for its model.
      colours: from points [..., 3] to RGB [..., 3].
    """
    width, height = face.picture_size
    rows, columns = np.mgrid[:height, :width] + 0.5
    scale, (x0, y0) = float(face.camera.scale), np.asarray(face.camera.translation)
    x, y = (columns - x0) / scale, (y0 - rows) / scale
    z = np.sqrt(np.maximum(RADIUS**2 - x**2 - y**2, 0.0))
    points = np.stack([x, y, z], axis=-1) @ np.asarray(face.camera.rotation)
    inside = (x**2 + y**2 < RADIUS**2)[..., None]
    picture = np.where(inside, colours(points), [0.0, 0.0, 1.0])
    return dataclasses.replace(face, photograph=picture.astype(np.float32))
