"""Mistakes are found where a mesh is described, before anything is written."""

from __future__ import annotations

import numpy as np
import pytest

from e2far_jax.gltf.mesh import MorphTargets, Texture
from tests.gltf.conftest import motion, picture, pyramid

ROWS = np.zeros((6, 3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"triangles": np.zeros((0, 3), int)}, "without triangles"),
        ({"triangles": np.array([[0, 1, 6]])}, "indices run from 0 to 6, expected 0 to 5"),
        ({"triangles": np.array([[0, 1, -1]])}, "indices run from -1 to 1"),
        ({"positions": np.full((6, 3), np.nan)}, "positions: expected finite numbers"),
        ({"positions": np.full((6, 3), 1e39)}, "positions: expected finite numbers"),
        ({"normals": np.full((6, 3), np.inf)}, "normals: expected finite"),
        ({"colours": np.full((6, 3), np.nan)}, "colours: expected finite"),
        ({"translation": np.array([0.0, np.nan, 0.0])}, "translation: expected finite"),
        ({"triangles": np.array([[0, 1, 2]])}, "the texture has 6 triangles, the mesh 1"),
    ],
)
def test_a_mesh_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        pyramid(**changes)


def test_arrays_of_another_mesh_are_refused():
    with pytest.raises(Exception, match=r"(?i)shape|type"):
        pyramid(normals=np.zeros((5, 3)))
    with pytest.raises(ValueError, match="the targets' positions: the shape is"):
        pyramid(targets=MorphTargets(("a",), np.zeros((1, 5, 3)), np.zeros(1)))


@pytest.mark.parametrize(
    ("names", "positions", "weights", "message"),
    [
        ((), np.zeros((0, 6, 3)), np.zeros(0), "one or more different names"),
        (("a", "a"), np.zeros((2, 6, 3)), np.zeros(2), "different names"),
        (("a", "b"), ROWS[None], np.zeros(1), "expected \\(2, any, 3\\)"),
        (("a",), ROWS[None] + np.nan, np.zeros(1), "positions: expected finite"),
        (("a",), ROWS[None], np.array([np.nan]), "weights: expected finite"),
    ],
)
def test_targets_that_cannot_be(names, positions, weights, message):
    with pytest.raises(ValueError, match=message):
        MorphTargets(names, positions, weights)


@pytest.mark.parametrize(
    ("image", "triangle", "message"),
    [
        (b"GIF89a", [0, 1, 2], "neither a PNG nor a JPEG"),
        (b"", [0, 1, 2], "neither a PNG nor a JPEG"),
        (picture(), [0, 1, 3], "indices run from 0 to 3, expected 0 to 2"),
    ],
)
def test_a_texture_that_cannot_be(image, triangle, message):
    with pytest.raises(ValueError, match=message):
        Texture(image, np.zeros((3, 2)), np.array([triangle]))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"seconds": np.array([0.0, 1.0, 1.0])}, "must rise"),
        ({"seconds": np.array([0.0, 1.0, 1.0 + 1e-9])}, "must rise"),
        ({"seconds": np.array([-1.0, 0.0, 1.0])}, "from 0 or later"),
        ({"seconds": np.array([0.0, np.nan, 1.0])}, "seconds: expected finite"),
        ({"weights": np.full((3, 3), np.inf)}, "weights: expected finite"),
        (
            dict.fromkeys(("weights", "rotations", "translations")),
            "one or more of weights, rotations",
        ),
    ],
)
def test_an_animation_that_cannot_be(changes, message):
    with pytest.raises(ValueError, match=message):
        motion(**changes)


def test_an_empty_animation_is_refused():
    with pytest.raises(ValueError, match="not be empty"):
        motion(
            seconds=np.zeros(0),
            weights=np.zeros((0, 3)),
            rotations=None,
            translations=None,
        )
