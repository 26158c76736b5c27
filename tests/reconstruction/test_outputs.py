"""The files read back by readers of our own, and the landmarks computed again from them."""

from __future__ import annotations

import dataclasses
import io
import json

import numpy as np
import pytest
import trimesh

from e2far_jax.reconstruction.faces import reconstruct_faces
from e2far_jax.reconstruction.meshes import glb_bytes
from e2far_jax.reconstruction.outputs import write_face
from tests.reconstruction.conftest import dome

KEYS = [
    "image",
    "box",
    "model",
    "weights",
    "units",
    "identity",
    "expression",
    "camera",
    "landmarks_2d",
    "landmarks_3d",
]


def read_obj(path) -> tuple[np.ndarray, np.ndarray, list[list[str]]]:
    """Vertices, texture coordinates and the corners of the faces as text."""
    lines = [line.split() for line in path.read_text().splitlines()]
    numbers = {
        kind: np.array([[float(word) for word in line[1:]] for line in lines if line[0] == kind])
        for kind in ("v", "vt")
    }
    return numbers["v"], numbers["vt"], [line[1:] for line in lines if line[0] == "f"]


def reproject(record: dict, vertices: np.ndarray) -> np.ndarray:
    """The camera's formula as the .json's `units` state it, point by point."""
    camera = record["camera"]
    rotation, scale = np.array(camera["rotation"]), camera["scale"]
    points = []
    for vertex in vertices:
        turned = rotation @ vertex
        points.append(
            [
                scale * turned[0] + camera["translation"][0],
                camera["translation"][1] - scale * turned[1],
            ]
        )
    return np.array(points)


@pytest.fixture(params=["named", "whitened"])
def written(request, network, tmp_path):
    """A face in a photograph of 6000 x 4000 pixels, and the folder with its files."""
    network.face_model = dome(named=request.param == "named", textured=request.param == "named")
    photograph = np.full((4000, 6000, 3), [0.3, 0.6, 0.8], np.float32)
    (face,) = reconstruct_faces(network, photograph, np.array([[3800.0, 2000.0, 5500.0, 3700.0]]))
    colours = np.random.default_rng(0).uniform(size=face.vertices.shape).astype(np.float32)
    write_face(tmp_path, "face", "in/face.jpg", network, face, colours)
    return network, face, tmp_path, colours


def test_mesh_and_camera_reproduce_the_landmarks(written):
    network, _, folder, _ = written
    record = json.loads((folder / "face.json").read_text())
    vertices, _, _ = read_obj(folder / "face.obj")
    landmarks = network.face_model.landmarks.on(vertices)
    np.testing.assert_allclose(reproject(record, landmarks), record["landmarks_2d"], atol=0.01)
    np.testing.assert_allclose(landmarks, record["landmarks_3d"], atol=1e-4)
    assert np.ptp(record["landmarks_2d"]) > 1000.0


def test_the_record_says_it_all(written):
    network, face, folder, _ = written
    text = (folder / "face.json").read_text()
    record = json.loads(text)
    assert list(record) == KEYS
    assert record["image"] == "in/face.jpg"
    assert record["model"] == "dome"
    assert record["weights"] == "stand-in"
    assert all(isinstance(text, str) for text in record["units"].values())
    np.testing.assert_allclose(record["box"], face.box)
    np.testing.assert_allclose(record["identity"], face.identity, rtol=1e-6)
    assert np.shape(record["landmarks_2d"]) == (68, 2)
    assert np.shape(record["landmarks_3d"]) == (68, 3)
    expression = record["expression"]
    if network.face_model.expression_names:
        assert tuple(expression) == network.face_model.expression_names
        assert all(0.0 <= weight <= 1.0 for weight in expression.values())
        expression = list(expression.values())
    np.testing.assert_allclose(expression, face.expression, rtol=1e-6)


def test_the_obj_keeps_vertices_triangles_and_texture(written):
    network, face, folder, _ = written
    model = network.face_model
    vertices, texture, corners = read_obj(folder / "face.obj")
    np.testing.assert_allclose(vertices, face.vertices, atol=1e-5)
    parts = np.array([[word.split("/") for word in triangle] for triangle in corners], int) - 1
    np.testing.assert_array_equal(parts[..., 0], model.triangles)
    if model.texture_coordinates is None:
        assert parts.shape[-1] == 1
        assert not len(texture)
    else:
        np.testing.assert_array_equal(parts[..., 1], model.texture_triangles)
        np.testing.assert_allclose(texture, model.texture_coordinates, atol=1e-5)


def test_the_glb_is_the_same_mesh_in_metres(written):
    network, face, folder, colours = written
    mesh = trimesh.load_mesh(folder / "face.glb", process=False)
    np.testing.assert_allclose(mesh.vertices * 1000.0, face.vertices, atol=1e-3)
    np.testing.assert_array_equal(mesh.faces, network.face_model.triangles)
    linear = mesh.visual.vertex_colors[:, :3] / 255.0
    shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(shown, colours, atol=0.03)


def test_not_a_number_is_never_written(network, photograph, tmp_path):
    (face,) = reconstruct_faces(network, photograph, np.array([[40.0, 30.0, 140.0, 150.0]]))
    face = dataclasses.replace(face, identity=np.full(5, np.nan, np.float32))
    colours = np.zeros_like(face.vertices)
    with pytest.raises(ValueError, match="JSON compliant"):
        write_face(tmp_path, "face", "face.jpg", network, face, colours)
    assert list(tmp_path.iterdir()) == []


def test_vertices_at_one_place_or_without_triangles_stay():
    plain = dome(textured=False)
    model = dataclasses.replace(plain, triangles=plain.triangles[:60])
    vertices = np.array(model.mean)
    vertices[140:] = vertices[139]
    content = glb_bytes(model, vertices, np.full_like(vertices, 0.5))
    mesh = trimesh.load_mesh(io.BytesIO(content), file_type="glb", process=False)
    np.testing.assert_allclose(mesh.vertices * 1000.0, vertices, atol=1e-3)
    np.testing.assert_array_equal(mesh.faces, model.triangles)
