"""A mesh with everything that a file can hold."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from e2far_jax.gltf.mesh import Animation, GltfMesh, MorphTargets, Texture


def picture(kind: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3)).save(file, kind)
    return file.getvalue()


def pyramid(**changes) -> GltfMesh:
    """Four sides and a base over five vertices and one that no triangle has.

    The texture's sides are cut apart at the top, vertex 4.
    """
    corners = np.array([[-1, 0, -1], [1, 0, -1], [1, 0, 1], [-1, 0, 1], [0, 1, 0], [2, 2, 2]])
    triangles = np.array([[1, 0, 4], [2, 1, 4], [3, 2, 4], [0, 3, 4], [0, 1, 2], [0, 2, 3]])
    moves = np.zeros((3, 6, 3))
    moves[0, 4], moves[1] = [0.0, 0.5, 0.0], np.linspace(0.1, 1.8, 18).reshape(6, 3)
    normals = corners - [0.0, 0.3, 0.0]
    made = {
        "positions": 0.1 * corners,
        "triangles": triangles,
        "normals": normals / np.linalg.norm(normals, axis=1, keepdims=True),
        "colours": np.linspace(0.0, 1.0, 18).reshape(6, 3),
        "texture": Texture(
            picture(),
            np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.4], [0.6, 0.5], [0.4, 0.5]]) * 0.9,
            np.array([[1, 0, 4], [2, 1, 5], [3, 2, 4], [0, 3, 6], [0, 1, 2], [0, 2, 3]]),
        ),
        "targets": MorphTargets(("jawOpen", "é", "still"), moves, np.array([0.5, -2, 0]), -moves),
        "extras": {"note": "a pyramid"},
    }
    return GltfMesh(**made | changes)


def motion(**changes) -> Animation:
    """Half a turn about x by way of a quarter, with all else that can move."""
    quarter = np.array([[1.0, 0.0, 0.0], [0.0, 0.0, -1.0], [0.0, 1.0, 0.0]])
    made = {
        "seconds": np.array([0.0, 0.5, 2.0]),
        "weights": np.arange(9.0).reshape(3, 3),
        "rotations": np.stack([np.eye(3), quarter, quarter @ quarter]),
        "translations": np.arange(9.0).reshape(3, 3) - 4.0,
    }
    return Animation(**made | changes)


@pytest.fixture(scope="session")
def everything() -> tuple[GltfMesh, Animation]:
    return pyramid(), motion()
