"""Faces read back by a reader of the tests' own, against the shapes of `Face`."""

from __future__ import annotations

import dataclasses
import io

import jax.numpy as jnp
import numpy as np
import pytest
import trimesh
from PIL import Image
from scipy.spatial.transform import Rotation

from e2far_jax.faces.face import Face, expression_names
from e2far_jax.geometry.cameras import Camera
from e2far_jax.gltf.mesh import Animation
from e2far_jax.gltf.writer import glb_bytes
from e2far_jax.outputs.glb import (
    LEAST_MOTION,
    LEAST_TURN,
    face_glb,
    linear_light,
    model_mesh,
    node_placement,
)
from tests.gltf.read_back import GlbFile, read_glb


def neutral_mm(file: GlbFile, face: Face) -> np.ndarray:
    return 1000.0 * file.attribute("POSITION")[: len(face.vertices)]


def test_the_mesh_is_neutral_and_its_weights_show_the_face(face):
    file = read_glb(face_glb(face))
    np.testing.assert_allclose(neutral_mm(file, face), face.neutral_vertices, atol=1e-4)
    np.testing.assert_allclose(1000.0 * file.shown(), face.vertices, atol=4 * LEAST_MOTION)
    np.testing.assert_allclose(file.mesh["weights"], face.expression)
    assert np.abs(face.vertices - face.neutral_vertices).max() > 1.0


def test_each_target_is_the_expression_of_its_name(face):
    file = read_glb(face_glb(face))
    names = file.mesh["extras"]["targetNames"]
    assert tuple(names) == expression_names(face.model)
    for name, moved in zip(names, 1000.0 * file.targets(), strict=True):
        expected = face.mesh({name: 1.0}).vertices - face.neutral_vertices
        np.testing.assert_allclose(moved, expected, atol=LEAST_MOTION + 1e-4)


def test_normals_are_those_of_the_moved_surface(face):
    file = read_glb(face_glb(face))
    normals = file.attribute("NORMAL")
    np.testing.assert_allclose(np.linalg.norm(normals, axis=1), 1.0, atol=1e-6)
    for name, turned in zip(expression_names(face.model), file.targets("NORMAL"), strict=True):
        mesh = face.mesh({name: 1.0})
        surface = trimesh.Trimesh(mesh.vertices, mesh.triangles, process=False)
        across = surface.face_normals * surface.area_faces[:, None]
        expected = np.zeros_like(mesh.vertices)
        np.add.at(expected, mesh.triangles.reshape(-1), np.repeat(across, 3, axis=0))
        expected /= np.linalg.norm(expected, axis=1, keepdims=True)
        np.testing.assert_allclose(normals + turned, expected, atol=LEAST_TURN + 1e-4)


def test_what_hardly_moves_is_left_in_place(face):
    basis = np.array(face.model.expression_basis)
    basis[:100, :, 1] = 0.9 * LEAST_MOTION
    basis[100, :, 1] = [0.0, 1.1 * LEAST_MOTION, 0.0]
    model = dataclasses.replace(face.model, expression_basis=jnp.asarray(basis))
    moved = read_glb(face_glb(dataclasses.replace(face, model=model))).targets()[1]
    assert not moved[:100].any()
    np.testing.assert_allclose(1000.0 * moved[100:], basis[100:, :, 1], atol=1e-5)


def test_colours_are_stored_as_linear_light(face):
    colours = np.random.default_rng(0).uniform(size=face.vertices.shape)
    linear = read_glb(face_glb(face, colours)).attribute("COLOR_0")
    shown = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(shown, colours, atol=1e-5)


def test_linear_light_of_the_ends():
    np.testing.assert_allclose(linear_light(np.array([0.0, 0.04045, 1.0])), [0, 0.0031308, 1], 1e-4)


def test_a_texture_lies_where_the_model_says(face):
    """Its colours at corners, looked up by trimesh, are those of the picture."""
    rows, columns = np.mgrid[:64, :64] / 63.0
    picture = np.stack([columns, rows, np.full_like(rows, 0.5)], axis=-1)
    content = face_glb(face, texture=picture)
    loaded = trimesh.load_mesh(io.BytesIO(content), file_type="glb", process=False)
    image = np.asarray(loaded.visual.material.baseColorTexture.convert("RGB")) / 255.0
    np.testing.assert_allclose(image, picture, atol=0.03)
    u, v = np.moveaxis(
        np.asarray(face.model.texture_coordinates)[face.model.texture_triangles], 2, 0
    )
    np.testing.assert_allclose(loaded.visual.uv[loaded.faces], np.stack([u, v], -1), atol=1e-6)
    file = read_glb(content)
    first_row = Image.open(io.BytesIO(file.view(file.document["images"][0]["bufferView"])))
    stored = file.attribute("TEXCOORD_0")[file.triangles()]
    np.testing.assert_allclose(stored[..., 1], 1.0 - v, atol=1e-6)  # from the top row down
    assert first_row.getpixel((0, 0))[1] < 10


def test_the_posed_face_is_placed_by_its_node(face):
    content = face_glb(face, pose="camera")
    (node,) = read_glb(content).document["nodes"]
    shown = 1000.0 * read_glb(content).shown()
    turned = Rotation.from_quat(node["rotation"]).apply(shown) + 1000.0 * np.array(
        node["translation"]
    )
    np.testing.assert_allclose(turned, face.mesh(pose="camera").vertices, atol=0.05)
    assert "rotation" not in read_glb(face_glb(face)).document["nodes"][0]


def test_cameras_of_a_film_are_placed_at_once(face):
    camera = face.camera
    film = Camera(*(jnp.stack([part, 2.0 * part]) for part in dataclasses.astuple(camera)))
    rotations, translations = node_placement(film, face.picture_size)
    assert rotations.shape == (2, 3, 3)
    expected = node_placement(camera, face.picture_size)[1]
    np.testing.assert_allclose(translations[0], expected, atol=1e-7)
    assert np.abs(translations[1] - expected).max() > 1e-3


def test_an_animation_goes_into_the_file(face):
    seconds, weights = np.array([0.0, 1.0]), np.array([[0.0] * 4, [1.0] * 4])
    file = read_glb(face_glb(face, animation=Animation(seconds, weights)))
    np.testing.assert_array_equal(file.channel("weights")[1], weights.reshape(-1))


def test_the_file_says_what_its_numbers_mean(face):
    extras = read_glb(face_glb(face)).mesh["extras"]
    assert extras["axes"].startswith("metres; +x the subject's left")
    assert extras["model"] == face.model.name
    assert extras["licence"] == face.model.licence
    assert extras["model_vertices"] == len(face.vertices)
    deviations = face.model.expression_prior == "normal"
    assert ("standard deviations" in extras["weights"]) == deviations


def test_see_through_parts_are_not_drawn_but_keep_their_vertices(face):
    opaque = np.arange(len(face.vertices)) < 100
    regions = {**face.model.regions, "opaque": jnp.asarray(opaque)}
    model = dataclasses.replace(face.model, regions=regions)
    file = read_glb(face_glb(dataclasses.replace(face, model=model), texture=np.ones((4, 4, 3))))
    triangles = np.asarray(model.triangles)
    kept = opaque[triangles].all(axis=1)
    sources = np.array([*range(len(opaque)), *file.mesh["extras"]["seam_vertices"]])
    np.testing.assert_array_equal(sources[file.triangles()], triangles[kept])
    assert 0 < kept.sum() < len(kept)


def test_vertices_at_one_place_or_without_triangles_stay(face):
    mean = np.array(face.model.mean)
    mean[140:] = mean[139]
    model = dataclasses.replace(
        face.model,
        mean=jnp.asarray(mean),
        triangles=face.model.triangles[:60],
        texture_triangles=face.model.texture_triangles[:60],
    )
    file = read_glb(glb_bytes(model_mesh(model, np.zeros(4, np.float32), face.expression)))
    np.testing.assert_allclose(file.attribute("POSITION") * 1000.0, mean, atol=1e-4)
    np.testing.assert_array_equal(file.triangles(), model.triangles)
    np.testing.assert_allclose(np.linalg.norm(file.attribute("NORMAL"), axis=1), 1.0, atol=1e-6)


def test_a_model_without_expressions_is_a_mesh(face):
    model = dataclasses.replace(
        face.model, expression_basis=jnp.zeros((144, 3, 0)), expression_names=()
    )
    mesh = model_mesh(model, face.identity, np.zeros(0, np.float32))
    assert "targets" not in read_glb(glb_bytes(mesh)).primitive


def test_mistakes(face):
    colours, picture = np.ones_like(face.vertices), np.ones((4, 4, 3))
    with pytest.raises(ValueError, match="colours or a texture, got both"):
        face_glb(face, colours, picture)
    with pytest.raises(ValueError, match="the choices are 'frontal' and 'camera'"):
        face_glb(face, pose="side")
    with pytest.raises(ValueError, match="texture's values are not all finite"):
        face_glb(face, texture=picture * np.nan)
    with pytest.raises(ValueError, match="colours: expected finite"):
        face_glb(face, colours * np.nan)
    with pytest.raises(ValueError, match="identity coefficients are not all finite"):
        face_glb(dataclasses.replace(face, identity=np.full(4, np.nan, np.float32)))
    with pytest.raises(ValueError, match="weights: expected finite"):
        face_glb(dataclasses.replace(face, expression=np.full(4, np.inf, np.float32)))
    bare = dataclasses.replace(face.model, texture_coordinates=None, texture_triangles=None)
    with pytest.raises(ValueError, match="has no texture coordinates; give colours"):
        face_glb(dataclasses.replace(face, model=bare), texture=picture)
