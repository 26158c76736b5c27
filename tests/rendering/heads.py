"""A ball-shaped head with landmarks in the places where a face has them, and a sphere."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from e2far_jax.morphable.model import MorphableModel
from e2far_jax.morphable.surface_points import points_at_vertices

EMPTY = ("eyes", "irises", "pupils", "lips", "brows", "scalp", "mouth_cavity", "teeth")


def sphere(subdivisions: int) -> tuple[np.ndarray, np.ndarray]:
    """A unit icosphere: vertices and outward triangles."""
    golden = (1 + 5**0.5) / 2
    vertices = [(s, t * golden, 0.0) for s in (-1, 1) for t in (-1, 1)]
    vertices = np.array([np.roll(vertex, k) for k in range(3) for vertex in vertices])
    vertices /= np.linalg.norm(vertices, axis=1, keepdims=True)
    edge = np.sort(np.linalg.norm(vertices[0] - vertices, axis=1))[1] * 1.01
    near = np.linalg.norm(vertices[:, None] - vertices, axis=-1) < edge
    triangles = [
        (a, b, c)
        for a in range(12)
        for b in range(a)
        for c in range(b)
        if near[a, b] and near[b, c] and near[a, c]
    ]
    triangles = np.array(triangles)
    for _ in range(subdivisions):
        vertices, triangles = _subdivide(vertices, triangles)
    a, b, c = (vertices[triangles[:, corner]] for corner in range(3))
    inward = np.sum(np.cross(b - a, c - a) * (a + b + c), axis=1) < 0
    triangles[inward] = triangles[inward][:, ::-1]
    return vertices, triangles


def _subdivide(vertices: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    edges = np.sort(triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)
    unique, number = np.unique(edges, axis=0, return_inverse=True)
    middles = vertices[unique].mean(axis=1)
    middles /= np.linalg.norm(middles, axis=1, keepdims=True)
    ab, bc, ca = len(vertices) + number.reshape(-1, 3).T
    a, b, c = triangles.T
    corners = [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.concatenate([vertices, middles]), np.concatenate([np.stack(t, 1) for t in corners])


def _arc(start: tuple, middle: tuple, end: tuple, count: int) -> np.ndarray:
    """Points on the parabola through three points."""
    t = np.linspace(0, 1, count)[:, None]
    start, middle, end = map(np.array, (start, middle, end))
    return (2 * t - 1) * (t - 1) * start + 4 * t * (1 - t) * middle + t * (2 * t - 1) * end


def _landmark_layout() -> np.ndarray:
    """68 places in the frontal plane, mm."""
    eye = np.array([[-45, 30], [-37, 36], [-28, 36], [-20, 30], [-28, 25], [-37, 25]])
    mirrored = (eye * [-1, 1])[[3, 2, 1, 0, 5, 4]]
    lips = [_arc((-26, -38), (0, -30), (26, -38), 7), _arc((26, -38), (0, -50), (-26, -38), 7)]
    inner = [_arc((-20, -38), (0, -36), (20, -38), 5), _arc((20, -38), (0, -42), (-20, -38), 5)]
    parts = [
        _arc((-66, 28), (0, -82), (66, 28), 17),
        _arc((-52, 50), (-34, 57), (-16, 52), 5),
        _arc((16, 52), (34, 57), (52, 50), 5),
        _arc((0, 34), (0, 15), (0, -5), 4),
        _arc((-14, -14), (0, -18), (14, -14), 5),
        eye,
        mirrored,
        np.concatenate([lips[0][:-1], lips[1][:-1]]),
        np.concatenate([inner[0][:-1], inner[1][:-1]]),
    ]
    return np.concatenate(parts)


def ball_head() -> MorphableModel:
    """An ellipsoid with five identity modes, five expressions, and mostly empty regions.

    Tests that fill a region then compile nothing anew.
    """
    directions, triangles = sphere(4)
    mean = directions * [78.0, 105.0, 90.0]
    front = np.where(mean[:, 2:] > 0, mean[:, :2], 1e6)
    landmarks = [np.argmin(np.linalg.norm(front - place, axis=1)) for place in _landmark_layout()]
    generator = np.random.default_rng(0)
    waves = np.sin(mean @ generator.normal(0, 0.02, (3, 5)) + generator.uniform(0, 6, 5))
    identity = 3.0 * directions[:, :, None] * waves[:, None, :]
    names = ("eyeBlink_L", "eyeBlink_R", "jawOpen", "mouthClose", "somethingElse")
    jaw = np.clip(-mean[:, 1:2] - 30.0, 0, 30) * [[0.0, -0.8, 0.0]]
    expressions = [0.1 * directions, 0.2 * directions, jaw, -jaw, 2.0 * directions]
    return MorphableModel(
        mean=jnp.asarray(mean, jnp.float32),
        identity_basis=jnp.asarray(identity, jnp.float32),
        expression_basis=jnp.asarray(np.stack(expressions, axis=-1), jnp.float32),
        triangles=jnp.asarray(triangles, jnp.int32),
        landmarks=points_at_vertices(np.array(landmarks)),
        regions={
            "face": jnp.asarray(mean[:, 2] > 0),
            "opaque": jnp.ones(len(mean), bool),
            **{name: jnp.zeros(len(mean), bool) for name in EMPTY},
        },
        name="ball",
        expression_names=names,
        expression_prior="unit",
    )
