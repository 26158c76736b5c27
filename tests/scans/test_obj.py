"""OBJ text by hand, as trimesh writes and reads it, and damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.obj import parse_polygons, parse_triangles, parse_vectors, read_obj
from tests.scans.files import OBJ, TRIANGLES, VERTICES, written

TEXTURED = b"""# a comment
mtllib some.mtl
v 0 0 0
v 1.5 -2e-1 0
vt 0.5 1
v 0 1 3
vn 0 0 1
f 1/1 2/2 3/3 4/4
f 3/5/1 2/6/1 1/7/1
"""


def test_everything_that_a_line_may_be(tmp_path: Path):
    mesh = read_obj(written(tmp_path, "a.obj", OBJ))
    np.testing.assert_array_equal(mesh.vertices, VERTICES)
    np.testing.assert_array_equal(mesh.triangles, TRIANGLES)
    assert mesh.vertices.dtype == np.float64
    assert mesh.triangles.dtype == np.int32


@pytest.mark.parametrize("ending", [b"\r\n", b"\r"])
def test_line_ends_of_other_systems(tmp_path: Path, ending: bytes):
    mesh = read_obj(written(tmp_path, "a.obj", OBJ.replace(b"\n", ending)))
    np.testing.assert_array_equal(mesh.vertices, VERTICES)
    np.testing.assert_array_equal(mesh.triangles, TRIANGLES)


def test_negative_indices_count_from_their_line(tmp_path: Path):
    text = b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf -3 -2 -1\nv 5 5 5\nf -3 -2 -1\nf 1 2 -1\n"
    mesh = read_obj(written(tmp_path, "a.obj", text))
    np.testing.assert_array_equal(mesh.triangles, [[0, 1, 2], [1, 2, 3], [0, 1, 3]])


def test_as_trimesh_writes_and_reads_it(tmp_path: Path):
    """With the vertices in random order, so that it shows where a reader sorts them."""
    ball = trimesh.creation.icosphere(subdivisions=2)
    order = np.random.default_rng(0).permutation(len(ball.vertices))
    vertices, triangles = ball.vertices[order], np.argsort(order)[ball.faces]
    path = tmp_path / "ball.obj"
    trimesh.Trimesh(vertices, triangles, process=False).export(path, digits=12)
    mesh, other = read_obj(path), trimesh.load_mesh(path, process=False)
    np.testing.assert_allclose(mesh.vertices, vertices, atol=1e-12)
    np.testing.assert_array_equal(mesh.triangles, triangles)
    np.testing.assert_array_equal(mesh.vertices, other.vertices)
    np.testing.assert_array_equal(mesh.triangles, other.faces)


def test_points_alone(tmp_path: Path):
    mesh = read_obj(written(tmp_path, "a.obj", b"v 1 2 3"))
    assert mesh.vertices.tolist() == [[1, 2, 3]]
    assert mesh.triangles.shape == (0, 3)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"v 1 2", "has 2 numbers"),
        (b"v", "has 0 numbers"),
        (b"v 1 2 3 4 5", "has 5 numbers"),
        (b"v 1 two 3", "'two' is not a finite number"),
        (b"v 1 2 3 a 0 0", "'a' is not a finite number"),
        (b"v nan 2 3", "'nan' is not a finite number"),
        (b"v 1 2 1e999", "'1e999' is not a finite number"),
        (b"v 1_0 2 3", "'1_0' is not a finite number"),
        (b"w 1 2 3", "'w' does not begin a line"),
        (b"\x00\xff", "does not begin a line"),
        (b"f 1 2", "has 2 corners"),
        (b"f", "has 0 corners"),
        (b"f 1 2 x", "'x' is not an integer"),
        (b"f 1 2 3.0", "'3.0' is not an integer"),
        (b"f 1/x 2/1 3/1", "'x' is not an integer"),
        (b"f 1/1/1/1 2 3", "'1/1/1/1' is not an integer"),
        (b"f 1 2 7", "names vertex 7, expected 1 to 6"),
        (b"f 0 1 2", "names vertex 0, expected 1 to 6"),
        (b"f 1 2 -7", "names vertex"),
        (b"f 1 2 99999999999999999999", "is not an integer"),
    ],
)
def test_damaged_lines_are_named(tmp_path: Path, line: bytes, problem: str):
    path = written(tmp_path, "a.obj", OBJ + line + b"\nvn 0 0 1\n")
    with pytest.raises(FormatError, match=problem) as caught:
        read_obj(path)
    assert caught.value.source == str(path)
    assert caught.value.field == f"line {len(OBJ.splitlines()) + 1}"


def test_no_vertices(tmp_path: Path):
    with pytest.raises(FormatError, match="vertices: there are none"):
        read_obj(written(tmp_path, "a.obj", b"# nothing\n"))


def test_vectors_keep_their_order():
    np.testing.assert_array_equal(
        parse_vectors(TEXTURED, b"v", 3), [[0, 0, 0], [1.5, -0.2, 0], [0, 1, 3]]
    )
    np.testing.assert_array_equal(parse_vectors(TEXTURED, b"vt", 2), [[0.5, 1]])
    assert parse_vectors(b"", b"v", 3).shape == (0, 3)
    windows = TEXTURED.replace(b"\n", b"\r\n")
    np.testing.assert_array_equal(parse_vectors(windows, b"v", 3), parse_vectors(TEXTURED, b"v", 3))


def test_polygons_become_fans_that_keep_their_winding():
    vertices, textures = parse_triangles(TEXTURED)
    np.testing.assert_array_equal(vertices, [[0, 1, 2], [0, 2, 3], [2, 1, 0]])
    np.testing.assert_array_equal(textures, [[0, 1, 2], [0, 2, 3], [4, 5, 6]])
    assert parse_triangles(b"")[0].shape == (0, 3)
    np.testing.assert_array_equal(parse_polygons(b"f 1 2/3 4//5").textures, [-1, 2, -1])


@pytest.mark.parametrize("line", [b"v 1 2", b"v 1 2 3 4", b"v 1 two 3"])
def test_bad_vectors_are_refused(line: bytes):
    with pytest.raises(ValueError, match=r"line 2: .*(expected 3|'two' is not)"):
        parse_vectors(b"v 0 0 0\n" + line, b"v", 3)


@pytest.mark.parametrize("line", [b"f 1/1 2/2", b"f 1 2 3", b"f 1//1 2//1 3//1", b"f a/1 2/2 3/3"])
def test_bad_triangles_are_refused(line: bytes):
    with pytest.raises(ValueError, match=r"line 2: .*(corner|'a' is not)"):
        parse_triangles(b"f 1/1 2/2 3/3\n" + line)
