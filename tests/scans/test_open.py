"""Surfaces by their endings, whole and with random damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.open import read_mesh
from tests.scans.damage import survivors
from tests.scans.files import MESHES, VERTICES, written


@pytest.mark.parametrize("name", [name for name in MESHES if "abs" not in name])
def test_every_format_has_the_same_vertices(tmp_path: Path, name: str):
    mesh = read_mesh(written(tmp_path, name, MESHES[name]))
    np.testing.assert_array_equal(mesh.vertices, VERTICES)
    upper = written(tmp_path, name.upper(), MESHES[name])
    np.testing.assert_array_equal(read_mesh(upper).triangles, mesh.triangles)


def test_range_images_packed_and_not(tmp_path: Path):
    meshes = [
        read_mesh(written(tmp_path, name, MESHES[name])) for name in ("scan.abs", "scan.abs.gz")
    ]
    assert len(meshes[0].vertices) > 10
    np.testing.assert_array_equal(meshes[0].vertices, meshes[1].vertices)
    np.testing.assert_array_equal(meshes[0].triangles, meshes[1].triangles)


def test_unknown_endings_list_the_choices(tmp_path: Path):
    for name in ("scan.stl", "scan", "scan.gz", "obj"):
        with pytest.raises(
            FormatError, match=r"choose \.obj, \.ply, \.npy, \.wrl, \.abs, \.abs\.gz"
        ):
            read_mesh(tmp_path / name)


@pytest.mark.parametrize("name", MESHES)
def test_missing_and_empty_files_and_folders(tmp_path: Path, name: str):
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_mesh(tmp_path / name)
    (tmp_path / "folder" / name).mkdir(parents=True)
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_mesh(tmp_path / "folder" / name)
    with pytest.raises(FormatError, match="is empty"):
        read_mesh(written(tmp_path, name, b""))


@pytest.mark.parametrize("name", ["a.obj", "a.ply", "a.npy", "a.wrl", "a.abs"])
@pytest.mark.parametrize("content", MESHES)
def test_wrong_endings_are_refused(tmp_path: Path, name: str, content: str):
    if content.endswith(name[1:]) or content.removesuffix(".gz").endswith(name[1:]):
        return
    with pytest.raises(FormatError):
        read_mesh(written(tmp_path, name, MESHES[content]))


@pytest.mark.parametrize("name", MESHES)
@pytest.mark.filterwarnings("ignore")  # numpy's parser of headers has some
def test_random_damage_ends_in_an_error_or_a_mesh(tmp_path: Path, name: str):
    for mesh in survivors(read_mesh, name, MESHES[name], tmp_path):
        assert mesh.vertices.dtype == np.float64
        assert len(mesh.vertices) > 0
        assert np.isfinite(mesh.vertices).all()
        assert mesh.triangles.dtype == np.int32
        assert mesh.triangles.min(initial=0) >= 0
        assert mesh.triangles.max(initial=0) < len(mesh.vertices)
