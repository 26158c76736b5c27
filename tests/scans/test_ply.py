"""PLY by hand, as trimesh writes and reads it, and damaged."""

from __future__ import annotations

import itertools
import time
from pathlib import Path

import numpy as np
import pytest
import trimesh

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.ply import read_ply
from tests.containers.memory import memory_below
from tests.scans.files import PLY, TRIANGLES, VERTICES, packed_ply, written


def test_text_with_more_properties_and_elements(tmp_path: Path):
    mesh = read_ply(written(tmp_path, "a.ply", PLY))
    np.testing.assert_array_equal(mesh.vertices, VERTICES)
    np.testing.assert_array_equal(mesh.triangles, TRIANGLES)
    windows = read_ply(written(tmp_path, "b.ply", PLY.replace(b"\n", b"\r\n")))
    np.testing.assert_array_equal(windows.vertices, VERTICES)


@pytest.mark.parametrize("order", ["<", ">"])
def test_binary_of_every_kind(tmp_path: Path, order: str):
    for count, index, coordinate in itertools.product("bBhHiI", "bBhHiI", "fd"):
        content = packed_ply(order, count, index, coordinate)
        mesh = read_ply(written(tmp_path, "a.ply", content))
        np.testing.assert_array_equal(mesh.vertices, VERTICES)
        np.testing.assert_array_equal(mesh.triangles, TRIANGLES)


@pytest.mark.parametrize("order", ["<", ">"])
def test_numbers_of_every_size_are_passed_over(tmp_path: Path, order: str):
    kinds = {"char": "b", "uint8": "B", "short": "h", "uint16": "H", "int": "i", "uint": "I"}
    kinds |= {"float32": "f", "double": "d"}
    more = b"".join(f"property {kind} {kind}\n".encode() for kind in kinds)
    row = b"".join(np.array(7, order + letter).tobytes() for letter in kinds.values())
    axes = b"property float x\nproperty float y\nproperty float z\n"
    encoding = b"binary_little_endian" if order == "<" else b"binary_big_endian"
    header = b"ply\nformat " + encoding + b" 1.0\nelement other 2\n" + more
    header += b"element vertex 6\n" + more + axes + b"end_header\n"
    points = [row + np.array(vertex, order + "f").tobytes() for vertex in VERTICES]
    mesh = read_ply(written(tmp_path, "a.ply", header + 2 * row + b"".join(points)))
    np.testing.assert_array_equal(mesh.vertices, VERTICES)


@pytest.mark.parametrize("encoding", ["ascii", "binary"])
def test_as_trimesh_writes_and_reads_it(tmp_path: Path, encoding: str):
    """With the vertices in random order, and one that no triangle uses."""
    ball = trimesh.creation.icosphere(subdivisions=2)
    order = np.random.default_rng(0).permutation(len(ball.vertices))
    vertices = np.concatenate([ball.vertices[order], [[9.0, 9.0, 9.0]]])
    triangles = np.argsort(order)[ball.faces]
    path = tmp_path / "ball.ply"
    trimesh.Trimesh(vertices, triangles, process=False).export(path, encoding=encoding)
    mesh, other = read_ply(path), trimesh.load_mesh(path, process=False)
    np.testing.assert_allclose(mesh.vertices, vertices, atol=1e-6)
    np.testing.assert_array_equal(mesh.triangles, triangles)
    np.testing.assert_allclose(mesh.vertices, other.vertices, atol=1e-12)
    np.testing.assert_array_equal(mesh.triangles, other.faces)


def test_faces_before_vertices_and_no_faces(tmp_path: Path):
    header = b"ply\nformat ascii 1.0\nelement face 1\nproperty list int int vertex_index\n"
    points = b"element vertex 3\nproperty int z\nproperty float x\nproperty float y\nend_header\n"
    rows = b"0 0 0\n1 1 0\n2 0 1"
    mesh = read_ply(written(tmp_path, "a.ply", header + points + b"3 0 2 1\n" + rows))
    assert mesh.triangles.tolist() == [[0, 2, 1]]
    assert mesh.vertices.tolist() == [[0, 0, 0], [1, 0, 1], [0, 1, 2]]
    alone = read_ply(written(tmp_path, "a.ply", header[:21] + points + rows))
    assert alone.triangles.shape == (0, 3)
    assert alone.vertices.tolist() == mesh.vertices.tolist()


@pytest.mark.parametrize(
    ("old", "new", "line", "problem"),
    [
        (b"ply\n", b"plx\n", 1, "not the beginning of a PLY file"),
        (b"end_header\n", b"end_heade\n", 1, "not the beginning of a PLY file"),
        (b"format ascii", b"format text", 2, "no line of a PLY header"),
        (b"ascii 1.0", b"ascii 2.0", 2, "no line of a PLY header"),
        (b"format ascii 1.0\n", b"", 2, "expected 'format'"),
        (b"element camera 1", b"element camera -1", 5, "no line of a PLY header"),
        (b"element camera 1\n", b"", 5, "no line of a PLY header"),
        (b"element edge 1", b"element vertex 1", 16, "an element 'vertex' already"),
        (b"float focus", b"long focus", 6, "no property of char"),
        (b"list uchar double", b"list float double", 7, "no property of char"),
        (b"double y", b"double x", 8, "two of the same name"),
        (b"double z", b"double w", 8, "vertices need x, y and z"),
        (b"uchar red", b"list uchar uchar red", 8, "vertices need x, y and z, and no lists"),
        (b"vertex_indices", b"corners", 13, "faces need a list of integers"),
        (b"int vertex_indices", b"float vertex_indices", 13, "faces need a list of integers"),
        (b"element face", b"element tristrips", 13, "strips of triangles"),
        (b"vertex 6", b"vertex 99999999999", 8, "there cannot be 99999999999 rows"),
        (b"1.5 2 0 0\n", b"1.5 3 0 0\n", 20, "has 4 numbers, expected 5"),
        (b"1.5 2 0 0\n", b"1.5\n", 20, "'nothing' is not the length of 'more'"),
        (b"255 9 9 9", b"255 9 9", 25, "has 3 numbers, expected 4"),
        (b"255 9 9 9", b"255 9 nine 9", 25, "'nine' is not a finite number"),
        (b"255 9 9 9", b"255 9 nan 9", 25, "'nan' is not a finite number"),
        (b"3 2 3 5 7", b"3 2 3 5", 29, "has 4 numbers, expected 5"),
        (b"3 2 3 5 7", b"-3 2 3 5 7", 29, "'-3' is not the length"),
        (b"3 2 3 5 7", b"2 2 3 7", 29, "has 2 corners"),
        (b"3 2 3 5 7", b"3 2 x 5 7", 29, "'x' is not an integer"),
        (b"3 2 3 5 7", b"3 2 3 6 7", 29, "names vertex 6, expected 0 to 5"),
        (b"3 2 3 5 7", b"3 2 -1 5 7", 29, "names vertex -1, expected 0 to 5"),
        (b"0 1\n", b"", 16, "there cannot be 1 rows of 'edge': 0"),
        (b"4 3 2 1 0 7\n0 1\n", b"4 3 2 1 0 7\n0 1\n\n8\n", 34, "nothing of this line"),
    ],
)
def test_damaged_lines_are_named(tmp_path: Path, old: bytes, new: bytes, line: int, problem: str):
    assert old in PLY
    path = written(tmp_path, "a.ply", new.join(PLY.rsplit(old, 1)))
    with pytest.raises(FormatError, match=problem) as caught:
        read_ply(path)
    assert caught.value.source == str(path)
    assert caught.value.field == f"line {line}"


def _replaced(content: bytes, place: int, new: bytes) -> bytes:
    return content[:place] + new + content[place + len(new) :]


BINARY = packed_ply("<")
BODY_OF_BINARY = BINARY.index(b"end_header\n") + len(b"end_header\n")
FACES = len(BINARY) - 8 - 5 * (1 + 12 + 1) - 4
NAN = np.array(np.nan, "<f4").tobytes()


@pytest.mark.parametrize(
    ("content", "field", "problem"),
    [
        (BINARY[:-1], "line 16", "there cannot be 1 rows of 'edge'"),
        (BINARY[: FACES + 40], "face 2", "cut off"),
        (BINARY[: FACES + 42], "face 3", "cut off"),
        (_replaced(BINARY, BODY_OF_BINARY + 4, b"\xff"), "camera 0", "cut off"),
        (BINARY[: FACES + 8], "line 13", "there cannot be 5 rows of 'face'"),
        (BINARY + b"\x01", "end", "1 more bytes"),
        (_replaced(BINARY, FACES, b"\xff"), "face 0", "cut off"),
        (_replaced(BINARY, FACES + 14 + 5, b"\x06"), "face 1", "names vertex 6, expected 0 to 5"),
        (_replaced(BINARY, FACES + 4, b"\xff"), "face 0", "names vertex -16777216"),
        (_replaced(BINARY, FACES - 2 * 13 + 1, NAN), "vertex 4", "is not finite"),
        (packed_ply("<", "b").replace(b"\x03\0\0\0\0", b"\xfd\0\0\0\0", 1), "face 0", "length"),
    ],
)
def test_damaged_binary_rows_are_named(tmp_path: Path, content: bytes, field: str, problem: str):
    with pytest.raises(FormatError, match=problem) as caught:
        read_ply(written(tmp_path, "a.ply", content))
    assert caught.value.field == field


@pytest.mark.parametrize("encoding", [b"ascii", b"binary_little_endian"])
def test_huge_counts_take_neither_memory_nor_time(tmp_path: Path, encoding: bytes):
    huge = PLY.replace(b"ascii", encoding).replace(b"camera 1", b"camera 999999999999999999")
    path = written(tmp_path, "a.ply", huge)
    start = time.monotonic()
    with memory_below(2**20), pytest.raises(FormatError, match="there cannot be 9999999"):
        read_ply(path)
    assert time.monotonic() - start < 5


def test_no_vertices(tmp_path: Path):
    for encoding in (b"ascii", b"binary_little_endian"):
        header = b"ply\nformat " + encoding + b" 1.0\nelement vertex 0\nproperty float x\n"
        header += b"property float y\nproperty float z\nend_header\n"
        for content in (header, b"ply\nformat " + encoding + b" 1.0\nend_header\n"):
            with pytest.raises(FormatError, match="vertices: there are none"):
                read_ply(written(tmp_path, "a.ply", content))
