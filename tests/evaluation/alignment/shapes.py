"""Surfaces with known answers: a face-like relief, a sheet, spheres; and random motions."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from e2far_jax.evaluation.alignment.transformations import Transformation
from e2far_jax.scans.mesh import Mesh


def sheet(
    count: int = 25, width: float = 140.0, heights=lambda x, y: np.zeros_like(x), shift: float = 0.0
) -> Mesh:
    """A square relief about the origin, z = heights(x, y); `shift` moves its grid along x."""
    x, y = np.meshgrid(*[np.linspace(-width / 2, width / 2, count)] * 2, indexing="ij")
    corner = (np.arange(count)[:-1, None] * count + np.arange(count)[:-1]).reshape(-1)
    triangles = np.concatenate(
        [np.stack([corner, corner + count, corner + 1], 1),
         np.stack([corner + 1, corner + count, corner + count + 1], 1)]
    )  # fmt: skip
    x = x + shift
    return Mesh(np.stack([x, y, heights(x, y)], -1).reshape(-1, 3), triangles.astype(np.int32))


def relief(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Heights of something like a face, mm: no motion takes it onto itself."""
    nose = 22.0 * np.exp(-((x / 12.0) ** 2) - ((y + 5.0) / 18.0) ** 2)
    eyes = -9.0 * np.exp(-(((np.abs(x) - 32.0) / 13.0) ** 2) - ((y - 28.0) / 9.0) ** 2)
    return nose + eyes + 4.0 * np.sin(x / 17.0 + y / 29.0) - (x**2 + 0.7 * y**2) / 160.0


def face(count: int = 41, shift: float = 0.0) -> Mesh:
    """The relief as a mesh; `shift` makes another mesh of the same surface."""
    return sheet(count, heights=relief, shift=shift)


def face_landmarks() -> np.ndarray:
    """The seven landmarks on the relief."""
    x = np.array([-45.0, -18, 18, 45, 0, -24, 24])
    y = np.array([28.0, 27, 27, 28, -22, -45, -45])
    return np.stack([x, y, relief(x, y)], axis=-1)


def sphere(radius: float, rings: int = 24) -> Mesh:
    """A closed sphere about the origin, its vertices on it."""
    import trimesh

    ball = trimesh.creation.uv_sphere(radius=radius, count=[rings, 2 * rings])
    return Mesh(np.array(ball.vertices, np.float64), np.array(ball.faces, np.int32))


def motion(
    seed: int, degrees: float = 180.0, shift: float = 50.0, scale: float = 1.0
) -> Transformation:
    """A random rotation by at most some degrees, a shift of at most some mm, and a scale."""
    rng = np.random.default_rng(seed)
    axis = rng.normal(size=3)
    vector = np.deg2rad(degrees * rng.uniform(0.5, 1.0)) * axis / np.linalg.norm(axis)
    rotation = Rotation.from_rotvec(vector).as_matrix()
    return Transformation(scale, rotation, shift * rng.uniform(-1.0, 1.0, 3))


def moved(mesh: Mesh, transformation: Transformation) -> Mesh:
    """The mesh after a transformation."""
    return Mesh(transformation.apply(mesh.vertices), mesh.triangles)
