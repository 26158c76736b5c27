"""Shapes, poses and landmarks against the linear model written out."""

from __future__ import annotations

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from e2far_jax.faces.face import expression_names
from e2far_jax.geometry.cameras import project
from e2far_jax.morphable.open import open_morphable_model
from tests.reconstruction.conftest import dome

ARKIT = [
    "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight",
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft", "eyeBlinkRight",
    "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft",
    "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen",
    "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft",
    "mouthLowerDownRight", "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthSmileLeft", "mouthSmileRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "noseSneerLeft", "noseSneerRight", "tongueOut",
]  # fmt: skip


def _by_hand(face, expression) -> np.ndarray:
    model = face.model
    vertices = np.array(model.mean, np.float64)
    for basis, coefficients in (
        (model.identity_basis, face.identity),
        (model.expression_basis, expression),
    ):
        for column, coefficient in enumerate(coefficients):
            vertices += float(coefficient) * np.asarray(basis, np.float64)[..., column]
    return vertices


def test_shapes_are_those_of_the_coefficients(face):
    np.testing.assert_allclose(face.vertices, _by_hand(face, face.expression), atol=1e-3)
    np.testing.assert_allclose(face.neutral_vertices, _by_hand(face, np.zeros(4)), atol=1e-3)
    corners = np.asarray(face.model.landmarks.corners)
    np.testing.assert_allclose(face.landmarks_3d, face.vertices[corners[:, 0]], atol=1e-4)
    seen = project(face.camera, jnp.asarray(face.landmarks_3d))[:, :2]
    np.testing.assert_allclose(face.landmarks_2d, seen, atol=1e-3)


@pytest.mark.parametrize("expression", ["own", "neutral", "by name", "array"])
def test_meshes_with_any_expression(face, expression):
    names = list(face.expression_weights)
    wanted = {
        "own": ("own", face.expression),
        "neutral": ("neutral", np.zeros(4)),
        "by name": ({names[2]: 0.5}, np.array([0.0, 0.0, 0.5, 0.0])),
        "array": (np.arange(4.0), np.arange(4.0)),
    }
    given, coefficients = wanted[expression]
    mesh = face.mesh(expression=given)
    np.testing.assert_allclose(mesh.vertices, _by_hand(face, coefficients), atol=1e-3)
    np.testing.assert_array_equal(mesh.triangles, face.model.triangles)


def test_the_posed_mesh_falls_on_the_photograph_by_parallel_rays(face):
    posed = face.mesh(pose="camera").vertices
    width, height = face.picture_size
    scale = float(face.camera.scale)
    columns = width / 2 + scale * posed[:, 0]
    rows = height / 2 - scale * posed[:, 1]
    seen = np.asarray(project(face.camera, jnp.asarray(face.vertices)))
    np.testing.assert_allclose(np.stack([columns, rows, posed[:, 2]], 1), seen, atol=1e-2)


def test_a_posed_mesh_is_the_same_rigid_body(face):
    own, posed = face.mesh().vertices, face.mesh(pose="camera").vertices
    pairs = np.random.default_rng(0).integers(0, len(own), (50, 2))
    lengths = [
        np.linalg.norm(part[pairs[:, 0]] - part[pairs[:, 1]], axis=1) for part in (own, posed)
    ]
    np.testing.assert_allclose(*lengths, atol=1e-2)
    u, v, w = (posed[k] - posed[0] for k in (20, 70, 130))
    a, b, c = (own[k] - own[0] for k in (20, 70, 130))
    assert np.sign(np.dot(np.cross(u, v), w)) == np.sign(np.dot(np.cross(a, b), c))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"pose": "sideways"}, "the choices are 'frontal' and 'camera'"),
        ({"expression": "angry"}, "expected 'own', 'neutral'"),
        ({"expression": {"wink": 1.0}}, "has no expression 'wink'; it has"),
        ({"expression": np.zeros(3)}, "expects 4 finite"),
        ({"expression": np.full(4, np.nan)}, "expects 4 finite"),
    ],
)
def test_what_a_mesh_cannot_be(face, arguments, message):
    with pytest.raises(ValueError, match=message):
        face.mesh(**arguments)


def test_expressions_have_names_even_where_the_model_has_none(face):
    names = ("jawOpen", "smile", "blink", "browUp")
    made_up = tuple(f"expression_{number}" for number in range(1, 5))
    assert tuple(face.expression_weights) == (
        names if face.model.expression_prior == "unit" else made_up
    )
    np.testing.assert_allclose(list(face.expression_weights.values()), face.expression, rtol=1e-6)


def test_sides_are_spelled_as_in_arkit():
    model = dataclasses.replace(
        dome(), expression_names=("jawLeft", "eyeBlink_L", "eyeBlink_R", "x")
    )
    assert expression_names(model) == ("jawLeft", "eyeBlinkLeft", "eyeBlinkRight", "x")


def test_the_default_model_speaks_arkit():
    """All 52 names of Apple's ARFaceAnchor.BlendShapeLocation but two, which have sides here."""
    names = set(expression_names(open_morphable_model("default")))
    halves = {
        f"{name}{side}" for name in ("browInnerUp", "cheekPuff") for side in ("Left", "Right")
    }
    assert halves < names
    assert names - halves == set(ARKIT) - {"browInnerUp", "cheekPuff"}
