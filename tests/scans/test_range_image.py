"""Range images of FRGC v2, against a slow triangulation, and damaged."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from e2far_jax.containers.errors import FormatError
from e2far_jax.scans.range_image import DEPTH_JUMP, read_abs_mesh, read_range_image
from tests.containers.memory import memory_below
from tests.scans.files import range_image, small_range_image, written


def plane(height: int, width: int) -> np.ndarray:
    """Points that face the viewer: X grows with the columns, Y falls with the rows."""
    columns, rows = np.meshgrid(np.arange(float(width)), np.arange(float(height)))
    return np.stack([columns - 2.0, 5.0 - rows, 0.1 * columns - 1000.0], axis=-1)


def slow_triangles(seen: np.ndarray, depth: np.ndarray, jump: float) -> set[frozenset]:
    """Pixel by pixel: which three of four neighbours make a triangle."""
    found = set()
    for row in range(seen.shape[0] - 1):
        for column in range(seen.shape[1] - 1):
            square = [(row, column), (row + 1, column), (row, column + 1), (row + 1, column + 1)]
            there = [pixel for pixel in square if seen[pixel]]
            triples = [there] if len(there) == 3 else []
            if len(there) == 4:
                triples = [square[:3], square[1:]]
            for triple in triples:
                depths = [depth[pixel] for pixel in triple]
                if max(depths) - min(depths) <= jump:
                    found.add(frozenset(triple))
    return found


@pytest.mark.parametrize("jump", [DEPTH_JUMP, 1e9])
def test_against_a_slow_triangulation(tmp_path: Path, jump: float):
    rng = np.random.default_rng(1)
    points = plane(9, 12)
    points[..., 2] += np.round(rng.uniform(0.0, 15.0, size=(9, 12)), 3)
    seen = rng.uniform(size=(9, 12)) < 0.8
    path = written(tmp_path, "a.abs", range_image(seen.astype(int), points))
    image = read_range_image(path, jump)
    np.testing.assert_allclose(image.mesh.vertices, points[seen], atol=1e-6)
    np.testing.assert_array_equal(image.numbers >= 0, seen)
    np.testing.assert_array_equal(image.numbers[seen], np.arange(seen.sum()))
    pixels = [tuple(pixel) for pixel in np.argwhere(seen)]
    triangles = [frozenset(pixels[corner] for corner in one) for one in image.mesh.triangles]
    assert len(triangles) == len(set(triangles)) > 20
    assert set(triangles) == slow_triangles(seen, points[..., 2], jump)
    assert (jump == 1e9) == (set(triangles) == slow_triangles(seen, points[..., 2], np.inf))


def test_triangles_face_the_viewer(tmp_path: Path):
    rng = np.random.default_rng(2)
    seen = (rng.uniform(size=(10, 10)) < 0.7).astype(int)
    mesh = read_abs_mesh(written(tmp_path, "a.abs", range_image(seen, plane(10, 10))))
    corners = mesh.vertices[mesh.triangles]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    assert len(normals) > 20
    assert (normals[:, 2] > 0.9).all()


def test_depth_jumps(tmp_path: Path):
    points = plane(2, 3)
    points[:, 2, 2] -= 20.0
    path = written(tmp_path, "a.abs", range_image(np.ones((2, 3), int), points))
    assert len(read_range_image(path).mesh.triangles) == 2
    assert len(read_range_image(path, depth_jump=30.0).mesh.triangles) == 4


def test_points_of_the_picture_find_their_vertex(tmp_path: Path):
    seen = np.ones((4, 6), int)
    seen[1, 2] = 0
    points = plane(4, 6)
    image = read_range_image(written(tmp_path, "a.abs", range_image(seen, points)))
    asked = np.array([[0.0, 0.0], [5.99, 3.99], [3.5, 1.5], [2.5, 1.5], [-0.1, 0], [6, 0], [0, 4]])
    asked = np.concatenate([asked, [[np.nan, 0.0], [1e300, 1.0]]])
    found = image.vertices_at(asked)
    assert (found[3:] == -1).all()
    np.testing.assert_allclose(
        image.mesh.vertices[found[:3]], [points[0, 0], points[3, 5], points[1, 3]], atol=1e-6
    )


def test_packed_or_not_whatever_the_ending(tmp_path: Path):
    content = small_range_image()
    plain = read_abs_mesh(written(tmp_path, "a.abs", content))
    for name, packed in (("a.abs.gz", gzip.compress(content)), ("b.abs", gzip.compress(content))):
        mesh = read_abs_mesh(written(tmp_path, name, packed))
        np.testing.assert_array_equal(mesh.vertices, plain.vertices)
        np.testing.assert_array_equal(mesh.triangles, plain.triangles)
    one_a_line = b"\n".join(content.split(b"\n", 3)[:3]) + b"\n" + b"\n".join(content.split()[9:])
    np.testing.assert_array_equal(
        read_abs_mesh(written(tmp_path, "c.abs", one_a_line)).vertices, plain.vertices
    )


def test_a_point_that_was_not_seen_in_spite_of_its_flag(tmp_path: Path):
    points = plane(2, 2)
    points[1, 1] = -999999.0
    image = read_range_image(written(tmp_path, "a.abs", range_image(np.ones((2, 2), int), points)))
    assert image.numbers.tolist() == [[0, 1], [2, -1]]


SMALL = small_range_image()


@pytest.mark.parametrize(
    ("old", "new", "field", "problem"),
    [
        (b"4 rows", b"4 lines", "line 1", "expected lines 'N rows'"),
        (b"4 rows", b"-4 rows", "line 1", "expected lines 'N rows'"),
        (b"5 columns", b"x columns", "line 1", "expected lines 'N rows'"),
        (b"flag X Y", b"flag Y X", "line 1", "expected lines 'N rows'"),
        (b"4 rows", b"0 rows", "line 7", "after 80 numbers, expected 0"),
        (b"4 rows", b"3 rows", "line 7", "after 80 numbers, expected 60"),
        (b"4 rows", b"999999999 rows", "line 1", "too short"),
        (b"5 columns", b"999999999 columns", "line 1", "too short"),
        (b"(flag X Y Z):\n", b"(flag X Y Z):\n1", "flags", "neither 0 nor 1"),
        (b" 2.000000 ", b" two ", "line 5", "'two' is not a finite number"),
        (b" 2.000000 ", b" nan ", "line 5", "'nan' is not a finite number"),
        (b" 2.000000 ", b" ", "line 7", "after 79 numbers, expected 80"),
    ],
)
def test_damaged_lines_are_named(tmp_path: Path, old: bytes, new: bytes, field: str, problem: str):
    path = written(tmp_path, "a.abs", SMALL.replace(old, new, 1))
    with pytest.raises(FormatError, match=problem) as caught:
        read_abs_mesh(path)
    assert caught.value.source == str(path)
    assert caught.value.field == field


def test_nothing_seen(tmp_path: Path):
    content = range_image(np.zeros((3, 3), int), plane(3, 3))
    with pytest.raises(FormatError, match="flags: no pixel was seen"):
        read_abs_mesh(written(tmp_path, "a.abs", content))


def test_damaged_packing(tmp_path: Path):
    packed = bytearray(gzip.compress(SMALL))
    wrong_sum = bytes(packed[:-6]) + bytes([packed[-6] ^ 1]) + bytes(packed[-5:])
    overwritten = bytes(packed[:20]) + b"\xff" * 20 + bytes(packed[40:])
    for content in (
        bytes(packed[:-4]), bytes(packed[:40]), wrong_sum, overwritten, b"\x1f\x8brubbish"
    ):  # fmt: skip
        with pytest.raises(FormatError, match="gzip: damaged or cut off"):
            read_abs_mesh(written(tmp_path, "a.abs.gz", content))


def test_bombs_are_not_unpacked(tmp_path: Path):
    header = b"480 rows\n640 columns\npixels (flag X Y Z):\n"
    bomb = gzip.compress(header + b"1 " * 2**26, compresslevel=1)
    path = written(tmp_path, "a.abs.gz", bomb)
    with memory_below(2**27), pytest.raises(FormatError, match="would take more than"):
        read_abs_mesh(path)
