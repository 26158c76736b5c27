"""Files read back by trimesh, material and texture with them, and by this package."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh
from PIL import Image

from e2far_jax.outputs.axes import AXES
from e2far_jax.outputs.obj import mtl_bytes, obj_bytes
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.obj import parse_triangles, parse_vectors, read_obj


@pytest.fixture
def mesh(face) -> Mesh:
    return face.mesh()


@pytest.fixture
def texture(face) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(face.model.texture_coordinates), np.asarray(face.model.texture_triangles)


@pytest.mark.parametrize("pose", ["frontal", "camera"])
@pytest.mark.parametrize("expression", ["own", "neutral"])
def test_vertices_and_triangles_come_back_in_their_order(face, tmp_path, expression, pose):
    mesh = face.mesh(expression, pose)
    path = tmp_path / "face.obj"
    path.write_bytes(obj_bytes(mesh, axes=AXES[pose]))
    read = read_obj(path)
    np.testing.assert_allclose(read.vertices, mesh.vertices, atol=5.1e-7)
    np.testing.assert_array_equal(read.triangles, mesh.triangles)
    loaded = trimesh.load(path, process=False, maintain_order=True)
    np.testing.assert_allclose(loaded.vertices, mesh.vertices, atol=1e-6)


def test_texture_coordinates_keep_their_own_triangles(mesh, texture):
    content = obj_bytes(mesh, *texture)
    triangles, texture_triangles = parse_triangles(content)
    np.testing.assert_array_equal(triangles, mesh.triangles)
    np.testing.assert_array_equal(texture_triangles, texture[1])
    np.testing.assert_allclose(parse_vectors(content, b"vt", 2), texture[0], atol=5.1e-7)


@pytest.mark.parametrize("stem", ["face", "grüne Wiese 1"])
def test_material_and_texture_are_found(mesh, texture, tmp_path, stem):
    (tmp_path / f"{stem}.obj").write_bytes(obj_bytes(mesh, *texture, material=f"{stem}.mtl"))
    (tmp_path / f"{stem}.mtl").write_bytes(mtl_bytes(f"{stem}.png"))
    Image.new("RGB", (8, 8), (10, 200, 30)).save(tmp_path / f"{stem}.png")
    loaded = trimesh.load_mesh(tmp_path / f"{stem}.obj", process=False)
    assert loaded.visual.material.image.getpixel((3, 3))[:3] == (10, 200, 30)
    assert loaded.visual.material.name == "skin"
    np.testing.assert_allclose(loaded.visual.uv[loaded.faces], texture[0][texture[1]], atol=1e-6)


def test_without_texture_the_file_names_none(mesh):
    lines = obj_bytes(mesh).decode().splitlines()
    assert {line.split()[0] for line in lines} == {"#", "v", "f"}
    assert "map_Kd" not in mtl_bytes().decode()


@pytest.mark.parametrize("pose", ["frontal", "camera"])
def test_units_axes_and_handedness_are_said(mesh, pose):
    comment = obj_bytes(mesh, axes=AXES[pose]).decode().splitlines()[0]
    assert comment.startswith("# mm; +x ")
    assert "right-handed" in comment


def test_a_mesh_of_nothing_is_a_comment():
    empty = Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int32))
    assert len(obj_bytes(empty).decode().splitlines()) == 1


def test_mistakes(mesh, texture):
    with pytest.raises(ValueError, match="both of texture_coordinates and texture_triangles"):
        obj_bytes(mesh, texture[0])
    with pytest.raises(ValueError, match="must be one line"):
        obj_bytes(mesh, material="a\nf 1 2 3")
    with pytest.raises(ValueError, match="must be one line"):
        mtl_bytes("")
    broken = Mesh(np.full_like(mesh.vertices, np.nan), mesh.triangles)
    with pytest.raises(ValueError, match="not all finite"):
        obj_bytes(broken)
