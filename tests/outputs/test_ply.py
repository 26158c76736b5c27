"""Files read back by trimesh and by this package."""

from __future__ import annotations

import numpy as np
import pytest
import trimesh

from e2far_jax.outputs.axes import AXES
from e2far_jax.outputs.ply import ply_bytes
from e2far_jax.scans.mesh import Mesh
from e2far_jax.scans.ply import read_ply


@pytest.fixture
def colours(face) -> np.ndarray:
    return np.random.default_rng(0).uniform(size=face.vertices.shape)


@pytest.mark.parametrize("pose", ["frontal", "camera"])
def test_mesh_and_colours_come_back(face, colours, tmp_path, pose):
    mesh, path = face.mesh(pose=pose), tmp_path / "face.ply"
    path.write_bytes(ply_bytes(mesh, colours, AXES[pose]))
    read = read_ply(path)
    np.testing.assert_array_equal(read.vertices, np.float32(mesh.vertices))
    np.testing.assert_array_equal(read.triangles, mesh.triangles)
    loaded = trimesh.load(path, process=False)
    np.testing.assert_array_equal(loaded.faces, mesh.triangles)
    stored = np.asarray(loaded.visual.vertex_colors)[:, :3] / 255.0
    np.testing.assert_allclose(stored, colours, atol=0.5 / 255.0 + 1e-9)


def test_units_axes_and_handedness_are_said(face, colours):
    header = ply_bytes(face.mesh(), colours).partition(b"end_header\n")[0].decode()
    (comment,) = [line for line in header.splitlines() if line.startswith("comment")]
    assert comment.startswith("comment mm; +x the subject's left")
    assert "right-handed" in comment


def test_colours_out_of_range_are_cut(tmp_path):
    mesh = Mesh(np.eye(3), np.array([[0, 1, 2]], np.int32))
    path = tmp_path / "face.ply"
    path.write_bytes(ply_bytes(mesh, np.array([[-1.0, 2.0, 0.5]] * 3)))
    assert trimesh.load(path, process=False).visual.vertex_colors[0].tolist()[:3] == [0, 255, 128]


def test_a_mesh_of_nothing_is_a_header():
    empty = Mesh(np.zeros((0, 3)), np.zeros((0, 3), np.int32))
    content = ply_bytes(empty, np.zeros((0, 3)))
    assert b"element vertex 0\n" in content
    assert content.endswith(b"element face 0\nproperty list uchar int vertex_indices\nend_header\n")


def test_mistakes(face, colours):
    with pytest.raises(ValueError, match="the colours' shape is"):
        ply_bytes(face.mesh(), colours[1:])
    with pytest.raises(ValueError, match="have to be finite"):
        ply_bytes(face.mesh(), np.full_like(colours, np.nan))
