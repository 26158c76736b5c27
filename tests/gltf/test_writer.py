"""Files read back by a reader of the tests' own and by trimesh."""

from __future__ import annotations

import io

import numpy as np
import pytest
import trimesh

from e2far_jax.gltf.mesh import Texture
from e2far_jax.gltf.writer import glb_bytes
from tests.gltf.conftest import motion, picture, pyramid
from tests.gltf.read_back import read_glb


def test_the_mesh_comes_back_with_repeated_vertices_last(everything):
    mesh, _ = everything
    file = read_glb(glb_bytes(mesh))
    repeated = file.mesh["extras"]["seam_vertices"]
    assert repeated == [4, 4]
    sources = [0, 1, 2, 3, 4, 5, *repeated]
    np.testing.assert_array_equal(np.array(sources)[file.triangles()], mesh.triangles)
    for name, expected in (
        ("POSITION", mesh.positions),
        ("NORMAL", mesh.normals),
        ("COLOR_0", mesh.colours),
    ):
        np.testing.assert_array_equal(file.attribute(name), np.float32(expected)[sources])


def test_every_corner_keeps_its_texture_coordinate(everything):
    mesh, _ = everything
    file = read_glb(glb_bytes(mesh))
    corners = file.attribute("TEXCOORD_0")[file.triangles()]
    expected = mesh.texture.coordinates[mesh.texture.triangles]
    np.testing.assert_allclose(corners[..., 0], expected[..., 0], atol=1e-7)
    np.testing.assert_allclose(corners[..., 1], 1.0 - expected[..., 1], atol=1e-7)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_texture_is_embedded(kind):
    texture = pyramid().texture
    texture = Texture(picture(kind), texture.coordinates, texture.triangles)
    file = read_glb(glb_bytes(pyramid(texture=texture)))
    (image,) = file.document["images"]
    assert image["mimeType"] == f"image/{kind.lower()}"
    assert file.view(image["bufferView"]) == picture(kind)
    surface = file.document["materials"][0]["pbrMetallicRoughness"]
    assert surface["baseColorTexture"] == {"index": 0}
    assert file.document["textures"] == [{"source": 0, "sampler": 0}]


def test_morph_targets_come_back_by_name(everything):
    mesh, _ = everything
    file = read_glb(glb_bytes(mesh))
    assert file.mesh["extras"]["targetNames"] == ["jawOpen", "é", "still"]
    assert file.mesh["extras"]["note"] == "a pyramid"
    assert file.mesh["weights"] == [0.5, -2.0, 0.0]
    sources = [*range(6), 4, 4]
    expected = np.float32(mesh.targets.positions)[:, sources]
    np.testing.assert_array_equal(file.targets(), expected)
    np.testing.assert_array_equal(file.targets("NORMAL"), -expected)


def test_only_targets_that_move_little_are_sparse(everything):
    mesh, _ = everything
    file = read_glb(glb_bytes(mesh))
    accessors = [
        file.document["accessors"][target["POSITION"]] for target in file.primitive["targets"]
    ]
    assert ["sparse" in accessor for accessor in accessors] == [True, False, True]
    assert [accessors[0]["sparse"]["count"], accessors[2]["sparse"]["count"]] == [3, 1]


def test_a_plain_mesh_has_nothing_else():
    plain = {"normals": None, "colours": None, "texture": None, "targets": None, "extras": {}}
    file = read_glb(glb_bytes(pyramid(**plain)))
    assert list(file.primitive["attributes"]) == ["POSITION"]
    assert file.mesh["extras"] == {}
    assert not {"images", "textures", "animations"} & set(file.document)
    assert "targets" not in file.primitive


def test_a_node_is_turned_and_placed():
    turned = motion().rotations[1]
    mesh = pyramid(rotation=turned, translation=np.array([1.0, 2.0, 3.0]), texture=None)
    loaded = trimesh.load(io.BytesIO(glb_bytes(mesh)), file_type="glb", process=False)
    (placed,) = loaded.dump()
    expected = mesh.positions @ turned.T + [1.0, 2.0, 3.0]
    np.testing.assert_allclose(placed.vertices, expected, atol=1e-6)


def test_trimesh_reads_shape_and_colours():
    mesh = pyramid(texture=None)
    scene = trimesh.load_scene(io.BytesIO(glb_bytes(mesh)), file_type="glb", process=False)
    (loaded,) = scene.geometry.values()
    np.testing.assert_allclose(loaded.vertices, mesh.positions, atol=1e-7)
    np.testing.assert_array_equal(loaded.faces, mesh.triangles)
    colours = loaded.visual.vertex_attributes["color"]
    np.testing.assert_allclose(colours, mesh.colours, atol=1e-7)


def test_trimesh_reads_the_texture(everything):
    mesh, _ = everything
    loaded = trimesh.load_mesh(io.BytesIO(glb_bytes(mesh)), file_type="glb", process=False)
    corners = loaded.visual.uv[loaded.faces]
    expected = mesh.texture.coordinates[mesh.texture.triangles]
    np.testing.assert_allclose(corners, expected, atol=1e-6)
    assert loaded.visual.material.baseColorTexture.size == (4, 4)


@pytest.mark.parametrize(("count", "kind"), [(65_535, 5123), (65_536, 5125)])
def test_many_vertices_take_wider_indices(count, kind):
    plain = {"normals": None, "colours": None, "texture": None, "targets": None}
    triangles = np.array([[0, 1, count - 1]])
    positions = np.random.default_rng(0).normal(size=(count, 3))
    file = read_glb(glb_bytes(pyramid(positions=positions, triangles=triangles, **plain)))
    assert file.document["accessors"][file.primitive["indices"]]["componentType"] == kind
    np.testing.assert_array_equal(file.triangles(), triangles)


def test_numbers_of_any_width_are_stored_in_single_precision():
    wide = pyramid(positions=np.float64(pyramid().positions))
    narrow = pyramid(positions=np.float32(pyramid().positions))
    assert glb_bytes(wide) == glb_bytes(narrow)
